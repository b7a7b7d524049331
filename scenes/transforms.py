"""Similarity transforms and merging of Gaussians; each returns a new value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.quaternions import quat_multiply, rotmat_to_quat
from ..kernels.spherical_harmonics import rotate_sh
from .gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians

_ORTHOGONALITY_TOLERANCE = 1e-4


def translate(gaussians: Gaussians, offset: ArrayLike) -> Gaussians:
    """The Gaussians moved by `offset [3]` [scene units, world frame]."""
    return replace(gaussians, means=_float32(gaussians.means + np.asarray(offset, dtype=np.float64)))


def scale(gaussians: Gaussians, factor: float) -> Gaussians:
    """The Gaussians enlarged by `factor` about the origin.

    Raises:
        ValueError: `factor` is not a positive finite number.
    """
    if not (np.isfinite(factor) and factor > 0):
        raise ValueError(f"factor must be positive and finite, got {factor}")
    return replace(
        gaussians,
        means=_float32(gaussians.means * np.float64(factor)),
        log_scales=_float32(gaussians.log_scales + np.log(factor)),
    )


def rotate(gaussians: Gaussians, rotation: ArrayLike) -> Gaussians:
    """The Gaussians turned about the origin, with their view-dependent colour.

    Args:
        gaussians: What is turned.
        rotation: Orthogonal matrix `[3, 3]`, old -> new world. A reflection M mirrors the scene; the
            covariances cannot tell it from the rotation -M, which the quaternions take.

    Raises:
        ValueError: `rotation` is not an orthogonal `[3, 3]` matrix.
    """
    matrix = np.asarray(rotation, dtype=np.float64)
    if matrix.shape != (3, 3) or not _is_orthogonal(matrix):
        raise ValueError(f"rotation must be an orthogonal [3, 3] matrix, got\n{matrix}")
    proper = matrix * np.sign(np.linalg.det(matrix))
    return replace(
        gaussians,
        means=_float32(gaussians.means @ matrix.T),
        quats=_float32(quat_multiply(rotmat_to_quat(proper), gaussians.quats.astype(np.float64))),
        sh_coeffs=rotate_sh(gaussians.sh_coeffs, matrix),
    )


def transform(gaussians: Gaussians, matrix: ArrayLike) -> Gaussians:
    """The Gaussians under a similarity transform: rotation (or reflection), uniform scale, translation.

    Args:
        gaussians: What is transformed.
        matrix: Old -> new world, `[4, 4]`, last row 0 0 0 1.

    Raises:
        ValueError: `matrix` shears, scales unevenly, is singular or has another shape or last row.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.shape != (4, 4) or not np.isfinite(values).all() or not np.allclose(values[3], [0, 0, 0, 1]):
        raise ValueError(f"matrix must be a finite [4, 4] matrix with last row 0 0 0 1, got\n{values}")
    factor = float(np.cbrt(abs(np.linalg.det(values[:3, :3]))))
    if factor == 0 or not _is_orthogonal(values[:3, :3] / factor):
        raise ValueError(f"matrix must be a similarity (rotation, uniform scale, translation), got\n{values}")
    turned = rotate(gaussians, values[:3, :3] / factor)
    return translate(scale(turned, factor), values[:3, 3])


def merge(*gaussians: Gaussians) -> Gaussians:
    """All the Gaussians in one scene, in the order given; lower SH degrees are padded with zeros.

    Raises:
        ValueError: Nothing was given, or some scenes are tagged antialiased and others are not.
    """
    if not gaussians:
        raise ValueError("merge needs at least one scene, got none")
    if len({scene.antialiased for scene in gaussians}) > 1:
        raise ValueError(
            "merge needs scenes of one antialiased tag, got both; set it alike with dataclasses.replace"
        )
    degree = max(scene.sh_degree for scene in gaussians)
    return Gaussians(
        means=np.concatenate([scene.means for scene in gaussians]),
        quats=np.concatenate([scene.quats for scene in gaussians]),
        log_scales=np.concatenate([scene.log_scales for scene in gaussians]),
        logit_opacities=np.concatenate([scene.logit_opacities for scene in gaussians]),
        sh_coeffs=np.concatenate([_padded_sh(scene.sh_coeffs, degree) for scene in gaussians]),
        antialiased=gaussians[0].antialiased,
    )


def _padded_sh(sh_coeffs: FloatArray, degree: int) -> FloatArray:
    """`sh_coeffs [N, K, 3]` with zeros up to `degree`."""
    missing = SH_COEFFS_PER_DEGREE[degree] - sh_coeffs.shape[1]
    return np.pad(sh_coeffs, ((0, 0), (0, missing), (0, 0)))


def _is_orthogonal(matrix: NDArray[np.float64]) -> bool:
    """Whether the columns of `matrix [3, 3]` are orthonormal."""
    return bool(np.allclose(matrix.T @ matrix, np.eye(3), atol=_ORTHOGONALITY_TOLERANCE))


def _float32(array: NDArray[np.floating]) -> FloatArray:
    """`array` as float32."""
    return array.astype(np.float32)
