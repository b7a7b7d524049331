"""Size of the photo that a camera file names, read from the photo's header."""

from __future__ import annotations

import warnings
from pathlib import Path

from .limits import MAX_IMAGE_SIDE

_SUFFIXES = ("", ".png", ".jpg", ".jpeg")


def image_size(folder: Path, name: str) -> tuple[int, int] | None:
    """`(width, height)` [px] of the image `name` in `folder`, or `None` where it cannot be had.

    NeRF-synthetic leaves the suffix off. A name that leads out of `folder` is not followed.
    """
    root = folder.resolve()
    if not name or "\0" in name:
        return None
    try:
        candidates = [(root / f"{name}{suffix}").resolve() for suffix in _SUFFIXES]
        inside = (file for file in candidates if file.is_relative_to(root) and file.is_file())
        file = next(inside, None)
    except (OSError, RuntimeError):  # too long a name, or links in a circle
        return None
    return None if file is None else _header_size(file)


def _header_size(file: Path) -> tuple[int, int] | None:
    from PIL import Image  # Pillow is not needed by files that say their size

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file) as image:
                width, height = image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    return (width, height) if 0 < width <= MAX_IMAGE_SIDE and 0 < height <= MAX_IMAGE_SIDE else None
