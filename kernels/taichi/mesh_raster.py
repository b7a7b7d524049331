# pyright: basic, reportInvalidTypeForm=false
"""Triangles -> the nearest one of every pixel, on the CPU.

A pixel holds 64 bits, those of 1/z and then the triangle's number, so that one atomic maximum is the depth test and the
result does not depend on which thread comes first. 1/z is linear in the picture, and bits of positive floats are
ordered as the floats are.
"""

from .cpu_layout import SPLIT
from .language import ti

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
I64 = ti.types.ndarray(dtype=ti.i64, ndim=1)

CORNER = 3
"""Numbers per vertex: x, y and depth in the camera's frame."""

LARGE = 64
"""Rows: taller triangles are left for a second pass that deals them out in bands, or one thread would do them alone."""

BAND = 16
"""Rows of a band."""

_SLACK = 1e-5  # of barycentric coordinates: two triangles may both claim a pixel on their edge, never neither


@ti.kernel
def to_camera(vertices: F32, num: ti.i32, camera: F32, near: ti.f32, corners_out: F32, projected_out: F32):
    """World -> camera frame, by rows of [R|t], and -> (x, y, 1/z) in the picture, 1/z = 0 not beyond the near plane."""
    for i in range(num):
        x, y, z = vertices[3 * i], vertices[3 * i + 1], vertices[3 * i + 2]
        u = camera[0] * x + camera[1] * y + camera[2] * z + camera[3]
        v = camera[4] * x + camera[5] * y + camera[6] * z + camera[7]
        depth = camera[8] * x + camera[9] * y + camera[10] * z + camera[11]
        inverse = ti.select(depth > near, 1.0 / ti.max(depth, near), 0.0)
        corners_out[CORNER * i] = u
        corners_out[CORNER * i + 1] = v
        corners_out[CORNER * i + 2] = depth
        projected_out[CORNER * i] = camera[12] * u * inverse + camera[14]
        projected_out[CORNER * i + 1] = camera[13] * v * inverse + camera[15]
        projected_out[CORNER * i + 2] = inverse


@ti.func
def _first(low):
    """The first pixel whose middle is not before `low`, from 0 on."""
    return ti.cast(ti.ceil(ti.max(low, 0.0) - 0.5), ti.i32)


@ti.func
def _end(high, size):
    """The pixel after the last whose middle is not after `high`, up to `size`."""
    return ti.cast(ti.floor(ti.min(high, ti.cast(size, ti.f32)) + 0.5), ti.i32)


@ti.func
def _fill(
    p,
    q,
    r,
    plane: ti.template(),
    clipped: ti.template(),
    band,
    width,
    height,
    triangle,
    keys_out: ti.template(),
):
    """Pixels of the triangle p q r, each (x, y, 1/z) in the picture: of all rows if `band` is negative and there are
    few, or of the rows of a band. Returns whether it was left for bands.

    1/z is interpolated between the corners, or, of a triangle that was cut off, which has corners with a huge 1/z, it
    follows from `plane`: a point (x, y), 1/z there, and its slopes along x and y.
    """
    left = 0
    first_row = _first(ti.min(p[1], ti.min(q[1], r[1])))
    end_row = _end(ti.max(p[1], ti.max(q[1], r[1])), height)
    first = _first(ti.min(p[0], ti.min(q[0], r[0])))
    end = _end(ti.max(p[0], ti.max(q[0], r[0])), width)
    if band >= 0:
        first_row, end_row = ti.max(first_row, band * BAND), ti.min(end_row, band * BAND + BAND)
    elif end_row - first_row > LARGE:
        left = 1
        end_row = first_row
    if (
        first_row < end_row and first < end
    ):  # most triangles of a fine mesh end here, between the pixels' middles
        qx, qy, rx, ry = q[0] - p[0], q[1] - p[1], r[0] - p[0], r[1] - p[1]
        area = qx * ry - rx * qy
        if area != 0.0:
            inv = 1.0 / area
            bx, by = ry * inv, 0.0 - rx * inv
            cx, cy = 0.0 - qy * inv, qx * inv
            wq, wr = q[2] - p[2], r[2] - p[2]
            x, y, w = p[0], p[1], p[2]
            wx, wy = bx * wq + cx * wr, by * wq + cy * wr
            if ti.static(clipped):
                x, y, w, wx, wy = plane[0], plane[1], plane[2], plane[3], plane[4]
            for row in range(first_row, end_row):
                dy = row + 0.5 - p[1]
                for column in range(first, end):
                    dx = column + 0.5 - p[0]
                    b = bx * dx + by * dy
                    c = cx * dx + cy * dy
                    if b >= -_SLACK and c >= -_SLACK and b + c <= 1.0 + _SLACK:
                        inverse = w + wx * (column + 0.5 - x) + wy * (row + 0.5 - y)
                        bits = ti.cast(ti.bit_cast(inverse, ti.i32), ti.i64)
                        key = (bits << 32) | ti.cast(triangle, ti.i64)
                        pixel = row * width + column
                        if key > keys_out[pixel]:
                            ti.atomic_max(keys_out[pixel], key)
    return left


