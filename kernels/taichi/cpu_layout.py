# pyright: basic
"""Memory layout and vector types shared by the CPU kernels.

Kernels on the CPU are written on explicit 8-lane vectors. With `real_matrix_scalarize=False` Taichi and Quadrants
hand `ti.types.vector(8, ti.f32)` to LLVM as `<8 x float>`, one AVX register: no loop vectoriser has to be persuaded.
What this mode lacks (seen in both languages): vector negation, casts, bit casts, `abs`, `exp`, and `+=` or `-=` on
vectors in memory or `-=` on local ones. The kernels do without them.

Notation. A projected Gaussian has the 2D covariance [[Sxx, Sxy], [Sxy, Syy]], opacity o, and the exponent

    E2(dx, dy) = E * log2(e) = X^2 + Y^2,   X = (dx - k dy) a,   Y = dy b          (IRSS, arXiv:2503.23625)
    k = Sxy / Syy,   a = lam / sqrt(Sxx - Sxy^2 / Syy),   b = lam / sqrt(Syy),   lam = sqrt(log2(e) / 2)

so that alpha = 2^(c - E2) with c = log2(o), and a fragment counts iff E2 <= Q = c + log2(255). With the axes swapped
E2 = (dx b')^2 + ((dy - k' dx) a')^2, which gives the rows that a column meets.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..constants import ALPHA_THRESHOLD, TILE_SIZE
from .language import ti

LANES = 8
"""Pixels of a row that are shaded at once: one AVX register of float32."""

V8 = ti.types.vector(LANES, ti.f32)

LOG2_THRESHOLD = math.log2(ALPHA_THRESHOLD)
LOG2E = math.log2(math.e)
LAM = math.sqrt(0.5 * LOG2E)

RECORD = 16
"""float32 per projected Gaussian: 64 bytes, one cache line."""
MX, MY, SKEW, A, B, C, RED, GREEN, BLUE, SKEW_T, B_T, INV_A_T, EX, EY, DEPTH, RADIUS = range(RECORD)
"""Fields of a record: mean [px], k, a, b, c, colour, k', b', 1/a', half extents of E2 <= Q [px], depth, 3-sigma
radius [px]."""

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
