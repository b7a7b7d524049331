# pyright: basic, reportInvalidTypeForm=false
"""Intra-row sequential shading (GBU, arXiv:2503.23625) on the CPU: only the rows of a strip that the Gaussian meets.

A strip is eight columns of a tile, one vector wide. For a batch of Gaussians, `plan_strips` first computes which rows
of each strip count, without a branch; `shade_strips` then walks these rows. In one loop this took 1.5 times as long:
the end of a loop of one to sixteen rows is a branch that the processor guesses wrong, and it noticed only after the
long chain of arithmetic that the row count hung on, throwing away all that it had begun meanwhile.
"""

from ..constants import TILE_SIZE
from .cpu_layout import HALVES, LANES, aligned_empty
from .cpu_tile import shade_row
from .language import ti
from .records import B_T, EY, INV_A_T, LOG2_THRESHOLD, MX, MY, RECORD, SKEW, SKEW_T, A, B, C

PLAN_CONSTANTS = aligned_empty((3, 2 * HALVES))
PLAN_CONSTANTS[0] = [-1.0] * HALVES + [1.0] * HALVES
PLAN_CONSTANTS[1] = [LANES * half for half in range(HALVES)] * 2
PLAN_CONSTANTS[2] = [TILE_SIZE] * HALVES + [0.0] * HALVES
"""Per lane of a plan: which end of the rows, where its strip begins [px], and the row that says "none"."""


@ti.func
def plan_strips(
    records: ti.template(),
    flatten_ids: ti.template(),
    start,
    stop,
    left,
    top,
    first_plan,
    constants: ti.template(),
    plans_out: ti.template(),
):
    """Rows of every strip that the Gaussians flatten_ids[start:stop] meet, in the tile at (left, top).

    A plan is one vector: the first rows of the strips, then their end rows, relative to `top`; first >= end if none.
    The highest point of the ellipse E2 <= Q within a strip is at the column nearest to its topmost point, `tip` to the
    left of the mean; there y = my + k' dx - sqrt(Q - (b' dx)^2) / a'. The lowest is its mirror image, so with a sign
    per lane all four ends are computed at once.
    """
    sign, strip, none = constants[0], constants[1], constants[2]
    for j in range(start, stop):
        o = flatten_ids[j] * RECORD
        tip = sign * (records[o + SKEW] * records[o + EY])
        first_dx = strip + (left + 0.5 - records[o + MX])
        last_dx = first_dx + (LANES - 1.0)
        dx = ti.select(tip < first_dx, first_dx, ti.select(tip > last_dx, last_dx, tip))
        across = dx * records[o + B_T]
        rem = (records[o + C] - LOG2_THRESHOLD) - across * across
        met = rem > 0.0
        half_height = ti.sqrt(ti.select(met, rem, 0.0)) * records[o + INV_A_T]
        y = (records[o + MY] - top) + dx * records[o + SKEW_T] + sign * half_height
        # floor(y + 1/2) for the end and, mirrored, ceil(y - 1/2) for the first row. 1e-3 px of slack: a row too many is
        # masked, a row too few would be seen.
        row = sign * ti.floor(sign * y + 0.501)
        row = ti.select(row < 0.0, 0.0, ti.select(row > TILE_SIZE, 1.0 * TILE_SIZE, row))
        plans_out[first_plan + j - start] = ti.select(met, row, none)


@ti.func
def shade_strips(
    records: ti.template(),
    features: ti.template(),
    feature_base,
    feature_stride,
    flatten_ids: ti.template(),
    start,
    stop,
    cells,
    centres,
    left,
    top,
    first_plan,
    plans: ti.template(),
    state: ti.template(),
    gather: ti.template(),
):
    """Shade the planned rows: alpha = 2^((c - y''^2) - x''^2), where x'' grows by 1/s (here `a`) a pixel."""
    for j in range(start, stop):
        index = flatten_ids[j]
        o = index * RECORD
        a, b, c, skew = records[o + A], records[o + B], records[o + C], records[o + SKEW]
        f = index * feature_stride + feature_base
        f0, f1, f2 = features[f], features[f + 1], features[f + 2]
        for half in range(HALVES):
            n = (first_plan + j - start) * (2 * HALVES) + half
            first, end = plans[n], plans[n + HALVES]
            dy = top + first + 0.5 - records[o + MY]
            x = (centres + (left + half * LANES - records[o + MX] - skew * dy)) * a
            y = dy * b
            cell = cells + half * TILE_SIZE
            for row in range(ti.cast(first, ti.i32), ti.cast(end, ti.i32)):
                p = (c - y * y) - x * x
                shade_row(p, cell + row, f0, f1, f2, state, gather)
                x = x - skew * a
                y += b
