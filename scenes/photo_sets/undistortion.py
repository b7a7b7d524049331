"""Removing lens distortion.

Notation: a point x, y of the undistorted image plane (z = 1) is seen by the lens at d(x, y), OpenCV's rational and
tangential model with coefficients k1 k2 p1 p2 k3 k4 k5 k6; K takes either to pixels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..optional_modules import optional_module

_MAX_ZOOM = 2.0
_ZOOM_STEPS = 24
_BORDER_SAMPLES = 65


def distorted_points(points: NDArray[np.float64], distortion: tuple[float, ...]) -> NDArray[np.float64]:
    """Where a lens sees `points [N, 2]` of the plane z = 1; the result is on that plane too."""
    k1, k2, p1, p2, k3, k4, k5, k6 = (*distortion, *(0.0,) * (8 - len(distortion)))
    x, y = points[:, 0], points[:, 1]
    r2 = x * x + y * y
    radial = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
    return np.stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
            y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
        ],
        axis=1,
    )


def undistorted_camera(lens: Camera) -> Camera:
    """The pinhole camera of the undistorted picture, of the lens's size and principal point.

    The focal lengths grow just so far that the photo fills the whole picture: pixels made up at the border
    would be wrong colours for whoever compares photos.
    """
    low, high = 1.0, _MAX_ZOOM
    if _is_filled(lens, low):
        return replace(lens, distortion=())
    for _ in range(_ZOOM_STEPS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _is_filled(lens, middle) else (middle, high)
    return replace(lens, distortion=(), fx=lens.fx * high, fy=lens.fy * high)


def undistorted(pixels: NDArray[np.float32], lens: Camera, camera: Camera) -> NDArray[np.float32]:
    """The photo `pixels [H, W, 3 or 4]` of `lens` as `camera` would have taken it, 0 to 1.

    Raises:
        RowsplatError: OpenCV is not installed.
    """
    cv2 = optional_module("cv2", extra="omni", feature="Removing lens distortion")
    # OpenCV has pixel centres at integers
    half_pixel = np.array([[0.0, 0.0, 0.5], [0.0, 0.0, 0.5], [0.0, 0.0, 0.0]])
    coefficients = np.array((*lens.distortion, *(0.0,) * (8 - len(lens.distortion))))
    size = (camera.width, camera.height)
    x, y = cv2.initUndistortRectifyMap(
        lens.K - half_pixel, coefficients, None, camera.K - half_pixel, size, cv2.CV_32FC1
    )
    taken = cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(taken, 0.0, 1.0)


def _is_filled(lens: Camera, zoom: float) -> bool:
    """Whether all of the picture's border lies in the photo when focal lengths are `zoom` times the lens's."""
    t = np.linspace(0.0, 1.0, _BORDER_SAMPLES)
    zero, one = np.zeros_like(t), np.ones_like(t)
    border = np.concatenate([np.stack(side, axis=1) for side in ((t, zero), (t, one), (zero, t), (one, t))])
    pixels = border * (lens.width, lens.height)
    focal, centre = np.array([lens.fx, lens.fy]), np.array([lens.cx, lens.cy])
    seen = distorted_points((pixels - centre) / (focal * zoom), lens.distortion) * focal + centre
    return bool((seen >= -1e-6).all() and (seen <= np.array([lens.width, lens.height]) + 1e-6).all())
