"""Where a scene stands, in the numbers that people give: position, turns about the axes, size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..scenes.edits.similarity import matrix_tuple
from .messages import Matrix
from .questions import Point3


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A similarity transform in parts.

    Args:
        position: Of the scene's origin, world frame [scene units].
        degrees: Turns about the world's x, then y, then z axis.
        size: Factor, not 0; negative for a mirrored scene.
    """

    position: Point3 = (0.0, 0.0, 0.0)
    degrees: Point3 = (0.0, 0.0, 0.0)
    size: float = 1.0

    @classmethod
    def of(cls, matrix: Matrix) -> Placement:
        """The parts of a similarity matrix."""
        from scipy.spatial.transform import Rotation

        values = np.array(matrix)
        size = float(np.cbrt(np.linalg.det(values[:3, :3])))
        turns = Rotation.from_matrix(values[:3, :3] / size).as_euler("xyz", degrees=True)
        return cls(position=_triple(values[:3, 3]), degrees=_triple(turns), size=size)

    @property
    def matrix(self) -> Matrix:
        """Scene -> world."""
        from scipy.spatial.transform import Rotation

        values = np.eye(4)
        values[:3, :3] = Rotation.from_euler("xyz", self.degrees, degrees=True).as_matrix() * self.size
        values[:3, 3] = self.position
        return matrix_tuple(values)


def _triple(values: np.ndarray) -> Point3:
    x, y, z = (float(value) for value in values)
    return x, y, z
