"""Measuring a scene, and bringing it to true size and upright."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...kernels.errors import RowsplatError
from ..poses import DEFAULT_UP
from .similarity import Matrix4, similarity_matrix

_SMALLEST_SINE = 1e-6


def distance(first: ArrayLike, second: ArrayLike) -> float:
    """Distance between two points `[3]` [scene units]."""
    return float(np.linalg.norm(_point("second", second) - _point("first", first)))


def scale_to_length(
    first: ArrayLike, second: ArrayLike, length: float, *, fixed: ArrayLike = (0.0, 0.0, 0.0)
) -> Matrix4:
    """The enlargement that makes two points `[3]` lie `length` apart.

    Args:
        first: One end [scene units].
        second: The other.
        length: The true length, in the unit that the scene shall have.
        fixed: The point `[3]` that stays where it is; by default the origin.

    Raises:
        RowsplatError: The points coincide, or `length` is not positive and finite.
    """
    if not (np.isfinite(length) and length > 0):
        raise RowsplatError(f"expected a positive length, found {length:g}")
    measured = distance(first, second)
    if not measured > 0:
        raise RowsplatError("expected two different points, found the same twice. Measure a longer distance.")
    factor = length / measured
    return similarity_matrix(np.eye(3), factor, (1.0 - factor) * _point("fixed", fixed))


def align_to_ground(first: ArrayLike, second: ArrayLike, third: ArrayLike, *, flip: bool = False) -> Matrix4:
    """The motion that makes the plane through three points `[3]` the ground y = 0, with up towards -y.

    The scene is turned by the smallest angle that does it, about the middle of the points, and then lifted or
    lowered: the points stay above the same place and the view keeps its heading.

    Args:
        first: A point of the floor [scene units, world frame].
        second: Another.
        third: A third, not on a line with the others.
        flip: The other side of the plane is up: for a scene that is upside down. Else up is the side that
            is nearer to -y now.

    Raises:
        RowsplatError: The points lie on a line.
    """
    points = np.stack([_point("first", first), _point("second", second), _point("third", third)])
    along, across = points[1] - points[0], points[2] - points[0]
    normal = np.cross(along, across)
    longest = np.linalg.norm(along) * np.linalg.norm(across)
    if not np.linalg.norm(normal) > _SMALLEST_SINE * longest:
        raise RowsplatError(
            "expected three points that span a plane, found them on a line. Take them farther apart."
        )
    up = np.array(DEFAULT_UP)
    normal = normal / np.linalg.norm(normal)
    if (normal @ up < 0) != flip:
        normal = -normal
    rotation = _shortest_turn(normal, up)
    middle = points.mean(axis=0)
    on_ground = middle - (middle @ up) * up
    return similarity_matrix(rotation, 1.0, on_ground - rotation @ middle)


def _shortest_turn(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation matrix by the smallest angle that takes the unit vector `start` to `end`.

    The product of two reflections, H(start + end) H(start) with H(v) = 1 - 2 v v^T / v^T v, takes `start` to
    -`start` and then to `end`, and leaves what is orthogonal to both alone.
    """
    if start @ end < -1.0 + 1e-12:  # half a turn; any axis across will do
        across: NDArray[np.float64] = np.eye(3)[int(np.argmin(np.abs(start)))]
        return -_reflection(np.cross(start, across))
    return _reflection(start + end) @ _reflection(start)


def _reflection(normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """The reflection at the plane through the origin that is orthogonal to `normal [3]`."""
    factor = 2.0 / float(normal @ normal)
    return np.eye(3) - factor * normal[:, None] * normal


def _point(name: str, point: ArrayLike) -> NDArray[np.float64]:
    """`point` as three finite numbers."""
    values = np.asarray(point, dtype=np.float64)
    if values.shape != (3,) or not np.isfinite(values).all():
        raise ValueError(f"{name} must be three finite numbers, got {point}")
    return values
