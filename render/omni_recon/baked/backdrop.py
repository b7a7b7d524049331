"""What lies behind the mesh of a bake: a ball around scene and cameras, seen from within.

It is coloured by the photos like the mesh; where no photo sees it, by a picture of its own in equirectangular
projection: row i of R at the angle pi i / (R - 1) from the y axis, column j of C at 2 pi j / C around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ....scenes.mesh import TriangleMesh

ROWS, COLUMNS = 96, 192
"""Of the picture, and of the ball's vertices."""

_WITHIN = 0.98  # of the radius: flat triangles lie a little inside the ball


@dataclass(frozen=True, eq=False, kw_only=True)
class Backdrop:
    """A ball.

    Args:
        center: `[3]`, world frame [scene units].
        radius: [scene units].
        colors: `[ROWS, COLUMNS, 3]` uint8, as displayed.

    Raises:
        ValueError: The radius is not positive, or a shape is another.
    """

    center: NDArray[np.float64]
    radius: float
    colors: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Check the parts."""
        if self.center.shape != (3,) or not np.isfinite(self.center).all():
            raise ValueError("center must be three finite numbers")
        if not 0.0 < self.radius < np.inf:
            raise ValueError(f"radius must be positive, got {self.radius}")
        if self.colors.shape != (ROWS, COLUMNS, 3) or self.colors.dtype != np.uint8:
            raise ValueError(f"colors must be uint8 [{ROWS}, {COLUMNS}, 3]")

    @cached_property
    def mesh(self) -> TriangleMesh:
        """The ball as triangles."""
        return TriangleMesh(
            vertices=(self.center + self.radius * directions().reshape(-1, 3)).astype(np.float32),
            faces=_faces(),
            vertex_colors=(self.colors.reshape(-1, 3) / 255.0).astype(np.float32),
        )

    def holds(self, point: NDArray[np.float64]) -> bool:
        """Whether a camera at `point [3]` is inside and sees it as a backdrop; from outside it would hide the scene."""
        return bool(np.linalg.norm(point - self.center) < _WITHIN * self.radius)


def directions() -> NDArray[np.float64]:
    """From the centre to the vertices, `[ROWS, COLUMNS, 3]`, of length 1."""
    polar = np.pi * np.arange(ROWS)[:, None] / (ROWS - 1)
    around = 2.0 * np.pi * np.arange(COLUMNS)[None] / COLUMNS
    parts = np.sin(polar) * np.cos(around), np.cos(polar) + 0.0 * around, np.sin(polar) * np.sin(around)
    return np.stack(parts, axis=-1)


def _faces() -> NDArray[np.int32]:
    """Two triangles a cell; one where it ends in a pole."""
    row, column = np.mgrid[0 : ROWS - 1, 0:COLUMNS]
    right = (column + 1) % COLUMNS
    here, beside, below, across = (
        row * COLUMNS + column,
        row * COLUMNS + right,
        (row + 1) * COLUMNS + column,
        (row + 1) * COLUMNS + right,
    )
    upper = np.stack([here, beside, across], axis=-1)[1:]
    lower = np.stack([here, across, below], axis=-1)[:-1]
    return np.concatenate([upper.reshape(-1, 3), lower.reshape(-1, 3)]).astype(np.int32)
