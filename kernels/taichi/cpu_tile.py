# pyright: basic, reportInvalidTypeForm=false
"""A tile's state while it is blended: shading one row of eight pixels, and clearing, testing and writing a tile.

Both blenders use these functions, so their times compare the dataflows and nothing else. The state of a pixel is its
transmittance T and three features (colour, or depth, or normal); T is negative once the pixel has stopped, and |T| is
what remains for the background.
"""

from ..constants import MAX_ALPHA, TILE_SIZE, TRANSMITTANCE_EPS
from .cpu_exp2 import exp2
from .cpu_layout import CELLS, HALVES, LANES, NEVER
from .gather import Gather
from .language import ti
from .records import LOG2_THRESHOLD, MX, RECORD


@ti.func
def clear_tile(cells, zero, state: ti.template()):
    """Full transmittance and no features; `zero` is a zero vector."""
    transmittance, red, green, blue = ti.static(state)
    for cell in range(cells, cells + CELLS):
        transmittance[cell] = zero + 1.0
        red[cell] = zero
        green[cell] = zero
        blue[cell] = zero


@ti.func
def shade_row(p, cell, f0, f1, f2, state: ti.template(), gather: ti.template()):
    """Blend one Gaussian into the eight pixels of `cell`; `p` = log2(alpha) of each.

    Every operation is on a vector; see `cpu_layout` for what vectors lack.
    """
    transmittance, red, green, blue = ti.static(state)
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
def touch_records(records: ti.template(), flatten_ids: ti.template(), start, stop):
    """Load a word of every record in flatten_ids[start:stop], so that the cache misses overlap; returns `stop`.

    One load after the other is used only much later in the blend loops, where a miss stalls everything: touching first
    made blending 1.5 times faster.
    """
    total = 0.0
    for j in range(start, stop):
        total += records[flatten_ids[j] * RECORD + MX]
    return ti.select(total == NEVER, start, stop)


@ti.func
def has_stopped(cells, transmittance: ti.template()):
    """Whether every pixel of the tile has stopped."""
    most = transmittance[cells]
    for cell in range(cells + 1, cells + CELLS):
        most = ti.max(most, transmittance[cell])
    return most.max() <= 0.0


@ti.func
def write_tile(
    cells,
    left,
    top,
    width,
    height,
    background: ti.template(),
    state: ti.template(),
    image_out: ti.template(),
    alpha_out: ti.template(),
):
    """Add the background and write the part of the tile that lies in the image."""
    transmittance, red, green, blue = ti.static(state)
    for row in range(ti.min(TILE_SIZE, height - top)):
        y = top + row
        for half in range(HALVES):
            cell = cells + half * TILE_SIZE + row
            t = transmittance[cell]
            t = ti.max(t, 0.0 - t)
            r = red[cell] + t * background[0]
            g = green[cell] + t * background[1]
            b = blue[cell] + t * background[2]
            for lane in ti.static(range(LANES)):
                x = left + half * LANES + lane
                if x < width:
                    image_out[y, x, 0] = r[lane]
                    image_out[y, x, 1] = g[lane]
                    image_out[y, x, 2] = b[lane]
                    alpha_out[y, x] = 1.0 - t[lane]
