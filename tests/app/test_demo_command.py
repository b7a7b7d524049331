"""`rowsplat demo`: pictures, difference and table of the bundled scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rowsplat.app.commands.demo import difference_factor


def test_demo_writes_three_pictures_and_says_how_they_differ(cli: Any, renderer: Any, tmp_path: Path) -> None:
    outcome = cli("demo", "--width", "32", "--height", "20", "--frames", "2")
    assert (outcome.code, outcome.err) == (0, "")
    folder = tmp_path / "out" / "demo"
    assert sorted(path.name for path in folder.iterdir()) == ["baseline.png", "difference.png", "irss.png"]
    assert "blend: baseline / irss" in outcome.out
    assert "difference.png (amplified 8 times)" in outcome.out
    assert "irss against baseline: 20.0 dB, largest difference 0.1 of full scale" in outcome.out
    with Image.open(folder / "difference.png") as image:
        assert image.getpixel((0, 0)) == (204, 204, 204)  # 0.1001 * 8 * 255


@pytest.mark.parametrize("largest", [1.0, 0.7, 0.1, 1e-3, 3e-5])
def test_an_even_difference_becomes_bright_and_is_not_clipped(largest: float) -> None:
    difference = np.full((5, 5, 3), largest, dtype=np.float32)
    assert 0.5 < largest * difference_factor(difference) <= 1.0


def test_one_wild_pixel_does_not_hide_the_others() -> None:
    difference = np.full((20, 20, 3), 1e-3, dtype=np.float32)
    without = difference_factor(difference)
    difference[3, 4] = 1.0
    assert difference_factor(difference) == without


def test_pixels_that_are_equal_do_not_raise_the_factor() -> None:
    difference = np.zeros((100, 100, 3), dtype=np.float32)
    difference[3, 4:8] = 0.1
    assert difference_factor(difference) == 8


def test_equal_pictures_are_not_amplified() -> None:
    assert difference_factor(np.zeros((2, 2, 3), np.float32)) == 1
    assert difference_factor(np.full((2, 2, 3), 1e-30, np.float32)) == 2**16


def test_differences_above_full_scale_are_not_amplified() -> None:
    assert difference_factor(np.full((2, 2, 3), 3.0, np.float32)) == 1
