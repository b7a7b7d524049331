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
def test_the_amplified_difference_is_bright_and_not_clipped(largest: float) -> None:
    assert 0.5 < largest * difference_factor(largest) <= 1.0


def test_equal_pictures_are_not_amplified() -> None:
    assert difference_factor(0.0) == 1
    assert difference_factor(1e-30) == 2**16


def test_differences_above_full_scale_are_not_amplified() -> None:
    assert difference_factor(float(np.float32(3.0))) == 1
