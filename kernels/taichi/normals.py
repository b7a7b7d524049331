# pyright: basic
"""Normals of flat Gaussians: the axis of the smallest scale, turned towards the camera."""

import numpy as np
from numpy.typing import NDArray

from ..types import SplatArrays


def thin_axes(quats: NDArray[np.float32], log_scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit axes `[N, 3]` of the smallest scale in the world frame, of either sign.

    Args:
        quats: `[N, 4]` wxyz, any non-zero length.
        log_scales: `[N, 3]`.
    """
    w, x, y, z = (quats / np.linalg.norm(quats, axis=1, keepdims=True)).T
    columns = np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)], axis=1),
            np.stack([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)], axis=1),
            np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=1),
        ],
        axis=1,
    )
    return columns[np.arange(len(quats)), log_scales.argmin(axis=1)]


def facing_normals(
    arrays: SplatArrays, ids: NDArray[np.int32], viewmat: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Unit normals `[len(ids), 3]` of the Gaussians `ids` in the camera frame of `viewmat` (OpenCV axes)."""
    rotation = viewmat[:3, :3].astype(np.float32)
    normals = thin_axes(arrays.quats[ids], arrays.log_scales[ids]) @ rotation.T
    centres = arrays.means[ids] @ rotation.T + viewmat[:3, 3].astype(np.float32)
    away = np.einsum("ij,ij->i", normals, centres) > 0
    normals[away] *= -1
    return normals
