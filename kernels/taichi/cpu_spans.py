# pyright: basic, reportInvalidTypeForm=false
"""The tiles that one projected Gaussian meets, packed into 64 bits.

Binning visits every Gaussian twice in depth order, which is random memory order; a packed span is an eighth of a
record and saves both visits the arithmetic. Layouts, least significant bit first:

    square (3 sigma):  first row (10) | rows (22) | first column (10) | columns (21)
    ellipse:           first row (10) | rows (10) | 3 x [first column (10) | columns (4)]

An ellipse of more rows or columns is marked `LARGE` and binned from its record. The arithmetic is on vectors of eight
Gaussians with whole numbers held in float32, because vectors cannot be cast; only packing is per lane.
"""

from ..constants import TILE_SIZE
from .language import ti
from .records import EX, EY, LOG2_THRESHOLD, MX, MY, SKEW, SKEW_T, A, B, C
from .tile_spans import ellipse_columns, pixel_tile_interval, tile_interval

MAX_ROWS = 3
MAX_COLUMNS = 15
LARGE = 1 << 62

PACK = 1024.0
"""Two numbers below 1024 make one float32 exactly: first + PACK * count."""

_POSITION = 1023
_COLUMNS_START = 20
_SQUARE_COLUMNS_START = 32
_COLUMN_BITS = 14
_COLUMNS_MASK = (1 << _COLUMN_BITS) - 1


@ti.func
def ellipse_tiles(mx, my, skew, b, inv_a, dy_right, ex, ey, reach, tiles_x, tiles_y):
    """Tiles that the ellipse E2 <= Q meets, elementwise on vectors, as four vectors for `pack_span`.

    Returns:
        (rows, columns of the first, second and third row, met) for `pack_ellipse`, where `rows` and `columns` are
        first + PACK * count, and `met` is 0 where no pixel centre is met and 2 where the ellipse is too large to pack.
    """
    row, row_end = pixel_tile_interval(my - ey, my + ey, tiles_y)
    rows = row_end - row
    first, columns_0 = _packed_columns(mx, my, skew, b, inv_a, dy_right, reach, row, rows, 0, tiles_x)
    second, columns_1 = _packed_columns(mx, my, skew, b, inv_a, dy_right, reach, row, rows, 1, tiles_x)
    third, columns_2 = _packed_columns(mx, my, skew, b, inv_a, dy_right, reach, row, rows, 2, tiles_x)
    widest = ti.max(columns_0, ti.max(columns_1, columns_2))
    met = ti.select(widest > 0.0, 1.0, 0.0 * mx)
    met = ti.select((rows > MAX_ROWS) | (widest > MAX_COLUMNS), 2.0, met)
    on_screen = (mx + ex > 0.0) & (mx - ex < tiles_x * TILE_SIZE)
    return row + PACK * rows, first, second, third, ti.select(on_screen, met, 0.0)


@ti.func
def _packed_columns(mx, my, skew, b, inv_a, dy_right, reach, row, rows, r: ti.template(), tiles_x):
    """(first + PACK * count, count) of the columns in the `r`-th of `rows` tile rows from `row`."""
    first, end = ellipse_columns(mx, my, skew, b, inv_a, dy_right, reach, row + r, tiles_x)
    columns = ti.select((rows > r) & (end > first), end - first, 0.0)
    return first + PACK * columns, columns


@ti.func
def square_tiles(mx, my, radius, tiles_x, tiles_y):
    """Tiles that the square of 3 sigma overlaps, elementwise on vectors: (rows, columns, whether any)."""
    row, row_end = tile_interval(my - radius, my + radius, tiles_y)
    column, column_end = tile_interval(mx - radius, mx + radius, tiles_x)
    rows, columns = row_end - row, column_end - column
    met = ti.select((rows > 0.0) & (columns > 0.0), 1.0, 0.0 * mx)
    return row + PACK * rows, column + PACK * columns, met


@ti.func
def pack_square(rows, columns):
    """Span of one square from its lane of `square_tiles`."""
    return ti.cast(rows, ti.i64) | (ti.cast(columns, ti.i64) << _SQUARE_COLUMNS_START)


@ti.func
def pack_ellipse(rows, first, second, third, met):
    """Span of one ellipse from its lane of `ellipse_tiles`."""
    span = ti.i64(LARGE)
    if met < 2.0:
        span = (
            ti.cast(rows, ti.i64)
            | (ti.cast(first, ti.i64) << _COLUMNS_START)
            | (ti.cast(second, ti.i64) << (_COLUMNS_START + _COLUMN_BITS))
            | (ti.cast(third, ti.i64) << (_COLUMNS_START + 2 * _COLUMN_BITS))
        )
    return span


@ti.func
def square_rows(span):
    """(first row, rows, first column, columns) of a square."""
    rows = ti.cast(span & 0xFFFFFF, ti.i32)
    columns = ti.cast(span >> _SQUARE_COLUMNS_START, ti.i32)
    return rows & _POSITION, rows >> 10, columns & _POSITION, columns >> 10


@ti.func
def span_rows(span, records: ti.template(), o, tiles_y):
    """(first row, end) of an ellipse, from its span or, where it is large, from its record at `o`."""
    first = ti.cast(span & _POSITION, ti.i32)
    end = first + ti.cast((span >> 10) & _POSITION, ti.i32)
    if span == ti.i64(LARGE):
        my, ey = records[o + MY], records[o + EY]
        low, high = pixel_tile_interval(my - ey, my + ey, tiles_y)
        first, end = ti.cast(low, ti.i32), ti.cast(high, ti.i32)
    return first, end


@ti.func
def span_columns(span, records: ti.template(), o, row, rows_before, tiles_x):
    """(first column, end) of the ellipse in tile row `row`, the `rows_before`-th of its rows."""
    packed = ti.cast((span >> (_COLUMNS_START + _COLUMN_BITS * rows_before)) & _COLUMNS_MASK, ti.i32)
    first = packed & _POSITION
    end = first + (packed >> 10)
    if span == ti.i64(LARGE):
        low, high = ellipse_columns(
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
        first, end = ti.cast(low, ti.i32), ti.cast(high, ti.i32)
    return first, end
