# pyright: basic, reportInvalidTypeForm=false
"""IRSS as in the paper (GBU, arXiv:2503.23625): one thread a row of a tile, its pixels one after the other.

A block of 32 threads draws two tiles. A thread finds the first and last fragment of its row that count and shades
these and no others; since Gaussians meet few of the sixteen rows, most lanes wait for the others.
"""

from ..constants import TILE_SIZE
from .gpu_arrays import F32, I32
from .gpu_pixel import empty_pixel, shade_pixel, write_pixel
from .language import ti
from .records import LOG2_THRESHOLD, MX, MY, RECORD, RED, SKEW, A, B, C

_TILES = 2
_THREADS = _TILES * TILE_SIZE
_BATCH = 32
_COLUMNS = _TILES * _BATCH
_FIELDS = 9
_PIXELS = TILE_SIZE * _THREADS
_SLACK = 1e-3
"""Pixels by which a row's interval is held larger: fragments too many are masked."""


@ti.func
def _load(records: ti.template(), o, column, shared: ti.template()):
    """Write what shading needs of one Gaussian into `column` of `shared` `[_FIELDS, _COLUMNS]`."""
    for field, source in ti.static(enumerate((MX, MY, C, SKEW, A, B, RED, RED + 1, RED + 2))):
        shared[field * _COLUMNS + column] = records[o + source]


@ti.func
def _fetch(pixels: ti.template(), place):
    return ti.Vector([pixels[plane * _PIXELS + place] for plane in ti.static(range(4))])


@ti.func
def _store(pixels: ti.template(), place, state):
    for plane in ti.static(range(4)):
        pixels[plane * _PIXELS + place] = state[plane]


@ti.func
def _shade_row(
    g, left, py, columns, thread, shared: ti.template(), pixels: ti.template(), gather: ti.template()
):
    """Shade the fragments of Gaussian `g` that count in the row at height `py`."""
    dy = py - shared[_COLUMNS + g]
    c, skew, a = shared[2 * _COLUMNS + g], shared[3 * _COLUMNS + g], shared[4 * _COLUMNS + g]
    y = dy * shared[5 * _COLUMNS + g]
    rem = (c - LOG2_THRESHOLD) - y * y
    if rem >= 0.0:
        middle = shared[g] + skew * dy - left - 0.5
        half_width = ti.sqrt(rem) / a + _SLACK
        first = ti.max(ti.cast(ti.ceil(ti.max(middle - half_width, -1.0)), ti.i32), 0)
        last = ti.cast(ti.floor(ti.min(middle + half_width, columns - 1.0)), ti.i32)
        x = (ti.cast(first, ti.f32) - middle) * a
        for column in range(first, last + 1):
            place = column * _THREADS + thread
            state = _fetch(pixels, place)
            if state[0] > 0.0:
                state = shade_pixel(
                    state,
                    (c - y * y) - x * x,
                    shared[6 * _COLUMNS + g],
                    shared[7 * _COLUMNS + g],
                    shared[8 * _COLUMNS + g],
                    gather,
                )
                _store(pixels, place, state)
            x += a


@ti.kernel
def blend_rows(
    # In
    records: F32,
    isect_offsets: I32,
    flatten_ids: I32,
    width: ti.i32,
    height: ti.i32,
    background: F32,
    gather: ti.template(),
    # Out
    image_out: F32,
    alpha_out: F32,
):
    tiles_x = (width + TILE_SIZE - 1) // TILE_SIZE
    tiles = tiles_x * ((height + TILE_SIZE - 1) // TILE_SIZE)
    ti.loop_config(block_dim=_THREADS)
    for i in range((tiles + _TILES - 1) // _TILES * _THREADS):
        shared = ti.simt.block.SharedArray((_FIELDS * _COLUMNS,), ti.f32)
        # [T and features, pixel of the row, thread]: threads side by side use different banks of the shared memory
        pixels = ti.simt.block.SharedArray((4 * _PIXELS,), ti.f32)
        going_on = ti.simt.block.SharedArray((1,), ti.i32)
        thread = i % _THREADS
        which, row = thread // TILE_SIZE, thread % TILE_SIZE
        first_tile = i // _THREADS * _TILES
        tile = ti.min(first_tile + which, tiles - 1)
        left, y = tile % tiles_x * TILE_SIZE, tile // tiles_x * TILE_SIZE + row
        columns = ti.min(TILE_SIZE, width - left)
        x0, py = ti.cast(left, ti.f32), ti.cast(y, ti.f32) + 0.5
        for column in range(TILE_SIZE):
            _store(pixels, column * _THREADS + thread, empty_pixel(column < columns and y < height))
        start, end = isect_offsets[tile], isect_offsets[tile + 1]
        # Barriers need all threads: both tiles take as many turns as the longer list.
        longest = 0
        for other in range(_TILES):
            t = ti.min(first_tile + other, tiles - 1)
            longest = ti.max(longest, isect_offsets[t + 1] - isect_offsets[t])
        turn = 0
        while turn * _BATCH < longest:
            ti.simt.block.sync()  # nobody reads the batch before any more
            going_on[0] = 0
            ti.simt.block.sync()
            for column in range(TILE_SIZE):
                if pixels[column * _THREADS + thread] > 0.0:
                    going_on[0] = 1
            for part in range(_BATCH // TILE_SIZE):
                place = part * TILE_SIZE + row
                if start + place < end:
                    _load(records, flatten_ids[start + place] * RECORD, which * _BATCH + place, shared)
            ti.simt.block.sync()
            if going_on[0] == 0:
                turn = longest
            for k in range(ti.min(_BATCH, end - start)):
                _shade_row(which * _BATCH + k, x0, py, columns, thread, shared, pixels, gather)
            start += _BATCH
            turn += 1
        if y < height and first_tile + which < tiles:
            for column in range(columns):
                write_pixel(
                    _fetch(pixels, column * _THREADS + thread),
                    left + column,
                    y,
                    width,
                    background,
                    image_out,
                    alpha_out,
                )
