"""Spherical harmonics of degree 0-3: INRIA's basis, and fits to colours seen from given directions."""

from __future__ import annotations

import numpy as np

from .surfels import Array

SH_C0 = 0.28209479177387814
_RIDGE = 1.5e-3


def sh_basis(d: Array, degree: int) -> Array:
    """Real spherical harmonics in INRIA's order and signs.

    Args:
        d: Unit vectors from the camera to the Gaussian, world frame, `[..., 3]`.
        degree: 0-3.

    Returns:
        `[..., (degree + 1)^2]`.
    """
    x, y, z = d[..., 0], d[..., 1], d[..., 2]
    xx, yy, zz = x * x, y * y, z * z
    terms = [
        np.full_like(x, SH_C0),
        -0.4886025119029199 * y,
        0.4886025119029199 * z,
        -0.4886025119029199 * x,
    ]
    terms += [
        1.0925484305920792 * x * y,
        -1.0925484305920792 * y * z,
        0.31539156525252005 * (2 * zz - xx - yy),
    ]
    terms += [-1.0925484305920792 * x * z, 0.5462742152960396 * (xx - yy)]
    terms += [-0.5900435899266435 * y * (3 * xx - yy), 2.890611442640554 * x * y * z]
    terms += [
        -0.4570457994644658 * y * (4 * zz - xx - yy),
        0.3731763325901154 * z * (2 * zz - 3 * xx - 3 * yy),
    ]
    terms += [-0.4570457994644658 * x * (4 * zz - xx - yy), 1.445305721320277 * z * (xx - yy)]
    terms += [-0.5900435899266435 * x * (xx - 3 * yy)]
    return np.stack(terms[: (degree + 1) ** 2], axis=-1)


def fit_harmonics(basis: Array, values: Array, weights: Array) -> Array:
    """Weighted least squares with a small price on high degrees, which keeps unseen directions tame.

    Args:
        basis: `sh_basis` of D directions for each of N Gaussians `[N, D, K]`.
        values: What is seen from there `[N, D, 3]`.
        weights: How much each direction matters `[N, D]`.

    Returns:
        Coefficients `[N, K, 3]`.
    """
    weighted = basis * (weights / weights.sum(axis=1, keepdims=True))[..., None]
    band = np.floor(np.sqrt(np.arange(basis.shape[-1])))
    normal = np.swapaxes(weighted, 1, 2) @ basis + np.diag(1e-6 + _RIDGE * band**2)
    return np.linalg.solve(normal, np.swapaxes(weighted, 1, 2) @ values)
