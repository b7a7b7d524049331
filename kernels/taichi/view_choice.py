# pyright: basic, reportInvalidTypeForm=false
"""Which photos colour a pixel: those that see its point from the most similar direction.

Notation: X is the point of a pixel and everything is in the frame of the camera that looks, so that it is the origin;
d = X / |X|, d_i = (X - o_i) / |X - o_i| for photo i at o_i. Photos are ordered by |d - d_i|, which grows with
the angle.

A tile's points lie in a ball of radius r around C. A unit direction changes by at most 2 r / (2 D - r) between C, seen
from a distance D, and any point in the ball, and differences of unit vectors obey the triangle inequality. So
|d - d_i| at C, less both changes, is the least it can be anywhere in the tile. The photos are sorted by that once a
tile, and a pixel stops at the first photo that cannot be better than the three it has: exact, and 4 to 6 photos of 100
are looked at.
"""

from ..baked_types import LOOKED_UP, NO_VIEW
from .cpu_layout import SPLIT
from .language import ti

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
I64 = ti.types.ndarray(dtype=ti.i64, ndim=1)

TILE = 16
"""Pixels of a tile's side."""

CAMERA_NUMBERS = 15
"""Per photo: rows of K [R|t] from the frame of the camera that looks, then its centre in that frame."""

TABLE = 9
"""Per photo: where its pixels, features and depths begin, then width and height of each."""

PIXELS, FEATURES, DEPTHS = 0, 3, 6

_NONE = 1e9
_WIDEST = 2.0  # of a difference of unit vectors


@ti.func
def inverse_depth(key):
    """1/z of a pixel's key, which is not 0."""
    return ti.bit_cast(ti.cast(key >> 32, ti.i32), ti.f32)


