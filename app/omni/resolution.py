"""What `--resolution` says."""

from __future__ import annotations

import math
import re

from ...kernels.errors import RowsplatError
from ...scenes.photo_sets import PhotoSet

_FORM = re.compile(r"(\d{1,6})(?:[xX](\d{1,6}))?")
_LEAST, _MOST = 16, 2048  # as the network takes


def longer_side(text: str, photo_set: PhotoSet) -> int:
    """The longer side [px] at which every photo fits what was asked for.

    Args:
        text: A longer side, such as 320, or width and height that photos must fit into, such as 320x240.
        photo_set: The photos.

    Raises:
        RowsplatError: It is neither, or too small or large.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise RowsplatError(f"--resolution must be a side as 320, or a size as 320x240, got {text!r}.")
    width, height = int(match[1]), None if match[2] is None else int(match[2])
    side = width if height is None else min(_side_within(photo.size, (width, height)) for photo in photo_set)
    if not _LEAST <= side <= _MOST:
        raise RowsplatError(
            f"--resolution must make the longer side {_LEAST} to {_MOST} px, got {text}: {side} px."
        )
    return side


def _side_within(size: tuple[int, int], box: tuple[int, int]) -> int:
    scale = min(box[0] / size[0], box[1] / size[1])
    return math.floor(max(size) * scale + 1e-9)
