"""Small random scenes for the tests of the formats."""

from __future__ import annotations

import numpy as np
from rowsplat.scenes import Gaussians
from rowsplat.scenes.gaussians import SH_COEFFS_PER_DEGREE

ARRAYS = ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs")


def random_gaussians(
    count: int = 200, *, sh_degree: int = 3, seed: int = 1, antialiased: bool = False
) -> Gaussians:
    """A scene of ordinary numbers, all of its quaternions of unit length."""
    random = np.random.default_rng(seed)
    quats = random.normal(size=(count, 4))
    sh_coeffs = random.normal(scale=0.2, size=(count, SH_COEFFS_PER_DEGREE[sh_degree], 3))
    sh_coeffs[:, 0] = random.uniform(-1.7, 1.7, size=(count, 3))
    return Gaussians(
        means=random.uniform(-3, 3, size=(count, 3)).astype(np.float32),
        quats=(quats / np.linalg.norm(quats, axis=1, keepdims=True)).astype(np.float32),
        log_scales=random.uniform(-6, -1, size=(count, 3)).astype(np.float32),
        logit_opacities=random.uniform(-4, 4, size=count).astype(np.float32),
        sh_coeffs=sh_coeffs.astype(np.float32),
        antialiased=antialiased,
    )


def covariances(gaussians: Gaussians) -> np.ndarray:
    """R S S R^T of every Gaussian, `[N, 3, 3]` float64."""
    q = gaussians.quats.astype(np.float64)
    w, x, y, z = (q / np.linalg.norm(q, axis=1, keepdims=True)).T
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    ).transpose(2, 0, 1)
    half = rotation * np.exp(gaussians.log_scales.astype(np.float64))[:, None, :]
    return half @ half.transpose(0, 2, 1)


def in_order_of(gaussians: Gaussians, like: Gaussians) -> Gaussians:
    """`gaussians`, reordered so that each is at the place of the nearest mean in `like`."""
    distances = np.linalg.norm(gaussians.means[None] - like.means[:, None], axis=2)
    order = np.argmin(distances, axis=1)
    assert len(np.unique(order)) == len(like)
    return gaussians.select(order)


def angles_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angles between rotations given as quaternions `[N, 4]` [rad]."""
    a, b = (
        q / np.linalg.norm(q, axis=1, keepdims=True) for q in (a.astype(np.float64), b.astype(np.float64))
    )
    chord = np.minimum(np.linalg.norm(a - b, axis=1), np.linalg.norm(a + b, axis=1))
    return 4.0 * np.arcsin(np.minimum(1.0, chord / 2.0))
