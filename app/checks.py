"""Checks of what the user typed, each ending in one line that names the flag."""

from __future__ import annotations

import math
from pathlib import Path

from ..kernels.errors import RowsplatError

MAX_IMAGE_SIDE = 16384
"""Largest width and height of a picture [px]."""


def require_between(flag: str, value: float | None, low: float, high: float) -> None:
    """Refuse a number outside `[low, high]`; `None` (not given) passes.

    Raises:
        RowsplatError: The number is outside or not finite.
    """
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        raise RowsplatError(f"{flag} must be between {low:g} and {high:g}, got {value:g}.")


def require_size(width: int | None, height: int | None) -> None:
    """Refuse a width or height [px] that no picture can have."""
    require_between("--width", width, 1, MAX_IMAGE_SIDE)
    require_between("--height", height, 1, MAX_IMAGE_SIDE)


def require_exists(path: Path) -> None:
    """Refuse a file or folder that is not there, before slow work begins."""
    if not path.exists():
        raise RowsplatError(f"{path}: no such file or folder. Check the name.")