@ti.func
def point_at(pixel, key, width, intrinsics: ti.template()):
    """The point seen in a pixel; `intrinsics` as fx fy cx cy."""
    z = 1.0 / inverse_depth(key)
    x = (pixel % width + 0.5 - intrinsics[2]) / intrinsics[0]
    y = (pixel // width + 0.5 - intrinsics[3]) / intrinsics[1]
    return ti.Vector([x * z, y * z, z])


@ti.func
def seen_at(cameras: ti.template(), view, point):
    """(x, y, depth) of a point in a photo [px, px, scene units]; x and y mean nothing where depth is not positive."""
    o = view * CAMERA_NUMBERS
    x = cameras[o] * point[0] + cameras[o + 1] * point[1] + cameras[o + 2] * point[2] + cameras[o + 3]
    y = cameras[o + 4] * point[0] + cameras[o + 5] * point[1] + cameras[o + 6] * point[2] + cameras[o + 7]
    z = cameras[o + 8] * point[0] + cameras[o + 9] * point[1] + cameras[o + 10] * point[2] + cameras[o + 11]
    inverse = 1.0 / ti.select(z > 0.0, z, 1.0)
    return ti.Vector([x * inverse, y * inverse, z])


@ti.func
def centre_of(cameras: ti.template(), view):
    o = view * CAMERA_NUMBERS + 12
    return ti.Vector([cameras[o], cameras[o + 1], cameras[o + 2]])


@ti.func
def _direction_change(distance, radius):
    """Most that a unit direction to points within `radius` of one at `distance` differs from that to it."""
    return ti.select(distance > radius, 2.0 * radius / (2.0 * distance - radius), _WIDEST)


@ti.func
def _difference(point, d, centre):
    """|d - d_i|."""
    v = point - centre
    return (d - v / ti.sqrt(v.dot(v))).norm()


@ti.func
def _sees(cameras: ti.template(), table: ti.template(), depths: ti.template(), view, point, tolerance):
    """Whether the point is before the photo's camera, in the picture, and hidden by nothing.

    The least of the four depths around is taken: what is half covered has half the colour of what covers it.
    """
    at = seen_at(cameras, view, point)
    t = view * TABLE
    width, height = ti.cast(table[t + PIXELS + 1], ti.f32), ti.cast(table[t + PIXELS + 2], ti.f32)
    sees = 0
    if at[2] > 0.0 and at[0] >= 0.0 and at[0] <= width and at[1] >= 0.0 and at[1] <= height:
        w, h = table[t + DEPTHS + 1], table[t + DEPTHS + 2]
        x = ti.cast(ti.floor(at[0] * (w / width) - 0.5), ti.i32)
        y = ti.cast(ti.floor(at[1] * (h / height) - 0.5), ti.i32)
        nearest = _NONE
        for k in ti.static(range(4)):
            column = ti.max(0, ti.min(x + k % 2, w - 1))
            row = ti.max(0, ti.min(y + k // 2, h - 1))
            depth = depths[table[t + DEPTHS] + row * w + column]
            if depth > 0.0:
                nearest = ti.min(nearest, depth)
        sees = ti.cast(at[2] <= nearest * (1.0 + tolerance), ti.i32)
    return sees


@ti.func
def _ball(keys: ti.template(), intrinsics: ti.template(), left, top, width, height):
    """Middle and radius of a ball around a tile's points; the radius is negative where it has none."""
    low, high = ti.Vector([_NONE, _NONE, _NONE]), ti.Vector([-_NONE, -_NONE, -_NONE])
    found = 0
    for y in range(top, ti.min(top + TILE, height)):
        for x in range(left, ti.min(left + TILE, width)):
            pixel = y * width + x
            key = keys[pixel]
            if key > 0:
                found = 1
                point = point_at(pixel, key, width, intrinsics)
                low, high = ti.min(low, point), ti.max(high, point)
    radius = -1.0
    if found:
        radius = 0.5 * (high - low).norm()
    return 0.5 * (low + high), radius


@ti.func
def _sort(
    cameras: ti.template(), num, exclude, middle, radius, first, bounds: ti.template(), order: ti.template()
):
    """Photos by the least difference they can have in a tile, from `first` on in `bounds` and `order`; how many."""
    distance = middle.norm()
    d = middle / distance
    own = _direction_change(distance, radius)
    count = 0
    for view in range(num):
        if view != exclude:
            centre = centre_of(cameras, view)
            bound = _difference(middle, d, centre) - own - _direction_change((middle - centre).norm(), radius)
            place = count
            while place > 0 and bounds[first + place - 1] > bound:
                bounds[first + place] = bounds[first + place - 1]
                order[first + place] = order[first + place - 1]
                place -= 1
            bounds[first + place] = bound
            order[first + place] = view
            count += 1
    return count


@ti.func
def _choose(
    cameras: ti.template(),
    table: ti.template(),
    depths: ti.template(),
    point,
    tolerance,
    first,
    count,
    bounds: ti.template(),
    order: ti.template(),
):
    """The three photos of a point."""
    d = point / point.norm()
    best = ti.Vector([_NONE, _NONE, _NONE])
    views = ti.Vector([NO_VIEW, NO_VIEW, NO_VIEW])
    place = first
    while place < first + count and bounds[place] < best[2]:
        view = order[place]
        difference = _difference(point, d, centre_of(cameras, view))
        if difference < best[2] and _sees(cameras, table, depths, view, point, tolerance):
            if difference < best[0]:
                best = ti.Vector([difference, best[0], best[1]])
                views = ti.Vector([view, views[0], views[1]])
            elif difference < best[1]:
                best = ti.Vector([best[0], difference, best[1]])
                views = ti.Vector([views[0], view, views[1]])
            else:
                best = ti.Vector([best[0], best[1], difference])
                views = ti.Vector([views[0], views[1], view])
        place += 1
    return views


@ti.kernel
def choose_views(
    # In
    keys: I64,
    intrinsics: F32,
    width: ti.i32,
    height: ti.i32,
    cameras: F32,
    table: I32,
    depths: F32,
    num: ti.i32,
    exclude: ti.i32,
    tolerance: ti.f32,
    # Out
    views_out: I32,
    # Work: `num` a worker
    bounds: F32,
    order: I32,
    next_tile: I32,
    threads: ti.i32,
):
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            first = w // SPLIT * num
            tiles_x = (width + TILE - 1) // TILE
            tiles = tiles_x * ((height + TILE - 1) // TILE)
            while True:
                tile = ti.atomic_add(next_tile[0], 1)
                if tile >= tiles:
                    break
                left, top = tile % tiles_x * TILE, tile // tiles_x * TILE
                middle, radius = _ball(keys, intrinsics, left, top, width, height)
                count = 0
                if radius >= 0.0:
                    count = _sort(cameras, num, exclude, middle, radius, first, bounds, order)
                for y in range(top, ti.min(top + TILE, height)):
                    for x in range(left, ti.min(left + TILE, width)):
                        pixel = y * width + x
                        key = keys[pixel]
                        views = ti.Vector([NO_VIEW, NO_VIEW, NO_VIEW])
                        if key > 0:
                            point = point_at(pixel, key, width, intrinsics)
                            views = _choose(
                                cameras, table, depths, point, tolerance, first, count, bounds, order
                            )
                        for k in ti.static(range(LOOKED_UP)):
                            views_out[pixel * LOOKED_UP + k] = views[k]
