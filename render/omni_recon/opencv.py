"""OpenCV for finding depth in photos, loaded where it is used: it is not part of the smallest installation."""

from __future__ import annotations

from typing import Any

from ...scenes.optional_modules import optional_module


def opencv() -> Any:
    """OpenCV.

    Raises:
        RowsplatError: It is not installed.
    """
    return optional_module("cv2", extra="omni", feature="finding depth in photos")
