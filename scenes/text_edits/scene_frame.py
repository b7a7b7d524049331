"""The directions that words speak of: up as the scene has it, left, right and forward as the camera sees them.

Notation: right, up, forward (towards the camera) are orthonormal and right-handed, as rows of a matrix R: R x are
the coordinates of a point x of the world frame along them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..camera import Camera
from ..poses import DEFAULT_UP
from .steps import Axis, Direction

Vector = tuple[float, float, float]

_ALONG_UP = 0.99  # cosine from which on a direction says nothing about the horizon
_ROWS = {Axis.RIGHT: 0, Axis.UP: 1, Axis.FORWARD: 2}
_DIRECTIONS = {
    Direction.RIGHT: (0, 1.0),
    Direction.LEFT: (0, -1.0),
    Direction.UP: (1, 1.0),
    Direction.DOWN: (1, -1.0),
    Direction.FORWARD: (2, 1.0),
    Direction.BACK: (2, -1.0),
}


@dataclass(frozen=True, kw_only=True)
class SceneFrame:
    """Unit vectors of the world frame; the default is the frame of a camera that looks along +z with y down.

    Args:
        right: As the camera sees it, horizontal.
        up: The scene's.
        forward: Towards the camera, horizontal.

    Raises:
        ValueError: They are not orthonormal and right-handed.
    """

    right: Vector = (1.0, 0.0, 0.0)
    up: Vector = (0.0, -1.0, 0.0)
    forward: Vector = (0.0, 0.0, -1.0)

    def __post_init__(self) -> None:
        """Check the vectors."""
        rows = self.matrix
        if not np.allclose(rows @ rows.T, np.eye(3), atol=1e-6) or np.linalg.det(rows) < 0:
            raise ValueError(f"right, up, forward must be orthonormal and right-handed, got {rows.tolist()}")

    @classmethod
    def of_camera(cls, camera: Camera, up: ArrayLike = DEFAULT_UP) -> SceneFrame:
        """The frame of a scene as `camera` sees it.

        Args:
            camera: Its right-hand side, made horizontal, is right.
            up: World direction that is up in the scene, `[3]`.
        """
        upward = _unit(np.asarray(up, dtype=np.float64))
        rightward, downward = camera.viewmat[0, :3], camera.viewmat[1, :3]
        if (
            abs(float(rightward @ upward)) > _ALONG_UP
        ):  # lying on its side: what it has below is right or left of it
            rightward = downward if float(rightward @ upward) > 0 else -downward
        rightward = _unit(rightward - (rightward @ upward) * upward)
        return cls(right=_vector(rightward), up=_vector(upward), forward=_vector(np.cross(rightward, upward)))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """World -> (right, up, forward), `[3, 3]`, orthogonal."""
        return np.array([self.right, self.up, self.forward], dtype=np.float64)

    def direction(self, direction: Direction) -> NDArray[np.float64]:
        """Unit vector of a direction, `[3]`, world frame."""
        row, sign = _DIRECTIONS[direction]
        return sign * self.matrix[row]

    def axis(self, axis: Axis) -> NDArray[np.float64]:
        """Unit vector of an axis, `[3]`, world frame."""
        return self.matrix[_ROWS[axis]]

    def row_of(self, direction: Direction) -> int:
        """Which of right, up, forward (0, 1, 2) a direction is along."""
        return _ROWS_OF_DIRECTIONS[direction]


_ROWS_OF_DIRECTIONS = {direction: row for direction, (row, _) in _DIRECTIONS.items()}


def up_of_cameras(cameras: Sequence[Camera]) -> Vector:
    """The axis of the world that is up for most of the cameras, with its sign; -y for no camera.

    Cameras look down or up a little, or all around; their mean is nearest to the axis that the scene stands along.
    """
    if not cameras:
        return DEFAULT_UP
    mean = -np.mean([camera.viewmat[1, :3] for camera in cameras], axis=0)
    along = int(np.argmax(np.abs(mean)))
    up = np.zeros(3)
    up[along] = np.sign(mean[along]) or -1.0
    return _vector(up)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return vector / np.linalg.norm(vector)


def _vector(values: NDArray[np.float64]) -> Vector:
    x, y, z = (float(value) + 0.0 for value in values)
    return x, y, z
