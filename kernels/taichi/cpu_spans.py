# pyright: basic
"""The tiles that one projected Gaussian meets, packed into 64 bits.

Binning visits every Gaussian twice in depth order, which is random memory order; a packed span is an eighth of a
record and saves both visits the arithmetic. Layouts, least significant bit first:

    square (3 sigma):  first row (10) | rows (10) | first column (10) | columns (10)
    ellipse:           first row (10) | rows (2)  | up to 3 x [first column (10) | columns (5)]

An ellipse of more rows or columns is marked `LARGE` and binned from its record. A span of 0 meets no pixel centre.
"""

from ..constants import TILE_SIZE
from .cpu_layout import EX, EY, LOG2_THRESHOLD, MX, MY, SKEW, SKEW_T, A, B, C
from .language import ti

MAX_ROWS = 3
MAX_COLUMNS = 31
LARGE = 1 << 62

_POSITION = 1023
_ROW_BITS = 15
_ROWS_START = 12


@ti.func
def _tile_of(x, tiles):
    """Tile of the coordinate `x` [px], clamped to [0, tiles]."""
    return ti.cast(ti.max(0.0, ti.min(ti.floor(x * (1.0 / TILE_SIZE)), ti.cast(tiles, ti.f32))), ti.i32)


@ti.func
def square_span(mx, my, radius, tiles_x, tiles_y):
    """Packed span of the square of 3 sigma, as in the 3DGS paper's rasterizer."""
    row, row_end = _tile_of(my - radius, tiles_y), _tile_of(my + radius + (TILE_SIZE - 1), tiles_y)
    column, column_end = _tile_of(mx - radius, tiles_x), _tile_of(mx + radius + (TILE_SIZE - 1), tiles_x)
    span = ti.i64(0)
    if row_end > row and column_end > column:
        span = ti.cast(row | ((row_end - row) << 10) | (column << 20), ti.i64)
        span |= ti.cast(column_end - column, ti.i64) << 30
    return span


@ti.func
def square_rows(span):
    """(first row, rows, first column, columns) of a square."""
    return (
        ti.cast(span & _POSITION, ti.i32),
        ti.cast((span >> 10) & _POSITION, ti.i32),
        ti.cast((span >> 20) & _POSITION, ti.i32),
        ti.cast((span >> 30) & _POSITION, ti.i32),
    )


@ti.func
def ellipse_columns(mx, my, skew, b, inv_a, dy_right, reach, row, tiles_x):
    """Tiles of tile row `row` that the ellipse E2 <= Q meets: (first, end).

    The ellipse's slice at height dy spans k dy -+ sqrt(Q - (b dy)^2) / a. Within the row's band its rightmost point is at
    the height nearest to `dy_right`, where the whole ellipse is rightmost, and its leftmost at the nearest to -dy_right.
    """
    top = row * TILE_SIZE + 0.5 - my
    bottom = top + (TILE_SIZE - 1)
    right_y = ti.select(dy_right < top, top, ti.select(dy_right > bottom, bottom, dy_right))
    left_y = ti.select(-dy_right < top, top, ti.select(-dy_right > bottom, bottom, -dy_right))
    right = mx + skew * right_y + ti.sqrt(ti.max(reach - (b * right_y) * (b * right_y), 0.0)) * inv_a
    left = mx + skew * left_y - ti.sqrt(ti.max(reach - (b * left_y) * (b * left_y), 0.0)) * inv_a
    # A tile's pixel centres reach from 0.5 to 15.5 px: between two tiles' centres nothing is hit.
    return _tile_of(left + (0.5 - 1e-3), tiles_x), _tile_of(right + (TILE_SIZE - 0.5 + 1e-3), tiles_x)


@ti.func
def ellipse_rows(my, ey, tiles_y):
    """Tile rows with a pixel centre within the ellipse's height: (first, end)."""
    return _tile_of(my - ey + (0.5 - 1e-3), tiles_y), _tile_of(my + ey + (TILE_SIZE - 0.5 + 1e-3), tiles_y)


@ti.func
def ellipse_span(mx, my, skew, b, inv_a, dy_right, ey, reach, tiles_x, tiles_y):
    """Packed span of the ellipse E2 <= Q."""
    row, row_end = ellipse_rows(my, ey, tiles_y)
    span = ti.i64(0)
    if row_end - row > MAX_ROWS:
        span = ti.i64(LARGE)
    else:
        found = 0
        shift = _ROWS_START
        for r in range(row, row_end):
            first, end = ellipse_columns(mx, my, skew, b, inv_a, dy_right, reach, r, tiles_x)
            columns = ti.max(end - first, 0)
            found = ti.max(found, columns)
            span |= ti.cast((first & _POSITION) | (ti.min(columns, MAX_COLUMNS) << 10), ti.i64) << shift
            shift += _ROW_BITS
        span |= ti.cast(row | ((row_end - row) << 10), ti.i64)
        if found == 0:
            span = ti.i64(0)
        if found > MAX_COLUMNS:
            span = ti.i64(LARGE)
    return span


@ti.func
def span_rows(span, records: ti.template(), o, tiles_y):
    """(first row, end) of an ellipse, from its span or, where it is large, from its record at `o`."""
    first = ti.cast(span & _POSITION, ti.i32)
    end = first + ti.cast((span >> 10) & 3, ti.i32)
    if span == ti.i64(LARGE):
        first, end = ellipse_rows(records[o + MY], records[o + EY], tiles_y)
    return first, end


@ti.func
def span_columns(span, records: ti.template(), o, row, rows_before, tiles_x):
    """(first column, end) of the ellipse in tile row `row`, the `rows_before`-th of its rows."""
    packed = ti.cast((span >> (_ROWS_START + _ROW_BITS * rows_before)) & 0x7FFF, ti.i32)
    first = packed & _POSITION
    end = first + (packed >> 10)
    if span == ti.i64(LARGE):
        first, end = ellipse_columns(
            records[o + MX],
            records[o + MY],
            records[o + SKEW],
            records[o + B],
            1.0 / records[o + A],
            records[o + SKEW_T] * records[o + EX],
            records[o + C] - LOG2_THRESHOLD,
            row,
            tiles_x,
        )
    return first, end
