# pyright: basic
"""Memory layout and vector types shared by the CPU kernels.

Kernels on the CPU are written on explicit 8-lane vectors. With `real_matrix_scalarize=False` Taichi and Quadrants
hand `ti.types.vector(8, ti.f32)` to LLVM as `<8 x float>`, one AVX register: no loop vectoriser has to be persuaded.
What this mode lacks (seen in both languages): vector negation, casts, bit casts, `abs`, `exp`, and `+=` or `-=` on
vectors in memory or `-=` on local ones. The kernels do without them.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..constants import TILE_SIZE
from .language import ti

LANES = 8
"""Pixels of a row that are shaded at once: one AVX register of float32."""

V8 = ti.types.vector(LANES, ti.f32)

SPLIT = 512
"""Both languages hand a thread at least 512 iterations of a parallel loop, far too many tiles. So kernels loop over 512
iterations a thread, and one in 512 takes work from a shared counter until none is left."""

NEVER = 1.2345e30
"""A sum of coordinates that does not occur: comparing with it keeps the compiler from dropping loads that only warm
the caches."""

HALVES = TILE_SIZE // LANES
"""Column strips of a tile; a strip's row is one vector."""

CELLS = HALVES * TILE_SIZE
"""Vectors of a tile."""


def aligned_empty(shape: tuple[int, ...], dtype: type = np.float32, alignment: int = 64) -> NDArray:
    """Uninitialised array whose first byte is aligned, as vector loads demand."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    raw = np.empty(size + alignment, np.uint8)
    offset = -raw.ctypes.data % alignment
    return raw[offset : offset + size].view(dtype).reshape(shape)


LANE_OFFSETS = aligned_empty((1, LANES))
LANE_OFFSETS[:] = np.arange(LANES) + 0.5
"""Pixel centres of a strip, relative to its left edge [px]."""

BATCH = 32
"""Gaussians that are blended together (16, 64 and 128 measured slower); after each batch the tile may be found
stopped."""
