"""Colour words: CIELAB against known values, and names as people give them."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes.grounding.color_words import color_likeness, color_names, lab


def _rgb(*colors: str) -> np.ndarray:
    return np.array([[int(color[k : k + 2], 16) / 255.0 for k in (1, 3, 5)] for color in colors])


def test_cielab_of_known_colours() -> None:
    # values of the CIE's formulae for sRGB's primaries under D65
    expected = [[53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86], [100.0, 0.0, 0.0]]
    assert np.allclose(lab(_rgb("#ff0000", "#00ff00", "#0000ff", "#ffffff")), expected, atol=0.05)


@pytest.mark.parametrize(
    ("word", "color"),
    [
        ("red", "#d01515"), ("orange", "#f08010"), ("yellow", "#f4dd20"), ("green", "#208a3a"), ("blue", "#2050c8"),
        ("purple", "#7020a0"), ("pink", "#f590b8"), ("brown", "#6b4220"), ("black", "#0c0c0c"), ("white", "#f8f8f8"),
        ("gray", "#808080"), ("cyan", "#20c0c0"),
    ],
)  # fmt: skip
def test_a_typical_colour_goes_by_its_word_and_by_no_other(word: str, color: str) -> None:
    assert color_names(_rgb(color)) == [word]
    assert color_likeness(_rgb(color), word)[0] >= 0.5
    for other in (
        "red",
        "orange",
        "yellow",
        "green",
        "blue",
        "purple",
        "pink",
        "brown",
        "black",
        "white",
        "gray",
    ):
        if other != word:
            assert color_likeness(_rgb(color), other)[0] < 0.5


def test_grey_is_spelt_either_way() -> None:
    colors = _rgb("#777777", "#d01515")
    assert np.array_equal(color_likeness(colors, "grey"), color_likeness(colors, "gray"))


def test_a_hex_value_means_what_looks_nearly_the_same() -> None:
    likeness = color_likeness(_rgb("#2255cc", "#2a58c4", "#cc5522", "#ffffff"), "#2255cc")
    assert (likeness[:2] > 0.6).all()
    assert (likeness[2:] < 0.1).all()


def test_dark_and_light_names_are_told_apart() -> None:
    colors = _rgb("#00008b", "#add8e6")
    assert np.argmax(color_likeness(colors, "darkblue")) == 0
    assert np.argmax(color_likeness(colors, "lightblue")) == 1


def test_what_is_no_colour_is_refused_in_a_line() -> None:
    with pytest.raises(RowsplatError, match="'loud' is no colour"):
        color_likeness(np.zeros((1, 3)), "loud")
