"""Numbers for a placement and its matrix say the same."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.app.messages import IDENTITY
from rowsplat.app.placement import Placement


def test_nothing_moved_is_the_identity() -> None:
    assert np.array_equal(Placement().matrix, IDENTITY)
    assert Placement.of(IDENTITY) == Placement()


@pytest.mark.parametrize("seed", range(8))
def test_a_matrix_survives_its_numbers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))  # half of them mirror
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn * rng.uniform(0.1, 5), rng.normal(size=3)
    back = Placement.of(tuple(map(tuple, matrix.tolist()))).matrix
    np.testing.assert_allclose(back, matrix, atol=1e-9)


def test_turns_are_about_the_axes_of_the_world_one_after_the_other() -> None:
    placed = np.array(Placement(degrees=(90.0, 90.0, 0.0), position=(1.0, 2.0, 3.0), size=2.0).matrix)
    # y turns to z about x, which turns to x about y
    np.testing.assert_allclose(placed @ (0, 1, 0, 1), (1 + 2, 2, 3, 1), atol=1e-12)
