"""Names of files from names of photos, and sizes from what was typed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rowsplat.app.omni.file_names import file_names
from rowsplat.app.omni.resolution import longer_side
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import Photo, PhotoSet
from rowsplat.scenes.photo_sets.decoding import size_within


@given(st.lists(st.text(max_size=30), max_size=8))
def test_names_are_as_many_plain_and_different_on_any_file_system(photos: list[str]) -> None:
    names = file_names(photos)
    assert len(names) == len(photos)
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert name
        assert not name.startswith(".")
        assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def test_plain_names_stay() -> None:
    assert file_names(["images/a.png", "images/b.jpg", "b.png", "B.png"]) == (
        "images_a",
        "images_b",
        "b",
        "B-3",
    )


def _photo_set(*sizes: tuple[int, int]) -> PhotoSet:
    photos = (
        Photo(
            name=str(index),
            camera=Camera.look_at([0, 0, -4.0], [0, 0, 0], width=width, height=height),
            source=np.zeros((height, width, 3), np.uint8),
        )
        for index, (width, height) in enumerate(sizes)
    )
    return PhotoSet(name="photos", photos=tuple(photos))


@given(
    st.lists(st.tuples(st.integers(40, 300), st.integers(40, 300)), min_size=1, max_size=3),
    st.integers(64, 400),
    st.integers(64, 400),
)
def test_every_photo_fits_the_size_and_one_reaches_it(
    sizes: list[tuple[int, int]], width: int, height: int
) -> None:
    side = longer_side(f"{width}x{height}", _photo_set(*sizes))
    scaled = [tuple(value * side / max(size) for value in size) for size in sizes]
    assert all(w <= width + 1e-6 and h <= height + 1e-6 for w, h in scaled)
    larger = [tuple(value * (side + 1) / max(size) for value in size) for size in sizes]
    assert any(w > width or h > height for w, h in larger)
    assert all(max(size_within(size, side)) <= side for size in sizes)


@pytest.mark.parametrize("text", ["", "x", "320x", "x240", "320 240", "-5", "1e3", "8", "2049", "4000x4000"])
def test_other_sizes_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(RowsplatError) as caught:
        longer_side(text, _photo_set((100, 80)))
    assert "\n" not in str(caught.value)


def test_a_number_is_the_longer_side() -> None:
    assert longer_side("320", _photo_set((100, 80))) == 320
