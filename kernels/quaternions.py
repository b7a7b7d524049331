"""Quaternions wxyz in numpy, for the transforms of scenes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quat_multiply(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hamilton product `left * right` of quaternions `[..., 4]` wxyz: turns by `right`, then by `left`."""
    lw, lx, ly, lz = np.moveaxis(left, -1, 0)
    rw, rx, ry, rz = np.moveaxis(right, -1, 0)
    product = [
        lw * rw - lx * rx - ly * ry - lz * rz,
        lw * rx + lx * rw + ly * rz - lz * ry,
        lw * ry - lx * rz + ly * rw + lz * rx,
        lw * rz + lx * ry - ly * rx + lz * rw,
    ]
    return np.stack(product, axis=-1)


def rotmat_to_quat(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unit quaternion `[4]` wxyz, w >= 0, of a rotation matrix `[3, 3]`.

    The products of each component with all others form four rows; the row of the largest component is taken,
    so that no small number is divided by.
    """
    r = np.asarray(rotation, dtype=np.float64)
    trace = r[0, 0] + r[1, 1] + r[2, 2]
    x, y, z = r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]
    xy, xz, yz = r[0, 1] + r[1, 0], r[0, 2] + r[2, 0], r[1, 2] + r[2, 1]
    rows = np.array(
        [
            [1.0 + trace, x, y, z],
            [x, 1.0 + 2.0 * r[0, 0] - trace, xy, xz],
            [y, xy, 1.0 + 2.0 * r[1, 1] - trace, yz],
            [z, xz, yz, 1.0 + 2.0 * r[2, 2] - trace],
        ]
    )
    quat = rows[np.argmax(np.diagonal(rows))]
    return quat / np.copysign(np.linalg.norm(quat), quat[0])


def quat_to_rotmat(quats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rotation matrices `[..., 3, 3]` of quaternions `[..., 4]` wxyz of any non-zero length."""
    unit = quats / np.linalg.norm(quats, axis=-1, keepdims=True)
    w, x, y, z = np.moveaxis(unit, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
