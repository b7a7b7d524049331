"""What is drawn over the picture, without a word about who draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .thumbnails import Thumbnail

Point = tuple[float, float]
"""Physical pixels, from the top left."""


@dataclass(frozen=True, kw_only=True)
class DrawnFrustum:
    """Where a photo was taken.

    Args:
        apex: The camera.
        corners: Of the photo: top left, top right, bottom right, bottom left.
        thumbnail: The photo, `None` where it has not been read.
        is_marked: Whether it is pointed out.
    """

    apex: Point
    corners: tuple[Point, Point, Point, Point]
    thumbnail: Thumbnail | None = None
    is_marked: bool = False


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Text and lines over the picture.

    Args:
        lines: Text at the top left.
        hint: Text near the bottom, for the first start.
        outline: A closed polygon, such as a lasso being drawn.
        circle: Centre and radius, such as the brush.
        markers: Points to mark.
        segments: Lines, such as a grid or a measured distance.
        split: Place of the slider, 0 to 1, `None` without.
        labels: Of the two sides of the slider.
        frustums: Cameras of photos, the farthest first.
    """

    lines: tuple[str, ...] = ()
    hint: tuple[str, ...] = ()
    outline: tuple[Point, ...] = ()
    circle: tuple[Point, float] | None = None
    markers: tuple[Point, ...] = ()
    segments: tuple[tuple[Point, Point], ...] = ()
    split: float | None = None
    labels: tuple[str, str] = ("", "")
    frustums: tuple[DrawnFrustum, ...] = ()
