# pyright: basic, reportInvalidTypeForm=false
"""Tiles that an interval, a square or an ellipse meets, elementwise: on numbers (GPU) and on vectors (CPU).

Whole numbers are held in float32, because vectors cannot be cast. Notation as in `records`.
"""

from ..constants import TILE_SIZE
from .language import ti


@ti.func
def _on_screen(tile, tiles):
    """`tile`, a whole float, clamped to [0, tiles]."""
    return ti.select(tile < 0.0, 0.0, ti.select(tile > tiles, 1.0 * tiles, tile))


@ti.func
def _tile_of(x, tiles):
    """Tile of the coordinate `x` [px], a whole float clamped to [0, tiles]."""
    return _on_screen(ti.floor(x * (1.0 / TILE_SIZE)), tiles)


@ti.func
def tile_interval(low, high, tiles):
    """Tiles that the interval [low, high] [px] overlaps, as in gsplat: (first, end).

    The 3DGS paper's rasterizer leaves out a last tile that is overlapped by less than a pixel, though the pixel's
    centre may be within.
    """
    return _tile_of(low, tiles), _on_screen(ti.ceil(high * (1.0 / TILE_SIZE)), tiles)


@ti.func
def pixel_tile_interval(low, high, tiles):
    """Tiles with a pixel centre in [low, high] [px], whose centres reach from 0.5 to 15.5 px: (first, end).

    1e-3 px of slack: a tile too many costs a little time, a tile too few would be seen.
    """
    return _tile_of(low + (0.5 - 1e-3), tiles), _tile_of(high + (TILE_SIZE - 0.5 + 1e-3), tiles)


@ti.func
def ellipse_extent(mx, my, skew, b, inv_a, dy_right, reach, top, bottom):
    """(left, right) [px] of the ellipse E2 <= Q between the heights `top` and `bottom` [px], all `reach` = Q.

    The ellipse's slice at height dy spans k dy -+ sqrt(Q - (b dy)^2) / a. Within the band its rightmost point is at the
    height nearest to `dy_right`, where the whole ellipse is rightmost; its leftmost at that to -dy_right.
    """
    low, high = top - my, bottom - my
    right_y = ti.select(dy_right < low, low, ti.select(dy_right > high, high, dy_right))
    dy_left = 0.0 - dy_right
    left_y = ti.select(dy_left < low, low, ti.select(dy_left > high, high, dy_left))
    right_rem = reach - (b * right_y) * (b * right_y)
    left_rem = reach - (b * left_y) * (b * left_y)
    right = mx + skew * right_y + ti.sqrt(ti.select(right_rem > 0.0, right_rem, 0.0)) * inv_a
    left = mx + skew * left_y - ti.sqrt(ti.select(left_rem > 0.0, left_rem, 0.0)) * inv_a
    return left, right


@ti.func
def ellipse_columns(mx, my, skew, b, inv_a, dy_right, reach, row, tiles_x):
    """Tiles of tile row `row` that the ellipse E2 <= Q meets: (first, end)."""
    top = row * TILE_SIZE + 0.5
    left, right = ellipse_extent(mx, my, skew, b, inv_a, dy_right, reach, top, top + (TILE_SIZE - 1.0))
    return pixel_tile_interval(left, right, tiles_x)
