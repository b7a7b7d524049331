# pyright: basic
"""A projected Gaussian as the kernels store it.

Notation. A projected Gaussian has the 2D covariance [[Sxx, Sxy], [Sxy, Syy]], opacity o, and the exponent

    E2(dx, dy) = E * log2(e) = X^2 + Y^2,   X = (dx - k dy) a,   Y = dy b          (IRSS, arXiv:2503.23625)
    k = Sxy / Syy,   a = lam / sqrt(Sxx - Sxy^2 / Syy),   b = lam / sqrt(Syy),   lam = sqrt(log2(e) / 2)

so that alpha = 2^(c - E2) with c = log2(o), and a fragment counts iff E2 <= Q = c + log2(255). With the axes swapped
E2 = (dx b')^2 + ((dy - k' dx) a')^2, which gives the rows that a column meets.
"""

import math

from ..constants import ALPHA_THRESHOLD

LOG2_THRESHOLD = math.log2(ALPHA_THRESHOLD)
LOG2E = math.log2(math.e)
LAM = math.sqrt(0.5 * LOG2E)

RECORD = 16
"""float32 per projected Gaussian: 64 bytes, one cache line."""
MX, MY, SKEW, A, B, C, RED, GREEN, BLUE, SKEW_T, B_T, INV_A_T, EX, EY, DEPTH, RADIUS = range(RECORD)
"""Fields of a record: mean [px], k, a, b, c, colour, k', b', 1/a', half extents of E2 <= Q [px], depth, 3-sigma
radius [px]."""
