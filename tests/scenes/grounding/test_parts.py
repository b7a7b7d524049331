"""Slices of a thing against a comparison point by point."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.scenes.edits import IndexMask
from rowsplat.scenes.grounding import GroundingError, part_of
from rowsplat.scenes.text_edits.targets import Fraction, Place

from .small_scenes import context, painted

AXES = {
    Place.RIGHT: (0, 1),
    Place.LEFT: (0, -1),
    Place.TOP: (1, -1),
    Place.BOTTOM: (1, 1),
    Place.FRONT: (2, -1),
    Place.BACK: (2, 1),
}


@pytest.mark.parametrize("side", AXES)
@pytest.mark.parametrize(
    ("fraction", "share"), [(Fraction.HALF, 1 / 2), (Fraction.THIRD, 1 / 3), (Fraction.QUARTER, 1 / 4)]
)
def test_a_slice_is_that_share_of_the_box(side: Place, fraction: Fraction, share: float) -> None:
    points = np.random.default_rng(0).uniform(-1.0, 1.0, (4000, 3))
    gaussians, _ = painted([(points, "red")])
    column, sign = AXES[side]  # of the world: seen from -z with y down
    found = part_of(IndexMask.all(4000), side, fraction, context(gaussians)).mask.to_bool()
    along = sign * points[:, column]
    edge = 1.0 - 2.0 * share
    assert found[along > edge + 0.02].all()
    assert not found[along < edge - 0.02].any()


def test_nothing_of_nothing_is_refused() -> None:
    gaussians, _ = painted([(np.zeros((5, 3)), "red")])
    with pytest.raises(GroundingError, match="holds no Gaussian"):
        part_of(IndexMask.none(5), Place.TOP, Fraction.HALF, context(gaussians))
