# pyright: basic
"""Front-to-back blending of tile lists on the CPU: PFS (every row of a tile) and IRSS (only the rows that count).

Both shade a row of eight pixels with the same vector arithmetic and keep a tile's state in the same scratch memory, so
their times compare the dataflows and nothing else. The state of a pixel is its transmittance T and three features
(colour, or depth, or normal); T is negative once the pixel has stopped, and |T| is what remains for the background.
"""

from enum import IntEnum

from ..constants import MAX_ALPHA, TILE_SIZE, TRANSMITTANCE_EPS
from .cpu_exp2 import exp2
from .cpu_layout import (
    B_T,
    CELLS,
    EY,
    HALVES,
    INV_A_T,
    LANES,
    LOG2_THRESHOLD,
    MX,
    MY,
    NEVER,
    RECORD,
    SKEW,
    SKEW_T,
    SPLIT,
    V8,
    A,
    B,
    C,
)
from .language import ti

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
IMAGE = ti.types.ndarray(dtype=ti.f32, ndim=3)
PLANE = ti.types.ndarray(dtype=ti.f32, ndim=2)
VECTORS = ti.types.ndarray(dtype=V8, ndim=1)


class Gather(IntEnum):
    """What a pixel collects: blended features, the depth where transmittance passes 0.5, or fragment counts."""

    FEATURES = 0
    MEDIAN = 1
    COST = 2


BATCH = 32
"""Gaussians whose records are touched at once, so that their cache misses overlap (1.5x on the whole kernel), and after
which the tile is tested for having stopped everywhere. 16, 64 and 128 measured slower."""


@ti.func
def _shade(
    p,
    cell,
    f0,
    f1,
    f2,
    transmittance: ti.template(),
    red: ti.template(),
    green: ti.template(),
    blue: ti.template(),
    gather: ti.template(),
):
    """Blend one Gaussian into the eight pixels of `cell`; `p` = log2(alpha) of each.

    Every operation is on a vector; see `cpu_layout` for what vectors lack.
    """
    alpha = exp2(p)
    alpha = ti.select(alpha < MAX_ALPHA, alpha, MAX_ALPHA)
    alpha = ti.select(p >= LOG2_THRESHOLD, alpha, 0.0)
    t = transmittance[cell]
    weight = alpha * t
    t_next = t - weight
    goes_on = t_next >= TRANSMITTANCE_EPS
    weight = ti.select(goes_on, weight, 0.0)
    transmittance[cell] = ti.select(goes_on, t_next, ti.min(t, 0.0 - t))
    if ti.static(gather == Gather.FEATURES):
        red[cell] = red[cell] + weight * f0
        green[cell] = green[cell] + weight * f1
        blue[cell] = blue[cell] + weight * f2
    elif ti.static(gather == Gather.MEDIAN):
        red[cell] = ti.select((weight > 0.0) & (t > 0.5) & (t_next <= 0.5), 0.0 * t + f0, red[cell])
    else:
        red[cell] = red[cell] + 1.0
        green[cell] = green[cell] + ti.select(weight > 0.0, 1.0, 0.0)


