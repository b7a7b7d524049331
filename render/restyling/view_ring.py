"""The views that are edited where nobody gives any."""

from __future__ import annotations

import math

import numpy as np

from ...scenes import Camera, Gaussians, default_camera, scene_extent

_LEVEL_DEG, _SWING_DEG = 15.0, 15.0  # the ring rises and falls so that the subject is seen from above as well
_SWINGS = 3


def camera_ring(gaussians: Gaussians, views: int, size: int) -> tuple[Camera, ...]:
    """Cameras once around the subject, or, in a room, once around within it; neighbours see nearly the same.

    Args:
        gaussians: The scene.
        views: How many.
        size: Side of their pictures [px].
    """
    extent = scene_extent(gaussians)
    first = default_camera(gaussians, width=size, height=size)
    distance = float(np.linalg.norm(first.position - extent.center))
    inside = distance < extent.radius
    level, swing = (0.0, _SWING_DEG) if inside else (_LEVEL_DEG, _SWING_DEG)
    return tuple(
        Camera.orbit(
            extent.center,
            distance=distance,
            azimuth_deg=360.0 * view / views,
            elevation_deg=level + swing * math.sin(2.0 * math.pi * _SWINGS * view / views),
            width=size,
            height=size,
        )
        for view in range(views)
    )
