"""Colours of Gaussians as a view sees them, linear in their spherical harmonics, and the transpose of that.

Notation: colour before it is clamped at 0, c_g = 1/2 + sum_k Y_k(d_g) s_gk, d_g from the camera to the Gaussian.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...kernels.spherical_harmonics import sh_basis_terms
from ...scenes import Camera

FloatArray = NDArray[np.float32]


def sh_basis_seen(means: FloatArray, camera: Camera, degree: int) -> FloatArray:
    """Y `[M, K]` in the directions from the camera to `means [M, 3]`."""
    directions = means - camera.position.astype(np.float32)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    x, y, z = (directions / np.maximum(lengths, 1e-20)).T
    return np.stack(sh_basis_terms(x, y, z, degree), axis=1).astype(np.float32, copy=False)


def sh_sums(basis: FloatArray, sh_coeffs: FloatArray) -> FloatArray:
    """sum_k Y_k s_k `[M, 3]` of `sh_coeffs [M, K, 3]`."""
    sums = basis[:, :1] * sh_coeffs[:, 0]
    for k in range(1, basis.shape[1]):  # several times faster than einsum, which does one Gaussian at a time
        sums += basis[:, k : k + 1] * sh_coeffs[:, k]
    return sums


def sh_gradients(basis: FloatArray, values: FloatArray) -> FloatArray:
    """Y_k v `[M, K, 3]` of `values [M, 3]`: the transpose of `sh_sums`."""
    return basis[:, :, None] * values[:, None, :]