@ti.func
def _strip_rows(records: ti.template(), o, left, top):
    """Rows of a strip (eight columns from `left`) that the ellipse meets: [first, last), relative to `top`.

    The highest point of the ellipse within the strip is at the column nearest to its topmost point; there
    y = my + k' dx - sqrt(Q - (b' dx)^2) / a'.
    """
    mx, my = records[o + MX], records[o + MY]
    reach = records[o + C] - LOG2_THRESHOLD
    k_t, b_t, inv_a_t = records[o + SKEW_T], records[o + B_T], records[o + INV_A_T]
    tip = records[o + SKEW] * records[o + EY]
    first_dx = left + 0.5 - mx
    last_dx = first_dx + (LANES - 1)
    up_dx = ti.max(first_dx, ti.min(-tip, last_dx))
    down_dx = ti.max(first_dx, ti.min(tip, last_dx))
    up_rem = reach - (b_t * up_dx) * (b_t * up_dx)
    down_rem = reach - (b_t * down_dx) * (b_t * down_dx)
    first, last = 0, 0
    if up_rem > 0.0 and down_rem > 0.0:
        y_up = my + k_t * up_dx - ti.sqrt(up_rem) * inv_a_t
        y_down = my + k_t * down_dx + ti.sqrt(down_rem) * inv_a_t
        first = ti.cast(ti.max(ti.ceil(y_up - 0.501 - top), 0.0), ti.i32)
        last = ti.cast(ti.min(ti.floor(y_down - 0.499 - top), TILE_SIZE - 1.0), ti.i32) + 1
    return first, last


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
    irss: ti.template(),
    gather: ti.template(),
    # Out
    image_out: IMAGE,
    alpha_out: PLANE,
    # Work: CELLS vectors a worker in each, 4 * CELLS apart
    transmittance: VECTORS,
    red: VECTORS,
    green: VECTORS,
    blue: VECTORS,
    next_tile: I32,
    threads: ti.i32,
):
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            cells = w // SPLIT * 4 * CELLS
            tiles_x = (width + TILE_SIZE - 1) // TILE_SIZE
            tiles = tiles_x * ((height + TILE_SIZE - 1) // TILE_SIZE)
            centres = lane_offsets[0]
            while True:
                tile = ti.atomic_add(next_tile[0], 1)
                if tile >= tiles:
                    break
                for cell in range(cells, cells + CELLS):
                    transmittance[cell] = 0.0 * centres + 1.0
                    red[cell] = 0.0 * centres
                    green[cell] = 0.0 * centres
                    blue[cell] = 0.0 * centres
                left = ti.cast(tile % tiles_x * TILE_SIZE, ti.f32)
                top = ti.cast(tile // tiles_x * TILE_SIZE, ti.f32)
                i = isect_offsets[tile]
                end = isect_offsets[tile + 1]
                while i < end:
                    stop = ti.min(i + BATCH, end)
                    touched = 0.0
                    for j in range(i, stop):
                        touched += records[flatten_ids[j] * RECORD + MX]
                    if touched == NEVER:
                        stop = i
                    for j in range(i, stop):
                        index = flatten_ids[j]
                        o = index * RECORD
                        mx, my, c = records[o + MX], records[o + MY], records[o + C]
                        a, b, skew = records[o + A], records[o + B], records[o + SKEW]
                        f = index * feature_stride + feature_base
                        f0, f1, f2 = features[f], features[f + 1], features[f + 2]
                        for half in range(HALVES):
                            strip = left + half * LANES
                            base = cells + half * TILE_SIZE
                            if ti.static(irss):
                                first, last = _strip_rows(records, o, strip, top)
                                dy = top + first + 0.5 - my
                                x = (centres + (strip - mx - skew * dy)) * a
                                step = skew * a
                                y = dy * b
                                for row in range(first, last):
                                    p = (c - y * y) - x * x
                                    _shade(p, base + row, f0, f1, f2, transmittance, red, green, blue, gather)
                                    x = x - step
                                    y += b
                            else:
                                dx = centres + (strip - mx)
                                conic_xx = a * a
                                conic_xy = -2.0 * skew * conic_xx
                                conic_yy = b * b + skew * skew * conic_xx
                                dy = top + 0.5 - my
                                for row in range(TILE_SIZE):
                                    p = (c - conic_yy * dy * dy) - dx * (conic_xx * dx + conic_xy * dy)
                                    _shade(p, base + row, f0, f1, f2, transmittance, red, green, blue, gather)
                                    dy += 1.0
                    most = transmittance[cells]
                    for cell in range(cells + 1, cells + CELLS):
                        most = ti.max(most, transmittance[cell])
                    i = stop
                    if most.max() <= 0.0:
                        i = end
                for row in range(TILE_SIZE):
                    y = tile // tiles_x * TILE_SIZE + row
                    if y < height:
                        for half in range(HALVES):
                            cell = cells + half * TILE_SIZE + row
                            t, r, g, b = transmittance[cell], red[cell], green[cell], blue[cell]
                            t = ti.max(t, 0.0 - t)
                            r, g, b = r + t * background[0], g + t * background[1], b + t * background[2]
                            for lane in ti.static(range(LANES)):
                                x = tile % tiles_x * TILE_SIZE + half * LANES + lane
                                if x < width:
                                    image_out[y, x, 0] = r[lane]
                                    image_out[y, x, 1] = g[lane]
                                    image_out[y, x, 2] = b[lane]
                                    alpha_out[y, x] = 1.0 - t[lane]
