# pyright: basic, reportInvalidTypeForm=false
"""Stable tile binning on the GPU: depth-sorted Gaussians -> one depth-ordered list of record indices per tile.

Every Gaussian writes its (tile, record) pairs in depth order; a stable sort by tile makes the lists.

`project` counted the pairs with the same arithmetic, but compilers may fuse it differently in two kernels: pairs that
were not counted are dropped, and places that stay free go to the tile after the last, which is never drawn.
"""

from .gpu_arrays import CULLED, F32, I32, U32
from .gpu_project import tile_columns, tile_rows
from .language import ti
from .records import RECORD


@ti.kernel
def gather_tile_counts(keys: U32, ids: I32, tiles: I32, num: ti.i32, counts_out: I32, visible_out: I32):
    """counts_out[i] = tiles of the i-th nearest Gaussian; counts_out[num] = 0, where the sum of all will be."""
    for i in range(num + 1):
        counts_out[i] = 0
        if i < num:
            counts_out[i] = tiles[ids[i]]
            if keys[i] != ti.u32(CULLED) and (i + 1 == num or keys[i + 1] == ti.u32(CULLED)):
                visible_out[0] = i + 1


@ti.kernel
def write_pairs(
    # In
    records: F32,
    ids: I32,
    starts: I32,
    visible: ti.i32,
    tiles_x: ti.i32,
    tiles_y: ti.i32,
    square: ti.template(),
    # Out
    tiles_out: U32,
    flatten_ids_out: I32,
):
    for i in range(visible):
        index = ids[i]
        position = starts[i]
        first_row, end_row = tile_rows(records, index * RECORD, tiles_y, square)
        for row in range(first_row, end_row):
            first, end = tile_columns(records, index * RECORD, row, tiles_x, square)
            for column in range(first, ti.min(end, first + starts[i + 1] - position)):
                tiles_out[position] = ti.cast(row * tiles_x + column, ti.u32)
                flatten_ids_out[position] = index
                position += 1
        for free in range(position, starts[i + 1]):
            tiles_out[free] = ti.cast(tiles_x * tiles_y, ti.u32)
            flatten_ids_out[free] = index


@ti.kernel
def find_tile_starts(tiles: U32, pairs: ti.i32, num_tiles: ti.i32, isect_offsets_out: I32):
    """isect_offsets_out `[num_tiles + 1]`: where each tile's pairs begin, and last where the drawn ones end."""
    for i in range(pairs + 1):
        first = 0
        end = num_tiles + 1
        if i > 0:
            first = ti.cast(tiles[i - 1], ti.i32) + 1
        if i < pairs:
            end = ti.cast(tiles[i], ti.i32) + 1
        for tile in range(first, end):
            isect_offsets_out[tile] = i
