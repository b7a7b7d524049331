"""What is drawn over the picture, without a word about who draws it."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]
"""Physical pixels, from the top left."""


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
    """

    lines: tuple[str, ...] = ()
    hint: tuple[str, ...] = ()
    outline: tuple[Point, ...] = ()
    circle: tuple[Point, float] | None = None
    markers: tuple[Point, ...] = ()
    segments: tuple[tuple[Point, Point], ...] = ()
    split: float | None = None
    labels: tuple[str, str] = ("", "")
