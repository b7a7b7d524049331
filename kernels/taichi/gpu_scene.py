# pyright: basic
"""A scene in the memory of the GPU."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..types import SplatArrays
from .gpu_arrays import device_array, on_device
from .host_arrays import MEAN_AND_COVARIANCE, mean_and_covariance
from .language import ti

_SLICE = 1 << 16
"""Gaussians converted at once, so that the temporaries stay in the caches."""


@dataclass(frozen=True, eq=False, kw_only=True)
class GpuScene:
    """What the projection kernel reads, flat on the device.

    Args:
        arrays: The scene as it was given.
        blocks: `[N * MEAN_AND_COVARIANCE]`, see `mean_and_covariance`.
        sh: `[N * K * 3]`.
        axes: Unit axes of the smallest scale, world frame `[N * 3]`; one number until normals are first asked for.
    """

    arrays: SplatArrays
    blocks: Any
    sh: Any
    axes: Any

    @property
    def num_gaussians(self) -> int:
        """Number of Gaussians."""
        return len(self.arrays.means)

    def with_axes(self, axes: Any) -> "GpuScene":
        """The same scene, able to draw normals."""
        return replace(self, axes=axes)


def upload(arrays: SplatArrays) -> GpuScene:
    """Copy `arrays` to the device."""
    num = len(arrays.means)
    rows = np.empty((num, MEAN_AND_COVARIANCE), np.float32)
    for start in range(0, num, _SLICE):
        part = slice(start, start + _SLICE)
        rows[part] = mean_and_covariance(arrays, part)
    axes = device_array(ti.f32, 1)
    return GpuScene(
        arrays=arrays, blocks=on_device(rows, ti.f32), sh=on_device(arrays.sh_coeffs, ti.f32), axes=axes
    )
