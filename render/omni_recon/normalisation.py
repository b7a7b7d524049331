"""World frame -> unit frame: the scene, seen from the middle of its cameras, fits the cube [-1, 1]^3.

Source: Omni-Recon (arXiv:2403.11131) and VolRecon: axes of a reference camera, box of the frusta, a tenth to spare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...scenes import Camera
from .types import DepthRange, Normalisation, SceneBox

_SPARE = 1.1  # the cube is so much larger than the frusta
_LEAST_AGREEMENT = 0.1  # of the cameras' directions, singular value of their mean rotation


def normalisation(
    cameras: Sequence[Camera], bounds: SceneBox | DepthRange, reference: Camera | None = None
) -> Normalisation:
    """The unit frame of a scene.

    Args:
        cameras: The source cameras.
        bounds: Where the scene is.
        reference: The camera whose axes the frame takes; `None` takes the mean of the source cameras' axes.
    """
    rotation = mean_rotation(cameras) if reference is None else reference.viewmat[:3, :3]
    if isinstance(bounds, SceneBox):
        return Normalisation(rotation=rotation, center=np.array(bounds.center), scale=bounds.radius)
    corners = np.concatenate([frustum_corners(camera, bounds) for camera in cameras]) @ rotation.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    center = rotation.T @ ((low + high) / 2.0)
    return Normalisation(rotation=rotation, center=center, scale=float((high - low).max() / 2.0 * _SPARE))


def mean_rotation(cameras: Sequence[Camera]) -> NDArray[np.float64]:
    """World -> mean camera axes, `[3, 3]`: the rotation nearest to the mean, or the first if they face all ways."""
    total = np.mean([camera.viewmat[:3, :3] for camera in cameras], axis=0)
    left, spread, right = np.linalg.svd(total)
    if spread[1] < _LEAST_AGREEMENT:
        return cameras[0].viewmat[:3, :3]
    turn = np.diag([1.0, 1.0, np.linalg.det(left @ right)])
    return (left @ turn @ right).astype(np.float64, copy=False)


def frustum_corners(camera: Camera, depths: DepthRange) -> NDArray[np.float64]:
    """Corners of the image at the near and the far plane, `[8, 3]`, world frame."""
    pixels = np.array([[x, y, 1.0] for x in (0.0, camera.width) for y in (0.0, camera.height)])
    rays = pixels @ np.linalg.inv(camera.K).T
    points = np.concatenate([rays * depths.near, rays * depths.far])
    pose = camera.camtoworld
    return (points @ pose[:3, :3].T + pose[:3, 3]).astype(np.float64, copy=False)
