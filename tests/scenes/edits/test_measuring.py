"""True size and an upright scene, by the points that were clicked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes.edits import Transform
from rowsplat.scenes.edits.measuring import align_to_ground, distance, scale_to_length
from rowsplat.scenes.edits.similarity import Matrix4, similarity_parts

_points = st.lists(st.floats(-10, 10, allow_subnormal=False), min_size=3, max_size=3).map(np.array)


def _moved(matrix: Matrix4, *points: NDArray[np.float64]) -> NDArray[np.float64]:
    values = np.array(matrix)
    return np.stack(points) @ values[:3, :3].T + values[:3, 3]


@given(_points, _points, st.floats(0.01, 100), _points)
def test_two_points_get_their_true_distance(
    first: NDArray[np.float64], second: NDArray[np.float64], length: float, fixed: NDArray[np.float64]
) -> None:
    assume(np.linalg.norm(first - second) > 1e-3)
    matrix = scale_to_length(first, second, length, fixed=fixed)
    one, other, still = _moved(matrix, first, second, fixed)
    assert distance(one, other) == pytest.approx(length, rel=1e-6)
    np.testing.assert_allclose(still, fixed, atol=1e-6 * max(1, similarity_parts(matrix).factor))
    Transform(matrix=matrix)


@given(_points, _points, _points, st.booleans())
def test_three_points_become_the_ground(
    first: NDArray[np.float64], second: NDArray[np.float64], third: NDArray[np.float64], flip: bool
) -> None:
    normal = np.cross(second - first, third - first)
    assume(np.linalg.norm(normal) > 1e-2)
    matrix = align_to_ground(first, second, third, flip=flip)
    moved = _moved(matrix, first, second, third)
    np.testing.assert_allclose(moved[:, 1], 0.0, atol=1e-6)
    np.testing.assert_allclose(
        moved[:, [0, 2]].mean(axis=0), np.stack([first, second, third]).mean(axis=0)[[0, 2]], atol=1e-6
    )
    parts = similarity_parts(matrix)
    assert parts.factor == pytest.approx(1.0)
    assert np.linalg.det(parts.rotation) > 0
    upright = abs(normal[1]) / np.linalg.norm(normal)  # cosine of the smaller of the two possible angles
    expected = np.degrees(np.arccos(min(upright, 1.0)))
    assert parts.angle_deg == pytest.approx(180 - expected if flip else expected, abs=1e-4)
    Transform(matrix=matrix)


@pytest.mark.parametrize("flip", [False, True])
def test_what_was_above_the_floor_stays_above_it_unless_flipped(flip: bool) -> None:
    floor = [np.array([0.0, 1.0, 0.0]), np.array([1.0, 1.1, 0.0]), np.array([0.0, 1.2, 1.0])]
    above = np.array([0.3, -1.0, 0.3])  # y is down
    height = _moved(align_to_ground(*floor, flip=flip), above)[0, 1]
    assert (height < 0) != flip


def test_a_level_floor_is_only_lowered_and_half_a_turn_has_an_axis() -> None:
    floor = [np.array([0.0, 2.0, 0.0]), np.array([1.0, 2.0, 0.0]), np.array([0.0, 2.0, 1.0])]
    np.testing.assert_allclose(align_to_ground(*floor), np.eye(4) + _lift(-2.0), atol=1e-12)
    assert similarity_parts(align_to_ground(*floor, flip=True)).angle_deg == pytest.approx(180)


def _lift(y: float) -> NDArray[np.float64]:
    matrix = np.zeros((4, 4))
    matrix[1, 3] = y
    return matrix


def test_points_that_say_nothing_are_refused() -> None:
    point = np.array([1.0, 2.0, 3.0])
    with pytest.raises(RowsplatError, match="found the same twice"):
        scale_to_length(point, point, 1.0)
    with pytest.raises(RowsplatError, match="found them on a line"):
        align_to_ground(point, 2 * point, 3 * point)
    with pytest.raises(RowsplatError, match="found them on a line"):
        align_to_ground(point, point, point)
    for length in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(RowsplatError, match="expected a positive length"):
            scale_to_length(point, 2 * point, length)
    with pytest.raises(ValueError, match="first must be three finite numbers"):
        distance([0, 1], point)
