# pyright: basic
"""Stable tile binning: depth-sorted Gaussians -> one depth-ordered list of record indices per tile.

A chunked counting sort in two passes over the sorted Gaussians: count the pairs of every (chunk, tile), turn the counts
into offsets, then write the indices. Chunks are contiguous in depth, so every tile's list keeps the depth order.
"""

from ..constants import TILE_SIZE
from .cpu_layout import (
    EX,
    EY,
    LOG2_THRESHOLD,
    MX,
    MY,
    RADIUS,
    RECORD,
    SKEW,
    SKEW_T,
    SPLIT,
    A,
    B,
    C,
)
from .language import ti

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
U64 = ti.types.ndarray(dtype=ti.u64, ndim=1)


@ti.func
def _tile_of(x, tiles):
    """Tile of the coordinate `x` [px], clamped to [0, tiles]."""
    return ti.cast(ti.max(0.0, ti.min(ti.floor(x / TILE_SIZE), ti.cast(tiles, ti.f32))), ti.i32)


@ti.func
def _square_rows(records: ti.template(), o, tiles_y):
    r = records[o + RADIUS]
    return _tile_of(records[o + MY] - r, tiles_y), _tile_of(records[o + MY] + r + (TILE_SIZE - 1), tiles_y)


@ti.func
def _square_columns(records: ti.template(), o, tiles_x):
    r = records[o + RADIUS]
    return _tile_of(records[o + MX] - r, tiles_x), _tile_of(records[o + MX] + r + (TILE_SIZE - 1), tiles_x)


@ti.func
def _ellipse_rows(records: ti.template(), o, tiles_y):
    """Tile rows that hold a pixel centre within the ellipse's extent: [first, last)."""
    my, ey = records[o + MY], records[o + EY]
    return _tile_of(my - ey + (TILE_SIZE - 1) - (TILE_SIZE - 0.5), tiles_y), _tile_of(
        my + ey - 0.5 + TILE_SIZE, tiles_y
    )


@ti.func
def _ellipse_columns(records: ti.template(), o, row, tiles_x):
    """Tiles of tile row `row` that the ellipse E2 <= Q meets: [first, last).

    The ellipse's slice at height dy spans k dy -+ sqrt(Q - (b dy)^2) / a; its rightmost point in the row's band is at the
    height nearest to where the whole ellipse is rightmost, and likewise on the left.
    """
    mx, my, k, b = records[o + MX], records[o + MY], records[o + SKEW], records[o + B]
    reach = records[o + C] - LOG2_THRESHOLD
    top = row * TILE_SIZE + 0.5 - my
    bottom = top + (TILE_SIZE - 1)
    dy_right = records[o + SKEW_T] * records[o + EX]
    right_y = ti.max(top, ti.min(dy_right, bottom))
    left_y = ti.max(top, ti.min(-dy_right, bottom))
    inv_a = 1.0 / records[o + A]
    right = mx + k * right_y + ti.sqrt(ti.max(reach - (b * right_y) * (b * right_y), 0.0)) * inv_a
    left = mx + k * left_y - ti.sqrt(ti.max(reach - (b * left_y) * (b * left_y), 0.0)) * inv_a
    # A tile's pixel centres reach from 0.5 to 15.5 [px]; between two tiles' centres nothing is hit.
    return _tile_of(left + 0.5 - 1e-3, tiles_x), _tile_of(right - 0.5 + 1e-3 + TILE_SIZE, tiles_x)


@ti.kernel
def count_pairs(
    # In
    order: U64,
    num: ti.i32,
    records: F32,
    tiles_x: ti.i32,
    tiles_y: ti.i32,
    square: ti.template(),
    # Out
    counts_out: I32,
    # Work
    chunks: ti.i32,
    next_chunk: I32,
    threads: ti.i32,
):
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            while True:
                chunk = ti.atomic_add(next_chunk[0], 1)
                if chunk >= chunks:
                    break
                base = chunk * tiles_x * tiles_y
                for tile in range(tiles_x * tiles_y):
                    counts_out[base + tile] = 0
                for i in range(chunk * num // chunks, (chunk + 1) * num // chunks):
                    o = ti.cast(order[i] & ti.u64(0xFFFFFFFF), ti.i32) * RECORD
                    if ti.static(square):
                        first_row, last_row = _square_rows(records, o, tiles_y)
                        first, last = _square_columns(records, o, tiles_x)
                        for row in range(first_row, last_row):
                            for column in range(first, last):
                                slot = base + row * tiles_x + column
                                counts_out[slot] = counts_out[slot] + 1
                    else:
                        first_row, last_row = _ellipse_rows(records, o, tiles_y)
                        for row in range(first_row, last_row):
                            first, last = _ellipse_columns(records, o, row, tiles_x)
                            for column in range(first, last):
                                slot = base + row * tiles_x + column
                                counts_out[slot] = counts_out[slot] + 1


@ti.kernel
def write_pairs(
    # In
    order: U64,
    num: ti.i32,
    records: F32,
    tiles_x: ti.i32,
    tiles_y: ti.i32,
    square: ti.template(),
    # In and out: where each (chunk, tile) writes next
    offsets: I32,
    # Out
    flatten_ids_out: I32,
    # Work
    chunks: ti.i32,
    next_chunk: I32,
    threads: ti.i32,
):
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            while True:
                chunk = ti.atomic_add(next_chunk[0], 1)
                if chunk >= chunks:
                    break
                base = chunk * tiles_x * tiles_y
                for i in range(chunk * num // chunks, (chunk + 1) * num // chunks):
                    index = ti.cast(order[i] & ti.u64(0xFFFFFFFF), ti.i32)
                    o = index * RECORD
                    if ti.static(square):
                        first_row, last_row = _square_rows(records, o, tiles_y)
                        first, last = _square_columns(records, o, tiles_x)
                        for row in range(first_row, last_row):
                            for column in range(first, last):
                                slot = base + row * tiles_x + column
                                position = offsets[slot]
                                offsets[slot] = position + 1
                                flatten_ids_out[position] = index
                    else:
                        first_row, last_row = _ellipse_rows(records, o, tiles_y)
                        for row in range(first_row, last_row):
                            first, last = _ellipse_columns(records, o, row, tiles_x)
                            for column in range(first, last):
                                slot = base + row * tiles_x + column
                                position = offsets[slot]
                                offsets[slot] = position + 1
                                flatten_ids_out[position] = index
