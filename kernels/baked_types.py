"""What the kernels that draw baked scenes take and give: a mesh, photos with features, and a picture of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .types import View

HIDDEN = 32
"""Channels of the maps that the shader looks up."""

LOOKED_UP = 3
"""Photos that colour a pixel, at most."""

NO_VIEW = -1
"""In place of a photo's number where there is none."""


@dataclass(frozen=True, eq=False, kw_only=True)
class MeshArrays:
    """A mesh of V vertices and F triangles.

    Args:
        vertices: `[V, 3]` float32, world frame.
        faces: `[F, 3]` int32.
        face_colors: `[F, 3]` float32 in [0, 1], for what no photo sees.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    face_colors: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class SourceArrays:
    """One photo as the shader looks it up.

    Args:
        view: Its camera, of the photo's size.
        pixels: `[H, W, 4]` uint8, the last channel unused.
        hidden: `[ceil(H/4), ceil(W/4), 32]` float32, the features after the shader's first linear layer, before its
            ReLU; cell i is centred on pixel index 4i. A linear layer and bilinear weights, which sum to 1, commute, so
            the layer is applied once to the map instead of at every look-up.
        depth: `[h, w]` float32 along the view axis, the whole picture scaled, 0 where the mesh is not.
    """

    view: View
    pixels: NDArray[np.uint8]
    hidden: NDArray[np.float32]
    depth: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class ShaderWeights:
    """The layers of the shader behind the first, each `[out, in]` with its bias `[out]`, float32.

    Args:
        first: 16 from 32 hidden channels and 3 differences of directions.
        second: 8 from 16.
        last: 1 from 8.
    """

    first: tuple[NDArray[np.float32], NDArray[np.float32]]
    second: tuple[NDArray[np.float32], NDArray[np.float32]]
    last: tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Raster:
    """The nearest triangle of every pixel.

    Args:
        keys: `[H, W]` int64: bits of the float32 1/z, then the triangle's number (32 bits); 0 where nothing is.
        view: What it was seen from.
    """

    keys: NDArray[np.int64]
    view: View

    @property
    def covered(self) -> NDArray[np.bool_]:
        """`[H, W]`, where the mesh is."""
        return self.keys > 0

    @property
    def depth(self) -> NDArray[np.float32]:
        """`[H, W]` along the view axis [scene units], 0 where nothing is."""
        inverse = (self.keys >> 32).astype(np.int32).view(np.float32)
        return np.divide(np.float32(1.0), inverse, out=np.zeros_like(inverse), where=inverse > 0)

    @property
    def triangles(self) -> NDArray[np.int32]:
        """`[H, W]`, numbers of the triangles, -1 where nothing is."""
        return np.where(self.covered, self.keys & 0xFFFFFFFF, -1).astype(np.int32)


class MeshRasteriser(Protocol):
    """Finds the nearest triangle of every pixel. Use from one thread."""

    def upload(self, mesh: MeshArrays) -> None:
        """Make `mesh` the one that is drawn."""
        ...

    def rasterise(self, view: View) -> Raster:
        """The mesh seen from `view`, front and back of triangles alike."""
        ...


class ViewShader(Protocol):
    """Colours the pixels of a raster from photos. Use from one thread."""

    def upload(self, sources: tuple[SourceArrays, ...], weights: ShaderWeights, *, tolerance: float) -> None:
        """Make these the photos that are looked up.

        Args:
            sources: At least one.
            weights: Of the shader.
            tolerance: A point farther than a photo's depth by more than this part of it is hidden from the photo.
        """
        ...

    def select(self, raster: Raster, *, exclude: int = NO_VIEW) -> NDArray[np.int32]:
        """The photos that look at each pixel's point from the most similar direction, among those that see it.

        Args:
            raster: The pixels.
            exclude: Number of a photo not to take.

        Returns:
            `[H, W, 3]`, numbers of photos, the most similar first, `NO_VIEW` where there are no more.
        """
        ...

    def shade(
        self,
        raster: Raster,
        views: NDArray[np.int32],
        face_colors: NDArray[np.float32],
        background: tuple[float, float, float],
    ) -> NDArray[np.float32]:
        """Colours `[H, W, 3]`: of `views [H, W, 3]`, blended by the shader, or of the face where there are none."""
        ...
