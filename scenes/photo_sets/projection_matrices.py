"""Cameras out of projection matrices.

Notation: P = λ K [R | t] with P `[3, 4]`, K upper triangular with positive diagonal, R a rotation, λ any number but 0.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera import Camera
from ..camera_files.limits import MAX_COORDINATE

_MAX_SKEW = 0.01
_SINGULAR = 1e-9


def camera_of_projection(path: Path, place: str, projection: NDArray[np.float64]) -> Camera:
    """The camera of a projection matrix `[3, 4]`; its size is a stand-in of 1x1, for nothing in P tells it.

    Raises:
        SceneFileError: The matrix is not finite, not of full rank, or its pixels are no rectangles.
    """
    from scipy.linalg import rq

    if not np.isfinite(projection).all():
        raise SceneFileError(path, place, "expected finite numbers, found NaN or infinity", "Export it again")
    left = projection[:, :3]
    scale = np.abs(left).max()
    if scale == 0 or abs(np.linalg.det(left / scale)) < _SINGULAR:
        problem = "expected a projection matrix, found one without inverse"
        raise SceneFileError(path, place, problem, "Export it again")
    upper, rotation = rq(left)
    signs = np.sign(np.diag(upper))
    K = upper * signs / (upper[2, 2] * signs[2])
    R = signs[:, None] * rotation * np.sign(np.linalg.det(left))  # turned if λ < 0
    position = np.linalg.solve(left, -projection[:, 3])
    if abs(K[0, 1]) > _MAX_SKEW * K[0, 0]:
        problem = (
            f"expected rectangular pixels, found a skew of {K[0, 1]:.4g} at a focal length of {K[0, 0]:.4g}"
        )
        raise SceneFileError(path, place, problem, "Check that rows and columns of the matrix are in order")
    if not (np.abs(position) <= MAX_COORDINATE).all() or not (np.abs(K) <= MAX_COORDINATE).all():
        raise SceneFileError(
            path, place, "expected a camera of sensible size, found a huge one", "Export it again"
        )
    viewmat = np.eye(4)
    viewmat[:3, :3], viewmat[:3, 3] = R, -R @ position
    return Camera(viewmat=viewmat, fx=K[0, 0], fy=K[1, 1], cx=K[0, 2], cy=K[1, 2], width=1, height=1)
