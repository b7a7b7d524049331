"""The nearest photo seen from another camera, as if the scene were a plane: what a rendered view is compared with.

Notation: for the plane z = d of the target camera, X_photo = (R + t e_z^T / d) X_target with target -> photo motion
(R, t), so that pixels map by the homography H = K_photo (R + t e_z^T / d) K_target^-1 (Hartley and Zisserman 2004,
eq. 13.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera

if TYPE_CHECKING:
    from ..scenes.photo_sets import PhotoImage

_LEAST_DEPTH = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True)
class WarpedPhoto:
    """A photo as another camera might see it.

    Args:
        image: `[H, W, 3]` float32 in [0, 1]; 0 where the photo does not reach.
        alpha: `[H, W]` float32, 1 where it reaches.
    """

    image: NDArray[np.float32]
    alpha: NDArray[np.float32]


def nearest_camera(cameras: Sequence[Camera], target: Camera, depth: float) -> int:
    """Index of the camera that sees most alike: by distance of the centres, and by angle as if `depth` away.

    Raises:
        ValueError: There are no cameras.
    """
    if not cameras:
        raise ValueError("cameras must not be empty")
    apart = [
        float(np.linalg.norm(camera.position - target.position)) + depth * _angle(camera, target)
        for camera in cameras
    ]
    return int(np.argmin(apart))


def homography(target: Camera, source: Camera, depth: float) -> NDArray[np.float64]:
    """Pixels of `target` -> pixels of `source`, `[3, 3]`, for points `depth` before `target` [scene units].

    Raises:
        ValueError: `depth` is not positive.
    """
    if depth < _LEAST_DEPTH:
        raise ValueError(f"depth must be positive, got {depth}")
    motion = source.viewmat @ target.camtoworld
    plane = motion[:3, :3].copy()
    plane[:, 2] += motion[:3, 3] / depth
    return source.K @ plane @ np.linalg.inv(target.K)


def warped_photo(photo: PhotoImage, target: Camera, depth: float) -> WarpedPhoto:
    """The photo seen from `target`, as if everything lay on the plane `depth` before it [scene units].

    Raises:
        ValueError: `depth` is not positive.
    """
    from PIL import Image

    matrix = homography(target, photo.camera, depth)
    rgba = np.dstack([photo.rgb, np.ones(photo.rgb.shape[:2], np.float32)])
    picture = Image.fromarray((np.clip(rgba, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8), "RGBA")
    coefficients = tuple((matrix / matrix[2, 2]).ravel()[:8])
    warped = picture.transform(
        (target.width, target.height),
        Image.Transform.PERSPECTIVE,
        coefficients,
        Image.Resampling.BILINEAR,
    )
    values = np.asarray(warped, np.float32) / np.float32(255.0)
    seen = values[..., 3] * _is_before(matrix, target)
    return WarpedPhoto(
        image=(values[..., :3] * seen[..., None]).astype(np.float32), alpha=seen.astype(np.float32)
    )


def _is_before(matrix: NDArray[np.float64], target: Camera) -> NDArray[np.float32]:
    """`[H, W]`, 1 where the plane's point lies before the photo's camera."""
    x, y = np.arange(target.width) + 0.5, np.arange(target.height) + 0.5
    return (matrix[2, 0] * x[None] + matrix[2, 1] * y[:, None] + matrix[2, 2] > 0).astype(np.float32)


def _angle(a: Camera, b: Camera) -> float:
    turn = a.viewmat[:3, :3] @ b.viewmat[:3, :3].T
    return float(np.arccos(np.clip((np.trace(turn) - 1.0) / 2.0, -1.0, 1.0)))
