"""What of a scene is baked, and the cameras around it.

Notation: the subject is the sphere of `scene_extent`, enlarged by `reach`.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ...scenes import Camera, Gaussians, SceneExtent

_FOV_DEG = 50.0
_GOLDEN_ANGLE_DEG = 180.0 * (3.0 - math.sqrt(5.0))
_VOXELS_PER_PIXEL = 0.65  # finer: nearer to the truth, less like the splats (docs/baking.md)
_SMALLEST, _LARGEST = 512, 2048  # side of a picture [px]; in smaller ones splats are blurred outwards


def gaussians_within(gaussians: Gaussians, sphere: SceneExtent) -> Gaussians:
    """The Gaussians whose centres lie in `sphere`: a shell of sky must not hide the subject from outside.

    Raises:
        RowsplatError: There are none.
    """
    inside = np.linalg.norm(gaussians.means - sphere.center, axis=1) <= sphere.radius
    if not inside.any():
        raise RowsplatError("the scene has no Gaussian to bake. Check the file with `rowsplat info`.")
    if inside.all():
        return gaussians
    names = ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs")
    return replace(gaussians, **{name: getattr(gaussians, name)[inside] for name in names})


def cameras_around(sphere: SceneExtent, views: int, size: int) -> tuple[Camera, ...]:
    """Cameras evenly spread around `sphere` (Fibonacci lattice), which each sees whole in `size` x `size` [px]."""
    distance = sphere.radius / math.sin(math.radians(_FOV_DEG) / 2.0)
    heights = 1.0 - 2.0 * (np.arange(views) + 0.5) / views
    return tuple(
        Camera.orbit(
            sphere.center,
            distance=distance,
            azimuth_deg=_GOLDEN_ANGLE_DEG * view,
            elevation_deg=math.degrees(math.asin(height)),
            width=size,
            height=size,
            fov_deg=_FOV_DEG,
        )
        for view, height in enumerate(heights)
    )


def picture_size(sphere: SceneExtent, voxel_size: float) -> int:
    """Side of a picture [px] at which a pixel of `cameras_around` covers two thirds of a voxel."""
    half_angle = math.radians(_FOV_DEG) / 2.0
    width = 2.0 * sphere.radius * math.tan(half_angle) / math.sin(half_angle)
    return int(min(max(math.ceil(width / (_VOXELS_PER_PIXEL * voxel_size)), _SMALLEST), _LARGEST))


def depth_inside(
    depth: NDArray[np.float32], camera: Camera, sphere: SceneExtent
) -> tuple[NDArray[np.float32], float]:
    """`depth [H, W]` with 0 wherever the point lies outside `sphere`, and the largest depth that is left."""
    x = (np.arange(camera.width, dtype=np.float32) + np.float32(0.5 - camera.cx)) / np.float32(camera.fx)
    y = (np.arange(camera.height, dtype=np.float32) + np.float32(0.5 - camera.cy)) / np.float32(camera.fy)
    center = camera.viewmat[:3, :3] @ sphere.center + camera.viewmat[:3, 3]
    across = (x * depth - np.float32(center[0])) ** 2 + (y[:, None] * depth - np.float32(center[1])) ** 2
    inside = across + (depth - np.float32(center[2])) ** 2 <= np.float32(sphere.radius**2)
    kept = np.where(inside & (depth > 0), depth, np.float32(0.0))
    return kept, float(kept.max(initial=0.0))
