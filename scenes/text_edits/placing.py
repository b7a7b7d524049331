"""Motions of things as wholes: where a box goes that is put on, beside or under another, and about what it turns.

Notation: boxes along right, up, forward (rows 0, 1, 2 of the frame), lengths in scene units.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..edits.similarity import Matrix4, similarity_matrix
from .frame_boxes import FrameBox
from .targets import Relation

_RIGHT, _UP, _FORWARD = 0, 1, 2
_BESIDE = {  # row of the frame, and whether the thing is at the high end of the anchor
    Relation.LEFT_OF: (_RIGHT, False),
    Relation.RIGHT_OF: (_RIGHT, True),
    Relation.IN_FRONT_OF: (_FORWARD, True),
    Relation.BEHIND: (_FORWARD, False),
}
_NEAR_GAP = 0.25  # of the thing's own width
_NEARLY = 1e-9


def shifted(offset: NDArray[np.float64]) -> Matrix4:
    """The motion by `offset [3]`, world frame."""
    return similarity_matrix(np.eye(3), 1.0, offset)


def about(fixed: NDArray[np.float64], linear: NDArray[np.float64], factor: float = 1.0) -> Matrix4:
    """The map x -> f + `factor` `linear [3, 3]` (x - f) that leaves the point f = `fixed [3]` where it is."""
    return similarity_matrix(linear, factor, fixed - factor * linear @ fixed)


def turned(middle: NDArray[np.float64], axis: NDArray[np.float64], degrees: float) -> Matrix4:
    """The rotation about the line through `middle [3]` along the unit `axis [3]`, counter-clockwise from its tip."""
    radians = math.radians(math.remainder(degrees, 360.0))
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    linear = np.eye(3) + math.sin(radians) * cross + (1.0 - math.cos(radians)) * cross @ cross  # Rodrigues
    return about(middle, linear)


def mirrored(middle: NDArray[np.float64], normal: NDArray[np.float64]) -> Matrix4:
    """The reflection across the plane through `middle [3]` with the unit `normal [3]`."""
    return about(middle, np.eye(3) - 2.0 * np.outer(normal, normal))


def put(box: FrameBox, relation: Relation, anchor: FrameBox) -> Matrix4:
    """The motion after which `box` is in `relation` to `anchor`, the two touching.

    What is put on, above or below keeps its place where it is over the anchor already, else it goes to the anchor's
    middle. What is put beside stands on the anchor's level, in line with its middle. Near is beside it, a little
    apart, at the side that is the least way.
    """
    if relation in _BESIDE:
        row, is_high = _BESIDE[relation]
        offset = _beside(box, anchor, row, is_high=is_high, gap=0.0)
    elif relation is Relation.NEAR:
        offset = _near(box, anchor)
    else:
        offset = _over(box, anchor)
        offset[_UP] = (
            anchor.low[_UP] - box.high[_UP] if relation is Relation.BELOW else anchor.high[_UP] - box.low[_UP]
        )
    return shifted(box.to_world(offset))


def _over(box: FrameBox, anchor: FrameBox) -> NDArray[np.float64]:
    """The level way to where the middle of `box` is over `anchor`: none if it is so already."""
    middle, target = (box.low + box.high) / 2, (anchor.low + anchor.high) / 2
    level = [_RIGHT, _FORWARD]
    inside = np.all((anchor.low[level] <= middle[level]) & (middle[level] <= anchor.high[level]))
    offset = np.zeros(3)
    if not inside:
        offset[level] = (target - middle)[level]
    return offset


def _beside(box: FrameBox, anchor: FrameBox, row: int, *, is_high: bool, gap: float) -> NDArray[np.float64]:
    offset = (anchor.low + anchor.high - box.low - box.high) / 2
    offset[_UP] = anchor.low[_UP] - box.low[_UP]
    offset[row] = anchor.high[row] - box.low[row] + gap if is_high else anchor.low[row] - box.high[row] - gap
    return offset


def _near(box: FrameBox, anchor: FrameBox) -> NDArray[np.float64]:
    gap = _NEAR_GAP * float(max(box.size[_RIGHT], box.size[_FORWARD]))
    ways = [
        _beside(box, anchor, row, is_high=is_high, gap=gap)
        for row in (_RIGHT, _FORWARD)
        for is_high in (True, False)
    ]
    return min(ways, key=lambda way: float(np.hypot(way[_RIGHT], way[_FORWARD])))


def standing_in_for(box: FrameBox, old: FrameBox) -> Matrix4:
    """The map after which `box` is as high as `old` and has its foot where that has its foot.

    Raises:
        ValueError: One of the boxes is flat, so that no factor makes them alike.
    """
    if box.size[_UP] < _NEARLY or old.size[_UP] < _NEARLY:
        raise ValueError("one of the two has no height, which the other could be scaled to")
    factor = float(old.size[_UP] / box.size[_UP])
    return similarity_matrix(np.eye(3), factor, old.foot - factor * box.foot)
