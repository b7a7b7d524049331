# pyright: basic
"""Intra-row sequential shading (GBU, arXiv:2503.23625) on the CPU: only the rows of a strip that the Gaussian meets.

A strip is eight columns of a tile, one vector wide. For a batch of Gaussians, `plan_strips` first computes which rows of
each strip count and where x'' and y'' start, without a branch; `shade_strips` then walks these rows. In one loop this took
1.5 times as long: the end of a loop of one to sixteen rows is a branch that the processor guesses wrong, and it noticed
only after the long chain of arithmetic that the row count hung on, throwing away all that it had begun meanwhile.
"""

from ..constants import TILE_SIZE
from .cpu_layout import A, B, B_T, C, EY, HALVES, INV_A_T, LANES, LOG2_THRESHOLD, MX, MY, RECORD, SKEW, SKEW_T
from .cpu_tile import shade_row
from .language import ti


@ti.func
def _clamp(x, low, high):
    return ti.select(x < low, low, ti.select(x > high, high, x))


@ti.func
def _strip_rows(records: ti.template(), o, left, top):
    """Rows of the strip at `left` that the ellipse E2 <= Q meets: (first, end), relative to `top`, first >= end if none.

    The highest point of the ellipse within the strip is at the column nearest to its topmost point; there
    y = my + k' dx - sqrt(Q - (b' dx)^2) / a'.
    """
    mx, my = records[o + MX], records[o + MY]
    reach = records[o + C] - LOG2_THRESHOLD
    k_t, b_t, inv_a_t = records[o + SKEW_T], records[o + B_T], records[o + INV_A_T]
    tip = records[o + SKEW] * records[o + EY]
    first_dx = left + 0.5 - mx
    last_dx = first_dx + (LANES - 1)
    up_dx = _clamp(-tip, first_dx, last_dx)
    down_dx = _clamp(tip, first_dx, last_dx)
    up_rem = reach - (b_t * up_dx) * (b_t * up_dx)
    down_rem = reach - (b_t * down_dx) * (b_t * down_dx)
    y_up = my - top + k_t * up_dx - ti.sqrt(ti.select(up_rem > 0.0, up_rem, 0.0)) * inv_a_t
    y_down = my - top + k_t * down_dx + ti.sqrt(ti.select(down_rem > 0.0, down_rem, 0.0)) * inv_a_t
    # 1e-3 px of slack: a row too many is masked, a row too few would be seen.
    first = _clamp(ti.ceil(y_up - 0.501), 0.0, TILE_SIZE)
    end = _clamp(ti.floor(y_down + 0.501), 0.0, TILE_SIZE)
    return first, ti.select(up_rem > 0.0, ti.select(down_rem > 0.0, end, 0.0), 0.0)


@ti.func
def plan_strips(
    records: ti.template(),
    flatten_ids: ti.template(),
    start,
    stop,
    left,
    top,
    first_plan,
    rows_out: ti.template(),
    starts_out: ti.template(),
):
    """For every strip of the Gaussians flatten_ids[start:stop]: its rows, and x'' and y'' at its first row.

    Writes [first, end) to `rows_out[2n]`, `[2n + 1]` and x'' of the strip's left edge and y'' to `starts_out` likewise.
    """
    for j in range(start, stop):
        o = flatten_ids[j] * RECORD
        for half in ti.static(range(HALVES)):
            strip = left + half * LANES
            first, end = _strip_rows(records, o, strip, top)
            dy = top + first + 0.5 - records[o + MY]
            n = 2 * (first_plan + (j - start) * HALVES + half)
            rows_out[n] = ti.cast(first, ti.i32)
            rows_out[n + 1] = ti.cast(end, ti.i32)
            starts_out[n] = (strip - records[o + MX] - records[o + SKEW] * dy) * records[o + A]
            starts_out[n + 1] = dy * records[o + B]


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
    first_plan,
    rows: ti.template(),
    starts: ti.template(),
    state: ti.template(),
    gather: ti.template(),
):
    """Shade the planned rows: alpha = 2^((c - y''^2) - x''^2), where x'' grows by 1/s (here `a`) a pixel."""
    for j in range(start, stop):
        index = flatten_ids[j]
        o = index * RECORD
        a, b, c = records[o + A], records[o + B], records[o + C]
        step = records[o + SKEW] * a
        across = centres * a
        f = index * feature_stride + feature_base
        f0, f1, f2 = features[f], features[f + 1], features[f + 2]
        for half in range(HALVES):
            n = 2 * (first_plan + (j - start) * HALVES + half)
            x = across + starts[n]
            y = starts[n + 1]
            cell = cells + half * TILE_SIZE
            for row in range(rows[n], rows[n + 1]):
                p = (c - y * y) - x * x
                shade_row(p, cell + row, f0, f1, f2, state, gather)
                x = x - step
                y += b
