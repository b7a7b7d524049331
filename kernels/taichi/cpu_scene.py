# pyright: basic
"""A scene in the layout of the CPU kernels: blocks of eight Gaussians, one vector per quantity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..types import SplatArrays
from .cpu_layout import LANES, aligned_empty
from .host_arrays import MEAN_AND_COVARIANCE, mean_and_covariance

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
        rows = mean_and_covariance(arrays, slice(start, start + _SLICE))
        padded = np.zeros((-(-len(rows) // LANES) * LANES, MEAN_AND_COVARIANCE), np.float32)
        padded[: len(rows)] = rows
        first = start // LANES
        view[first : first + len(padded) // LANES] = padded.reshape(-1, LANES, MEAN_AND_COVARIANCE).transpose(
            0, 2, 1
        )
    return CpuScene(arrays=arrays, blocks=blocks, sh=arrays.sh_coeffs.reshape(-1))
