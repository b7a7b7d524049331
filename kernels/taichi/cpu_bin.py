# pyright: basic, reportInvalidTypeForm=false
"""Stable tile binning: depth-sorted Gaussians -> one depth-ordered list of record indices per tile.

A chunked counting sort in two passes over the sorted Gaussians: count the pairs of every (chunk, tile), turn the counts
into offsets, then write the indices. Chunks are contiguous in depth, so every tile's list keeps the depth order.
"""

from .cpu_layout import SPLIT
from .cpu_spans import span_columns, span_rows, square_rows
from .language import ti
from .records import RECORD

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
I64 = ti.types.ndarray(dtype=ti.i64, ndim=1)
U64 = ti.types.ndarray(dtype=ti.u64, ndim=1)

BATCH = 16
"""Gaussians whose spans are fetched together, so that their cache misses overlap."""


@ti.func
def _visit(
    index,
    span,
    base,
    records: ti.template(),
    tiles_x,
    tiles_y,
    square: ti.template(),
    write: ti.template(),
    slots: ti.template(),
    flatten_ids_out: ti.template(),
):
    """Count, or write, one Gaussian into the tiles that it meets; `slots[base + tile]` is the count or the position."""
    first_row, end_row, first, end = 0, 0, 0, 0
    if ti.static(square):
        first_row, rows, first, columns = square_rows(span)
        end_row, end = first_row + rows, first + columns
    else:
        first_row, end_row = span_rows(span, records, index * RECORD, tiles_y)
    for row in range(first_row, end_row):
        if ti.static(not square):
            first, end = span_columns(span, records, index * RECORD, row, row - first_row, tiles_x)
        line = base + row * tiles_x
        for column in range(first, end):
            position = slots[line + column]
            slots[line + column] = position + 1
            if ti.static(write):
                flatten_ids_out[position] = index


@ti.kernel
def bin_pairs(
    # In
    order: U64,
    num: ti.i32,
    spans: I64,
    records: F32,
    tiles_x: ti.i32,
    tiles_y: ti.i32,
    square: ti.template(),
    write: ti.template(),
    # In and out: spans in depth order, which counting leaves for writing; [chunks, tiles], counts that grow, or
    # positions that move on
    sorted_spans: I64,
    slots: I32,
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
                i = chunk * num // chunks
                end = (chunk + 1) * num // chunks
                while i < end:
                    stop = ti.min(i + BATCH, end)
                    if ti.static(not write):
                        for j in range(i, stop):
                            sorted_spans[j] = spans[ti.cast(order[j] & ti.u64(0xFFFFFFFF), ti.i32)]
                    for j in range(i, stop):
                        index = ti.cast(order[j] & ti.u64(0xFFFFFFFF), ti.i32)
                        _visit(
                            index,
                            sorted_spans[j],
                            base,
                            records,
                            tiles_x,
                            tiles_y,
                            square,
                            write,
                            slots,
                            flatten_ids_out,
                        )
                    i = stop
