# pyright: basic, reportInvalidTypeForm=false
"""Front-to-back blending of tile lists on the CPU: PFS (every row of a tile) and IRSS (only the rows that count)."""

from ..constants import TILE_SIZE
from .cpu_irss import plan_strips, shade_strips
from .cpu_layout import BATCH, CELLS, HALVES, LANES, SPLIT, V8
from .cpu_tile import clear_tile, has_stopped, shade_row, touch_records, write_tile
from .language import ti
from .records import MX, MY, RECORD, SKEW, A, B, C

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
IMAGE = ti.types.ndarray(dtype=ti.f32, ndim=3)
PLANE = ti.types.ndarray(dtype=ti.f32, ndim=2)
PLANS = ti.types.ndarray(dtype=ti.types.vector(2 * HALVES, ti.f32), ndim=1)
VECTORS = ti.types.ndarray(dtype=V8, ndim=1)


@ti.func
def _shade_whole_tile(
    records: ti.template(),
    o,
    f0,
    f1,
    f2,
    cells,
    left,
    top,
    centres,
    state: ti.template(),
    gather: ti.template(),
):
    """PFS: evaluate the Gaussian at every pixel of the tile, whether it counts there or not."""
    a, b, skew = records[o + A], records[o + B], records[o + SKEW]
    conic_xx = a * a
    conic_xy = -2.0 * skew * conic_xx
    conic_yy = b * b + skew * skew * conic_xx
    for half in range(HALVES):
        dx = centres + (left + half * LANES - records[o + MX])
        dy = top + 0.5 - records[o + MY]
        for row in range(TILE_SIZE):
            p = (records[o + C] - conic_yy * dy * dy) - dx * (conic_xx * dx + conic_xy * dy)
            shade_row(p, cells + half * TILE_SIZE + row, f0, f1, f2, state, gather)
            dy += 1.0


@ti.kernel
def blend(
    # In
    records: F32,
    isect_offsets: I32,
    flatten_ids: I32,
    features: F32,
    feature_base: ti.i32,
    feature_stride: ti.i32,
    width: ti.i32,
    height: ti.i32,
    background: F32,
    lane_offsets: VECTORS,
    plan_constants: PLANS,
    irss: ti.template(),
    gather: ti.template(),
    # Out
    image_out: IMAGE,
    alpha_out: PLANE,
    # Work: CELLS vectors a worker in each plane, 4 * CELLS apart; BATCH plans a worker, seen as vectors and as floats
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
                x0, y0 = ti.cast(left, ti.f32), ti.cast(top, ti.f32)
                i = isect_offsets[tile]
                end = isect_offsets[tile + 1]
                while i < end:
                    stop = touch_records(records, flatten_ids, i, ti.min(i + BATCH, end))
                    if ti.static(irss):
                        plan = worker * BATCH
                        plan_strips(records, flatten_ids, i, stop, x0, y0, plan, plan_constants, plan_vectors)
                        shade_strips(
                            records,
                            features,
                            feature_base,
                            feature_stride,
                            flatten_ids,
                            i,
                            stop,
                            cells,
                            centres,
                            x0,
                            y0,
                            plan,
                            plans,
                            state,
                            gather,
                        )
                    else:
                        for j in range(i, stop):
                            index = flatten_ids[j]
                            f = index * feature_stride + feature_base
                            f0, f1, f2 = features[f], features[f + 1], features[f + 2]
                            _shade_whole_tile(
                                records, index * RECORD, f0, f1, f2, cells, x0, y0, centres, state, gather
                            )
                    i = stop
                    if has_stopped(cells, transmittance):
                        i = end
                write_tile(cells, left, top, width, height, background, state, image_out, alpha_out)
