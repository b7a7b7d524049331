"""What a program may say follows from what the text says."""

from __future__ import annotations

import re

import pytest
from rowsplat.app.planning.output_grammar import output_pattern
from rowsplat.app.planning.spoken_numbers import numbers_in
from rowsplat.app.planning.spoken_words import original_case, words_in


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("50 cm", "0.5"),
        ("50cm", "0.5"),
        ("half a metre", "0.5"),
        ("two and a half meters", "2.5"),
        ("six inches", "0.1524"),
        ("twenty-five millimetres", "0.025"),
        ("1,200 m", "1200"),
        ("1/4", "0.25"),
        ("a hundred and twenty cm", "1.2"),
    ],
)
def test_lengths_are_converted_to_scene_units(text: str, length: str) -> None:
    assert length in numbers_in(f"move it up {text}").lengths


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("20% bigger", "1.2"),
        ("20% smaller", "0.8"),
        ("twice", "2"),
        ("4 times smaller", "0.25"),
        ("to 80 percent", "0.8"),
    ],
)
def test_comparisons_become_factors(text: str, factor: str) -> None:
    assert factor in numbers_in(text).factors


def test_no_length_is_made_up() -> None:
    assert numbers_in("move the chair left").lengths == frozenset()


def test_nouns_come_from_the_text_alone_and_are_mended() -> None:
    nouns = words_in("put the old chiars by the tables").nouns
    assert {"old chair", "chair", "table", "thing"} <= nouns
    assert "lamp" not in nouns
    assert "pile of books" in words_in("hide the pile of books").nouns


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("dark-blue", "darkblue"),
        ("light grey", "lightgray"),
        ("#FF8800".lower(), "#ff8800"),
        ("bluish", "blue"),
        ("gren", "green"),
    ],
)
def test_colors_are_recognised_however_they_are_written(text: str, color: str) -> None:
    assert color in words_in(f"make it {text}").colors


def test_capitals_are_taken_back_from_the_text() -> None:
    assert original_case("Make it look like Starry  Night!", "starry night") == "Starry Night"


@pytest.mark.parametrize(
    ("text", "program", "admitted"),
    [
        ("kill the lamp", "remove the lamp", True),
        ("kill the lamp", "remove the chair", False),
        ("make the lamp bigger", "scale the lamp by 1.25", True),
        ("make the lamp bigger", "scale the lamp by 3", False),
        ("make the lamp bigger", "scale the lamp by 0", False),
        ("paint the lamp blue", "recolor the lamp blue", True),
        ("paint the lamp blue", "recolor the lamp red", False),
        ("use Vase.ply for the lamp", 'replace the lamp with "vase.ply"', True),
        ("use Vase.ply for the lamp", 'replace the lamp with "/etc/passwd"', False),
        ("kill the lamp", "refuse", True),
        ("kill the lamp", "", False),
    ],
)
def test_a_pattern_admits_only_what_the_text_can_mean(text: str, program: str, admitted: bool) -> None:
    assert (re.fullmatch(output_pattern(text), program) is not None) is admitted
