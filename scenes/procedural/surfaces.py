"""Closed triangle surfaces and what can be done to them: moving, bending, twisting, cutting.

Notation: local frame with z up; faces counter-clockwise seen from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..optional_modules import optional_module

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Surface:
    """Triangles: `vertices [V, 3]` float64 and `faces [F, 3]` int32."""

    vertices: Points
    faces: NDArray[np.int32]

    def moved(self, matrix: Points, offset: Points) -> Surface:
        """Every vertex at `matrix [3, 3] @ vertex + offset [3]`; the outside stays outside."""
        faces = self.faces if np.linalg.det(matrix) > 0 else self.faces[:, ::-1]
        return Surface(vertices=self.vertices @ matrix.T + offset, faces=np.ascontiguousarray(faces))

    def warped(self, field: Callable[[Points], Points]) -> Surface:
        """Every vertex moved by `field`, `[V, 3]` to `[V, 3]`."""
        return Surface(vertices=field(self.vertices), faces=self.faces)

    def normalised(self) -> Surface:
        """Middle of the bounding box at the origin, the farthest vertex at distance 1."""
        centred = self.vertices - (self.vertices.min(axis=0) + self.vertices.max(axis=0)) / 2.0
        return Surface(vertices=centred / np.linalg.norm(centred, axis=1).max(), faces=self.faces)


def manifold3d() -> Any:
    """The module manifold3d, imported when first used.

    Raises:
        RowsplatError: It is not installed.
    """
    return optional_module("manifold3d", extra="omni", feature="Making procedural scenes")


def outward(vertices: Points, faces: NDArray[np.integer]) -> Surface:
    """A surface of positive volume: faces are turned over if they all look inwards."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    volume = np.einsum("fi,fi->", a, np.cross(b, c))
    turned = faces if volume > 0 else faces[:, ::-1]
    return Surface(vertices=vertices, faces=np.ascontiguousarray(turned, dtype=np.int32))


def subtract(first: Surface, second: Surface) -> Surface:
    """`first` without `second`; `first` itself where nothing, or next to nothing, would be left."""
    return _cut(first, second, lambda a, b: a - b)


def intersect(first: Surface, second: Surface) -> Surface:
    """What is in both; `first` itself where that is next to nothing."""
    return _cut(first, second, lambda a, b: a ^ b)


def from_manifold(solid: Any) -> Surface:
    """The surface of a `manifold3d.Manifold`."""
    mesh = solid.to_mesh()
    return Surface(
        vertices=np.array(mesh.vert_properties[:, :3], dtype=np.float64),
        faces=np.array(mesh.tri_verts, dtype=np.int32),
    )


def _cut(first: Surface, second: Surface, operation: Callable[[Any, Any], Any]) -> Surface:
    solids = [_to_manifold(first), _to_manifold(second)]
    if any(solid.is_empty() for solid in solids):  # what manifold3d cannot take as closed is empty
        return first
    cut = operation(*solids)
    if cut.is_empty() or cut.volume() < 0.15 * solids[0].volume():
        return first
    return from_manifold(cut)


def _to_manifold(surface: Surface) -> Any:
    module = manifold3d()
    return module.Manifold(
        module.Mesh(
            vert_properties=surface.vertices.astype(np.float32), tri_verts=surface.faces.astype(np.uint32)
        )
    )
