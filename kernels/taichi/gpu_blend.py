# pyright: basic, reportInvalidTypeForm=false
"""Front-to-back blending on the GPU, one thread a pixel: PFS, and IRSS by sub-tile masks.

A block is a tile, and each of its eight groups of 32 threads a sub-tile of 8 x 4 pixels. The block loads Gaussians in
batches into shared memory. For IRSS the loading thread also tests, with the row formula, which sub-tiles its Gaussian
meets; a group then skips, together and so without idle lanes, what its sub-tile does not meet.
"""

from ..constants import TILE_SIZE
from .gpu_arrays import BLOCK, F32, I32
from .gpu_pixel import empty_pixel, shade_pixel, write_pixel
from .language import ti
from .records import EX, LOG2_THRESHOLD, MX, MY, RECORD, RED, SKEW, SKEW_T, A, B, C
from .tile_spans import ellipse_extent

_GROUP = 32
_SUB_WIDTH, _SUB_HEIGHT = 8, 4
_SUBS_X, _SUBS_Y = TILE_SIZE // _SUB_WIDTH, TILE_SIZE // _SUB_HEIGHT
_FIELDS = 9
_SLACK = 1e-3
"""Pixels by which a sub-tile is held larger: one too many costs a little time, one too few would be seen."""


@ti.func
def _pixel_of(thread):
    """Pixel (x, y) of a thread within its tile."""
    sub, lane = thread // _GROUP, thread % _GROUP
    x = sub % _SUBS_X * _SUB_WIDTH + lane % _SUB_WIDTH
    return x, sub // _SUBS_X * _SUB_HEIGHT + lane // _SUB_WIDTH


@ti.func
def _subtile_mask(records: ti.template(), o, left, top):
    """Bit s is set if the ellipse E2 <= Q of the record at `o` meets sub-tile s of the tile at (left, top)."""
    mx, my, b = records[o + MX], records[o + MY], records[o + B]
    reach = records[o + C] - LOG2_THRESHOLD
    half_height = ti.sqrt(reach) / b + _SLACK
    mask = 0
    for y in ti.static(range(_SUBS_Y)):
        first_y = top + y * _SUB_HEIGHT + 0.5
        last_y = first_y + (_SUB_HEIGHT - 1.0)
        if my + half_height >= first_y and my - half_height <= last_y:
            low, high = ellipse_extent(
                mx,
                my,
                records[o + SKEW],
                b,
                1.0 / records[o + A],
                records[o + SKEW_T] * records[o + EX],
                reach,
                first_y,
                last_y,
            )
            for x in ti.static(range(_SUBS_X)):
                first_x = left + x * _SUB_WIDTH + 0.5
                if high + _SLACK >= first_x and low - _SLACK <= first_x + (_SUB_WIDTH - 1.0):
                    mask |= 1 << (y * _SUBS_X + x)
    return mask


@ti.func
def _load(records: ti.template(), o, thread, shared: ti.template(), irss: ti.template()):
    """Write what shading needs of one Gaussian into column `thread` of `shared` `[_FIELDS, BLOCK]`."""
    a, b, skew = records[o + A], records[o + B], records[o + SKEW]
    shared[thread] = records[o + MX]
    shared[BLOCK + thread] = records[o + MY]
    shared[2 * BLOCK + thread] = records[o + C]
    if ti.static(irss):
        shared[3 * BLOCK + thread] = skew
        shared[4 * BLOCK + thread] = a
        shared[5 * BLOCK + thread] = b
    else:
        shared[3 * BLOCK + thread] = a * a
        shared[4 * BLOCK + thread] = -2.0 * skew * a * a
        shared[5 * BLOCK + thread] = b * b + skew * skew * a * a
    for channel in ti.static(range(3)):
        shared[(6 + channel) * BLOCK + thread] = records[o + RED + channel]


@ti.func
def _log2_alpha(k, px, py, shared: ti.template(), irss: ti.template()):
    """log2(alpha) of the k-th loaded Gaussian at the pixel centre (px, py)."""
    dx, dy = px - shared[k], py - shared[BLOCK + k]
    c = shared[2 * BLOCK + k]
    p = 0.0
    if ti.static(irss):
        x = (dx - shared[3 * BLOCK + k] * dy) * shared[4 * BLOCK + k]
        y = dy * shared[5 * BLOCK + k]
        p = (c - y * y) - x * x
    else:
        p = (c - shared[5 * BLOCK + k] * dy * dy) - dx * (
            shared[3 * BLOCK + k] * dx + shared[4 * BLOCK + k] * dy
        )
    return p


@ti.kernel
def blend_pixels(
    # In
    records: F32,
    isect_offsets: I32,
    flatten_ids: I32,
    width: ti.i32,
    height: ti.i32,
    background: F32,
    irss: ti.template(),
    gather: ti.template(),
    # Out
    image_out: F32,
    alpha_out: F32,
):
    tiles_x = (width + TILE_SIZE - 1) // TILE_SIZE
    tiles = tiles_x * ((height + TILE_SIZE - 1) // TILE_SIZE)
    ti.loop_config(block_dim=BLOCK)
    for i in range(tiles * BLOCK):
        shared = ti.simt.block.SharedArray((_FIELDS * BLOCK,), ti.f32)
        masks = ti.simt.block.SharedArray((BLOCK,), ti.i32)
        going_on = ti.simt.block.SharedArray((1,), ti.i32)
        thread, tile = i % BLOCK, i // BLOCK
        sub = thread // _GROUP
        left, top = tile % tiles_x * TILE_SIZE, tile // tiles_x * TILE_SIZE
        column, row = _pixel_of(thread)
        x, y = left + column, top + row
        px, py = ti.cast(x, ti.f32) + 0.5, ti.cast(y, ti.f32) + 0.5
        inside = x < width and y < height
        state = empty_pixel(inside)
        start, end = isect_offsets[tile], isect_offsets[tile + 1]
        while start < end:
            ti.simt.block.sync()  # nobody reads the batch before any more
            going_on[0] = 0
            ti.simt.block.sync()
            if state[0] > 0.0:
                going_on[0] = 1
            if start + thread < end:
                o = flatten_ids[start + thread] * RECORD
                _load(records, o, thread, shared, irss)
                if ti.static(irss):
                    masks[thread] = _subtile_mask(records, o, left, top)
            ti.simt.block.sync()
            if going_on[0] == 0:
                start = end
            elif state[0] > 0.0:
                for k in range(ti.min(BLOCK, end - start)):
                    met = True
                    if ti.static(irss):
                        met = (masks[k] >> sub) & 1 != 0
                    if met:
                        p = _log2_alpha(k, px, py, shared, irss)
                        state = shade_pixel(
                            state,
                            p,
                            shared[6 * BLOCK + k],
                            shared[7 * BLOCK + k],
                            shared[8 * BLOCK + k],
                            gather,
                        )
                        if state[0] <= 0.0:
                            break
            start += BLOCK
        if inside:
            write_pixel(state, x, y, width, background, image_out, alpha_out)
