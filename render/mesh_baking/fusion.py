"""Depth pictures -> truncated signed distance field -> triangles, by Open3D's voxel block grid.

Source: Curless and Levoy 1996 (the field); Open3D's VoxelBlockGrid stores it sparsely, in blocks near the surface.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...scenes import Camera
from ..open3d_module import open3d

_BLOCK = 8  # voxels along the side of a block: finer blocks waste less beside the surface than Open3D's 16
_TRUNCATION = 4.0  # [voxels]
_FEWEST_OBSERVATIONS = 3.0  # of a voxel; what one of many views alone saw is mostly the rim of something
_VIEWS_PER_OBSERVATION = 8.0  # of few views fewer must suffice
_BLOCKS_AT_FIRST = 4096
_NOTHING_TOUCHED = "No block is touched"


class DistanceField:
    """Takes pictures one after the other. Everything in the world frame and scene units."""

    def __init__(self, voxel_size: float) -> None:
        """An empty field with voxels of this side [scene units]."""
        o3d = open3d()
        self._o3d = o3d
        self._added = 0
        names, kinds = ("tsdf", "weight", "color"), (o3d.core.float32,) * 3
        self._grid: Any = o3d.t.geometry.VoxelBlockGrid(
            names, kinds, (1, 1, 3), voxel_size, _BLOCK, _BLOCKS_AT_FIRST
        )

    def add(
        self, depth: NDArray[np.float32], color: NDArray[np.float32], camera: Camera, farthest: float
    ) -> None:
        """Fuse one picture.

        Args:
            depth: `[H, W]` along the view axis [scene units], 0 where nothing is known.
            color: `[H, W, 3]` in [0, 1].
            camera: Where it was taken from.
            farthest: Largest depth in the picture [scene units].
        """
        image, tensor = self._o3d.t.geometry.Image, self._o3d.core.Tensor
        # Open3D reads the pixel that a voxel falls into, so that centres at +0.5 need no shift here
        view = (tensor(camera.K), tensor(np.array(camera.viewmat)), 1.0, 2.0 * farthest)
        depths, colors = image(np.ascontiguousarray(depth)), image(np.ascontiguousarray(color))
        try:
            blocks = self._grid.compute_unique_block_coordinates(depths, *view, _TRUNCATION)
        except RuntimeError as error:
            if _NOTHING_TOUCHED not in str(error):
                raise
            return  # Open3D looks at every fourth pixel; a picture with few depths may have none there
        self._added += 1
        intrinsic, extrinsic, scale, depth_max = view
        self._grid.integrate(
            blocks, depths, colors, intrinsic, intrinsic, extrinsic, scale, depth_max, _TRUNCATION
        )

    def triangles(self) -> Any:
        """The zero crossing of the field as Open3D's `geometry.TriangleMesh`, empty where there is none."""
        fewest = min(_FEWEST_OBSERVATIONS, self._added / _VIEWS_PER_OBSERVATION)
        if not self._grid.hashmap().size():
            return self._o3d.geometry.TriangleMesh()
        return self._grid.extract_triangle_mesh(weight_threshold=fewest).to_legacy()
