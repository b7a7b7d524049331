"""Slices of a thing: "the top half of the robot"."""

from __future__ import annotations

import numpy as np

from ..edits.index_mask import IndexMask
from ..text_edits.targets import Fraction, Place
from .context import GroundingContext
from .result import Grounding, GroundingError

_SHARES = {Fraction.HALF: 1.0 / 2.0, Fraction.THIRD: 1.0 / 3.0, Fraction.QUARTER: 1.0 / 4.0}
_SIDES = {  # column of the frame's coordinates, and whether the slice is at their high end
    Place.RIGHT: (0, True),
    Place.LEFT: (0, False),
    Place.TOP: (1, True),
    Place.BOTTOM: (1, False),
    Place.FRONT: (2, True),
    Place.BACK: (2, False),
}
_TAIL = 0.002  # of the Gaussians, at either end: strays do not move the cut


def part_of(mask: IndexMask, side: Place, fraction: Fraction, context: GroundingContext) -> Grounding:
    """The Gaussians of `mask` in a slice of the box around it, whose axes are right, up and forward.

    Args:
        mask: The whole.
        side: Where the slice is.
        fraction: How much of the box's extent along that axis.
        context: What right, up and forward are.

    Raises:
        ValueError: `side` is the middle.
        GroundingError: Nothing is in the slice.
    """
    if side not in _SIDES:
        raise ValueError(f"a part has a side, got {side.value}")
    column, high_end = _SIDES[side]
    selected = mask.to_bool() & context.alive
    along = context.coordinates[:, column]
    inside = np.zeros(len(along), dtype=np.bool_)
    if selected.any():
        low, high = np.quantile(along[selected], [_TAIL, 1.0 - _TAIL])
        depth = (high - low) * _SHARES[fraction]
        inside = selected & (along >= high - depth if high_end else along <= low + depth)
    if not inside.any():
        raise GroundingError(
            f"the {side.value} {fraction.value} of it holds no Gaussian", "Name a thing that has Gaussians"
        )
    found = IndexMask.from_bool(inside)
    why = f"{side.value} {fraction.value}, {found.num_selected:,} of {int(selected.sum()):,} Gaussians"
    return Grounding(mask=found, confidence=1.0, why=why)
