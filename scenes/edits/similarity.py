"""Similarity matrices as plain tuples: hashable, comparable, and the same after a trip through JSON.

Notation: a similarity maps x to s R x + t with a scale s > 0, an orthogonal R (a rotation, or a reflection)
and a translation t; as a matrix `[[s R, t], [0, 1]]`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix4 = tuple[tuple[float, ...], ...]
"""A 4x4 matrix, row by row."""

IDENTITY: Matrix4 = tuple(tuple(float(row == column) for column in range(4)) for row in range(4))

_ORTHOGONALITY_TOLERANCE = (
    5e-5  # inside that of `transforms`, so that what is accepted here is accepted there
)
_LARGEST_OFFSET = 1e12
_LARGEST_FACTOR = 1e9


@dataclass(frozen=True, eq=False, kw_only=True)
class Similarity:
    """The parts of a similarity: orthogonal `rotation [3, 3]`, `factor`, `translation [3]` [scene units]."""

    rotation: NDArray[np.float64]
    factor: float
    translation: NDArray[np.float64]

    @property
    def turns(self) -> bool:
        """Whether the rotation is another than the identity, to the last bit."""
        return not np.array_equal(self.rotation, np.eye(3))

    @property
    def angle_deg(self) -> float:
        """Angle of the rotation [degrees], 0 to 180; of -R for a reflection R."""
        proper = self.rotation * np.sign(np.linalg.det(self.rotation))
        # sin from the skew part, cos from the trace: accurate near 0 and near 180 alike
        skew = proper - proper.T
        sine = 0.5 * np.linalg.norm([skew[2, 1], skew[0, 2], skew[1, 0]])
        return float(np.degrees(np.arctan2(sine, 0.5 * (np.trace(proper) - 1.0))))


def matrix_tuple(matrix: ArrayLike) -> Matrix4:
    """`matrix [4, 4]` as nested tuples of floats.

    Raises:
        ValueError: It has another shape.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.shape != (4, 4):
        raise ValueError(f"matrix must have shape [4, 4], got {list(values.shape)}")
    return tuple(tuple(map(float, row)) for row in values.tolist())


def similarity_matrix(rotation: ArrayLike, factor: float, translation: ArrayLike) -> Matrix4:
    """The matrix of x -> `factor` `rotation [3, 3]` x + `translation [3]`."""
    matrix = np.eye(4)
    matrix[:3, :3] = factor * np.asarray(rotation, dtype=np.float64)
    matrix[:3, 3] = translation
    return matrix_tuple(matrix)


def similarity_parts(matrix: ArrayLike) -> Similarity:
    """The parts of a similarity matrix `[4, 4]`.

    Raises:
        ValueError: It is no similarity, not finite, or of absurd size.
    """
    values = np.asarray(matrix_tuple(matrix))
    if not np.isfinite(values).all() or not np.array_equal(values[3], [0.0, 0.0, 0.0, 1.0]):
        raise ValueError("matrix must be finite with last row 0 0 0 1")
    largest = float(np.abs(values[:3, :3]).max())
    if not 1 / _LARGEST_FACTOR <= largest <= _LARGEST_FACTOR or np.abs(values).max() > _LARGEST_OFFSET:
        raise ValueError(
            f"matrix must scale by {1 / _LARGEST_FACTOR:g} to {_LARGEST_FACTOR:g} and move by at most "
            f"{_LARGEST_OFFSET:g}"
        )
    linear = values[:3, :3]
    factor = float(np.cbrt(abs(np.linalg.det(linear))))
    if np.count_nonzero(linear - linear[0, 0] * np.eye(3)) == 0 and linear[0, 0] > 0:
        factor = float(linear[0, 0])  # the cube root may be off by a bit, and then so would be the rotation
    if not factor > 0 or not _is_orthogonal(linear / factor):
        raise ValueError("matrix must be a similarity (rotation, uniform scale, translation)")
    return Similarity(rotation=linear / factor, factor=factor, translation=values[:3, 3])


def _is_orthogonal(matrix: NDArray[np.float64]) -> bool:
    """Whether the columns of `matrix [3, 3]` are orthonormal."""
    return bool(np.abs(matrix.T @ matrix - np.eye(3)).max() <= _ORTHOGONALITY_TOLERANCE)
