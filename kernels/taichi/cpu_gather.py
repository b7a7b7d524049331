# pyright: basic, reportInvalidTypeForm=false
"""The transpose of IRSS blending on the CPU: what the pixels of a map hand back to the Gaussians that drew them.

Notation: a pixel's colour is sum_g w_g c_g + T b with the blending weights w_g = alpha_g T_g. For a map r, every
(tile, Gaussian) pair collects over the tile's pixels

    sum_p w r (three channels),     sum_p w,     sum_p w^2

along the same rows, with the same alphas and the same stopping as `cpu_blend`. Pairs are summed to Gaussians on the
host: every pair is written once, so that the sums do not depend on which thread came first.
"""

from ..constants import MAX_ALPHA, TILE_SIZE, TRANSMITTANCE_EPS
from .cpu_exp2 import exp2
from .cpu_irss import plan_strips
from .cpu_layout import BATCH, CELLS, HALVES, LANES, SPLIT, V8
from .cpu_tile import clear_tile, has_stopped, touch_records
from .language import ti
from .records import LOG2_THRESHOLD, MX, MY, RECORD, SKEW, A, B, C

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
IMAGE = ti.types.ndarray(dtype=ti.f32, ndim=3)
PLANS = ti.types.ndarray(dtype=ti.types.vector(2 * HALVES, ti.f32), ndim=1)
VECTORS = ti.types.ndarray(dtype=V8, ndim=1)

SUMS = 5
"""Numbers that a pair collects: sum w r of three channels, sum w, sum w^2."""


@ti.func
def _load_tile(cells, left, top, width, height, image: ti.template(), state: ti.template()):
    """The map's pixels of the tile as vectors, 0 outside the picture."""
    _transmittance, red, green, blue = ti.static(state)
    for row in range(ti.min(TILE_SIZE, height - top)):
        y = top + row
        for half in range(HALVES):
            cell = cells + half * TILE_SIZE + row
            r, g, b = red[cell], green[cell], blue[cell]
            for lane in ti.static(range(LANES)):
                x = left + half * LANES + lane
                if x < width:
                    r[lane] = image[y, x, 0]
                    g[lane] = image[y, x, 1]
                    b[lane] = image[y, x, 2]
            red[cell] = r
            green[cell] = g
            blue[cell] = b


@ti.func
def _inside(weight, column, row, width, height):
    """`weight` of the eight pixels from (`column`, `row`), 0 outside the picture."""
    kept = weight
    if column + LANES > width or row >= height:
        for lane in ti.static(range(LANES)):
            if column + lane >= width or row >= height:
                kept[lane] = 0.0
    return kept


@ti.func
def _weights(p, cell, transmittance: ti.template()):
    """Blending weights of the eight pixels of `cell`, whose transmittance moves on; as `cpu_tile.shade_row`."""
    alpha = exp2(p)
    alpha = ti.select(alpha < MAX_ALPHA, alpha, MAX_ALPHA)
    alpha = ti.select(p >= LOG2_THRESHOLD, alpha, 0.0)
    t = transmittance[cell]
    weight = alpha * t
    t_next = t - weight
    goes_on = t_next >= TRANSMITTANCE_EPS
    weight = ti.select(goes_on, weight, 0.0)
    transmittance[cell] = ti.select(goes_on, t_next, ti.min(t, 0.0 - t))
    return weight


@ti.func
def _gather_strips(
    records: ti.template(),
    flatten_ids: ti.template(),
    start,
    stop,
    cells,
    centres,
    column,
    line,
    width,
    height,
    first_plan,
    plans: ti.template(),
    state: ti.template(),
    pair_sums_out: ti.template(),
):
    """Walk the planned rows of the pairs [start, stop) and write what each collects."""
    transmittance, red, green, blue = ti.static(state)
    left, top = ti.cast(column, ti.f32), ti.cast(line, ti.f32)
    for j in range(start, stop):
        o = flatten_ids[j] * RECORD
        a, b, c, skew = records[o + A], records[o + B], records[o + C], records[o + SKEW]
        sum_r, sum_g, sum_b = 0.0 * centres, 0.0 * centres, 0.0 * centres
        sum_w, sum_ww = 0.0 * centres, 0.0 * centres
        for half in range(HALVES):
            n = (first_plan + j - start) * (2 * HALVES) + half
            first, end = plans[n], plans[n + HALVES]
            dy = top + first + 0.5 - records[o + MY]
            x = (centres + (left + half * LANES - records[o + MX] - skew * dy)) * a
            y = dy * b
            cell = cells + half * TILE_SIZE
            for row in range(ti.cast(first, ti.i32), ti.cast(end, ti.i32)):
                p = (c - y * y) - x * x
                weight = _weights(p, cell + row, transmittance)
                weight = _inside(weight, column + half * LANES, line + row, width, height)
                sum_r = sum_r + weight * red[cell + row]
                sum_g = sum_g + weight * green[cell + row]
                sum_b = sum_b + weight * blue[cell + row]
                sum_w = sum_w + weight
                sum_ww = sum_ww + weight * weight
                x = x - skew * a
                y += b
        pair_sums_out[j, 0] = sum_r.sum()
        pair_sums_out[j, 1] = sum_g.sum()
        pair_sums_out[j, 2] = sum_b.sum()
        pair_sums_out[j, 3] = sum_w.sum()
        pair_sums_out[j, 4] = sum_ww.sum()


@ti.kernel
def gather_pairs(
    # In
    records: F32,
    isect_offsets: I32,
    flatten_ids: I32,
    image: IMAGE,
    width: ti.i32,
    height: ti.i32,
    lane_offsets: VECTORS,
    plan_constants: PLANS,
    # Out: [pairs, SUMS], zero before
    pair_sums_out: ti.types.ndarray(dtype=ti.f32, ndim=2),
    # Work, as in `cpu_blend.blend`
    transmittance: VECTORS,
    red: VECTORS,
    green: VECTORS,
    blue: VECTORS,
    plan_vectors: PLANS,
    plans: F32,
    next_tile: I32,
    threads: ti.i32,
):
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            worker = w // SPLIT
            cells = worker * 4 * CELLS
            state = ti.static((transmittance, red, green, blue))
            tiles_x = (width + TILE_SIZE - 1) // TILE_SIZE
            tiles = tiles_x * ((height + TILE_SIZE - 1) // TILE_SIZE)
            centres = lane_offsets[0]
            while True:
                tile = ti.atomic_add(next_tile[0], 1)
                if tile >= tiles:
                    break
                clear_tile(cells, 0.0 * centres, state)
                left = tile % tiles_x * TILE_SIZE
                top = tile // tiles_x * TILE_SIZE
                _load_tile(cells, left, top, width, height, image, state)
                x0, y0 = ti.cast(left, ti.f32), ti.cast(top, ti.f32)
                i = isect_offsets[tile]
                end = isect_offsets[tile + 1]
                while i < end:
                    stop = touch_records(records, flatten_ids, i, ti.min(i + BATCH, end))
                    plan = worker * BATCH
                    plan_strips(records, flatten_ids, i, stop, x0, y0, plan, plan_constants, plan_vectors)
                    _gather_strips(
                        records,
                        flatten_ids,
                        i,
                        stop,
                        cells,
                        centres,
                        left,
                        top,
                        width,
                        height,
                        plan,
                        plans,
                        state,
                        pair_sums_out,
                    )
                    i = stop
                    if has_stopped(cells, transmittance):
                        i = end
