"""Order along a Z-curve, so that neighbours in space are neighbours in the file and compress together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BITS = 21


def morton_order(means: NDArray[np.floating]) -> NDArray[np.intp]:
    """Indices `[N]` that sort the points `[N, 3]` along a Z-curve through their bounding box."""
    low = means.min(axis=0).astype(np.float64)
    extent = means.max(axis=0).astype(np.float64) - low
    cells = (2**_BITS - 1) * (means - low) / np.where(extent > 0, extent, 1.0)
    spread = [_spread(cells[:, axis].astype(np.uint64)) for axis in range(3)]
    return np.argsort(spread[0] | (spread[1] << np.uint64(1)) | (spread[2] << np.uint64(2)), kind="stable")


def _spread(cells: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put two zero bits between the bits of 21-bit numbers."""
    steps = ((32, 0x1F00000000FFFF), (16, 0x1F0000FF0000FF), (8, 0x100F00F00F00F00F))
    for shift, mask in (*steps, (4, 0x10C30C30C30C30C3), (2, 0x1249249249249249)):
        cells = (cells | (cells << np.uint64(shift))) & np.uint64(mask)
    return cells
