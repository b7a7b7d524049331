# pyright: basic
"""A scene in the layout of the CPU kernels: blocks of eight Gaussians, one vector per quantity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import SplatArrays
from .cpu_layout import LANES, aligned_empty
from .cpu_project import MEAN_AND_COVARIANCE

_SLICE = 1 << 16
"""Gaussians converted at once, so that the temporaries stay in the caches."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CpuScene:
    """What the projection kernel reads.

    Args:
        arrays: The scene as it was given.
        blocks: `[ceil(N / 8) * 10, 8]`: mean, world covariance (xx xy xz yy yz zz), log2 opacity.
        sh: `[N * K * 3]`, the scene's own memory.
    """

    arrays: SplatArrays
    blocks: NDArray[np.float32]
    sh: NDArray[np.float32]

    @property
    def num_gaussians(self) -> int:
        """Number of Gaussians."""
        return len(self.arrays.means)


def pack(arrays: SplatArrays) -> CpuScene:
    """Convert `arrays`; the spherical harmonics are not copied."""
    num = len(arrays.means)
    num_blocks = -(-num // LANES)
    blocks = aligned_empty((num_blocks * MEAN_AND_COVARIANCE, LANES))
    view = blocks.reshape(num_blocks, MEAN_AND_COVARIANCE, LANES)
    for start in range(0, num, _SLICE):
        rows = _mean_and_covariance(arrays, slice(start, start + _SLICE))
        padded = np.zeros((-(-len(rows) // LANES) * LANES, MEAN_AND_COVARIANCE), np.float32)
        padded[: len(rows)] = rows
        first = start // LANES
        view[first : first + len(padded) // LANES] = padded.reshape(-1, LANES, MEAN_AND_COVARIANCE).transpose(
            0, 2, 1
        )
    return CpuScene(arrays=arrays, blocks=blocks, sh=arrays.sh_coeffs.reshape(-1))


def _mean_and_covariance(arrays: SplatArrays, part: slice) -> NDArray[np.float32]:
    w, x, y, z = (arrays.quats[part] / np.linalg.norm(arrays.quats[part], axis=1, keepdims=True)).T
    rotation = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    variances = np.exp(2 * arrays.log_scales[part]).T
    upper = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    covariance = [sum(rotation[i][k] * rotation[j][k] * variances[k] for k in range(3)) for i, j in upper]
    log2_opacity = -np.logaddexp(0, -arrays.logit_opacities[part]) * np.float32(np.log2(np.e))
    return np.stack([*arrays.means[part].T, *covariance, log2_opacity], axis=1)