@ti.func
def _corner(corners: ti.template(), index):
    return ti.Vector([corners[CORNER * index], corners[CORNER * index + 1], corners[CORNER * index + 2]])


@ti.func
def _at_near(p, q, near):
    """Where the edge from p to q meets the near plane."""
    share = (p[2] - near) / (p[2] - q[2])
    return p + share * (q - p)


@ti.func
def _in_picture(point, camera: ti.template()):
    """(x, y, 1/z) of a point in the camera's frame."""
    inverse = 1.0 / point[2]
    return ti.Vector(
        [camera[12] * point[0] * inverse + camera[14], camera[13] * point[1] * inverse + camera[15], inverse]
    )


@ti.func
def _fill_clipped(
    corners: ti.template(),
    faces: ti.template(),
    triangle,
    band,
    near,
    camera: ti.template(),
    width,
    height,
    keys_out: ti.template(),
):
    """A triangle that passes the near plane, which leaves one or two. Returns whether it was left for bands."""
    p = _corner(corners, faces[3 * triangle])
    q = _corner(corners, faces[3 * triangle + 1])
    r = _corner(corners, faces[3 * triangle + 2])
    normal = (q - p).cross(r - p)
    slope = normal / normal.dot(p)  # 1/z = slope . (ray through a pixel, of depth 1)
    plane = ti.Vector([camera[14], camera[15], slope[2], slope[0] / camera[12], slope[1] / camera[13]])
    beyond = ti.cast(p[2] > near, ti.i32) + ti.cast(q[2] > near, ti.i32) + ti.cast(r[2] > near, ti.i32)
    for _ in range(2):  # turned round until p is the one corner beyond the plane, or the one before it
        if (p[2] > near) != (beyond == 1):
            turned = p
            p = q
            q = r
            r = turned
    on_q, on_r = _at_near(p, q, near), _at_near(p, r, near)
    if beyond == 1:
        q = on_q
        r = on_r
    else:
        p = on_q
    left = 0
    for piece in range(beyond):
        if piece == 1:
            q = r
            r = on_r
        a, b, c = _in_picture(p, camera), _in_picture(q, camera), _in_picture(r, camera)
        left |= _fill(a, b, c, plane, True, band, width, height, triangle, keys_out)
    return left


@ti.func
def _fill_any(
    corners: ti.template(),
    projected: ti.template(),
    faces: ti.template(),
    triangle,
    band,
    near,
    camera: ti.template(),
    width,
    height,
    keys_out: ti.template(),
):
    """A triangle, cut off at the near plane. Returns whether it was left for bands."""
    p = _corner(projected, faces[3 * triangle])
    q = _corner(projected, faces[3 * triangle + 1])
    r = _corner(projected, faces[3 * triangle + 2])
    left = 0
    if p[2] > 0.0 and q[2] > 0.0 and r[2] > 0.0:
        left = _fill(p, q, r, p, False, band, width, height, triangle, keys_out)
    elif p[2] > 0.0 or q[2] > 0.0 or r[2] > 0.0:
        left = _fill_clipped(corners, faces, triangle, band, near, camera, width, height, keys_out)
    return left


@ti.kernel
def rasterise(
    # In
    corners: F32,
    projected: F32,
    faces: I32,
    num: ti.i32,
    camera: F32,
    near: ti.f32,
    width: ti.i32,
    height: ti.i32,
    # Out
    keys_out: I64,
    large_out: I32,
    large_count_out: I32,
    # Work
    chunk_size: ti.i32,
    next_chunk: I32,
    threads: ti.i32,
):
    """All triangles but the tall ones, which are listed."""
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            while True:
                start = ti.atomic_add(next_chunk[0], 1) * chunk_size
                if start >= num:
                    break
                for triangle in range(start, ti.min(start + chunk_size, num)):
                    if _fill_any(
                        corners, projected, faces, triangle, -1, near, camera, width, height, keys_out
                    ):
                        large_out[ti.atomic_add(large_count_out[0], 1)] = triangle


@ti.kernel
def rasterise_large(
    corners: F32,
    projected: F32,
    faces: I32,
    large: I32,
    num: ti.i32,
    camera: F32,
    near: ti.f32,
    width: ti.i32,
    height: ti.i32,
    keys_out: I64,
    next_band: I32,
    threads: ti.i32,
):
    """The listed triangles, band by band."""
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            while True:
                band = ti.atomic_add(next_band[0], 1)
                if band * BAND >= height:
                    break
                for i in range(num):
                    _fill_any(
                        corners, projected, faces, large[i], band, near, camera, width, height, keys_out
                    )
