"""The immutable triangle mesh that baking returns and mesh files hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False, kw_only=True)
class TriangleMesh:
    """V coloured vertices and F triangles. Arrays are read-only; an edit returns a new value.

    Args:
        vertices: Positions, `[V, 3]` float32, world frame, scene units.
        faces: Vertex numbers of each triangle, `[F, 3]` int32, counter-clockwise seen from outside.
        vertex_colors: `[V, 3]` float32 in [0, 1], as displayed (sRGB), like the colours of `Gaussians`.

    Raises:
        ValueError: An array has the wrong shape, or a face names a vertex that is not there.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    vertex_colors: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check shapes and vertex numbers, and make every array read-only."""
        for name, dtype in (("vertices", np.float32), ("faces", np.int32), ("vertex_colors", np.float32)):
            object.__setattr__(self, name, _frozen(name, getattr(self, name), dtype))
        if len(self.vertex_colors) != len(self.vertices):
            raise ValueError(
                f"vertex_colors must have shape [{len(self.vertices)}, 3], got {list(self.vertex_colors.shape)}"
            )
        if len(self.faces) and not (self.faces.min() >= 0 and self.faces.max() < len(self.vertices)):
            raise ValueError(
                f"faces must name vertices below {len(self.vertices)}, "
                f"got {self.faces.min()} to {self.faces.max()}"
            )

    @property
    def nbytes(self) -> int:
        """Size of the three arrays [bytes]."""
        return self.vertices.nbytes + self.faces.nbytes + self.vertex_colors.nbytes


def _frozen(name: str, values: ArrayLike, dtype: type) -> NDArray[np.generic]:
    """`values` as a contiguous read-only array `[rows, 3]`."""
    array = np.ascontiguousarray(values, dtype=dtype)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ValueError(f"{name} must have shape [rows, 3], got {list(array.shape)}")
    array = array.view()
    array.flags.writeable = False
    return array
