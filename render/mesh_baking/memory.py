"""How much memory a bake will take, told before it starts.

Notation: A is the area of the subject's surface [scene units^2], v the side of a voxel; everything that grows with the
resolution (blocks of voxels along the surface, vertices, triangles) grows with A / v^2.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from ...kernels.errors import RowsplatError
from ...scenes import Gaussians, SceneExtent

_CELLS = (8, 16, 32, 64)  # to a radius, in which the area is counted
_SEEN = -2.2  # logit of the opacity 0.1
_BYTES_PER_SQUARE_VOXEL = 3000  # measured, docs/baking.md
_USABLE = 0.7  # of the free memory
_UNKNOWN = 4 << 30


def require_memory(gaussians: Gaussians, sphere: SceneExtent, voxel_size: float, limit: int | None) -> None:
    """Refuse a voxel so fine that the bake would not fit.

    Args:
        gaussians: What is baked.
        sphere: Around it.
        voxel_size: [scene units].
        limit: Memory that may be used [bytes]; `None` takes most of what is free.

    Raises:
        RowsplatError: It needs more; the text names a voxel size that fits.
    """
    allowed = int(_USABLE * free_bytes()) if limit is None else limit
    needed = estimated_bytes(gaussians, sphere, voxel_size)
    if needed > allowed:
        fits = voxel_size * math.sqrt(needed / allowed)
        raise RowsplatError(
            f"--voxel {voxel_size:.3g}: needs about {_gigabytes(needed)}, {_gigabytes(allowed)} can be had. "
            f"Take --voxel {_rounded_up(fits):g} or larger."
        )


def estimated_bytes(gaussians: Gaussians, sphere: SceneExtent, voxel_size: float) -> float:
    """Memory at the peak of a bake [bytes]."""
    return _BYTES_PER_SQUARE_VOXEL * _area(gaussians, sphere) / voxel_size**2


def free_bytes() -> int:
    """Memory that can be had now [bytes], 4 GiB where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):
        return _UNKNOWN


def _area(gaussians: Gaussians, sphere: SceneExtent) -> float:
    """Area that the visible Gaussians cover: a cell of a grid that holds one counts its side squared.

    Of several grids the largest area counts: in fine ones, large Gaussians leave cells between them empty.
    """
    seen = gaussians.means[gaussians.logit_opacities > _SEEN] - sphere.center
    areas = [1.0 / max(_CELLS) ** 2]
    for cells in _CELLS:
        indices = np.floor(seen * (cells / sphere.radius)).astype(np.int64) + 2 * cells
        keys = indices @ np.array([1, 4 * cells, 16 * cells**2])
        areas.append(len(np.unique(keys)) / cells**2)
    return max(areas) * sphere.radius**2


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.2g} GB" if size < 1e11 else f"{size / 1e9:.0f} GB"


def _rounded_up(value: float) -> float:
    """`value` with two digits, not smaller."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / step) * step
