# pyright: basic, reportInvalidTypeForm=false
"""World-space Gaussians -> records, one thread each (EWA splatting, gsplat's conventions), and the tiles each meets.

Records stay at the place of their Gaussian: what is not drawn costs memory that nobody reads.
"""

from enum import IntEnum

from ..constants import BASELINE_SIGMAS, EPS2D, FRUSTUM_MARGIN, NEAR_PLANE, TILE_SIZE
from .gpu_arrays import CULLED, F32, I32, U32
from .host_arrays import MEAN_AND_COVARIANCE
from .language import ti
from .records import (
    B_T,
    BLUE,
    DEPTH,
    EX,
    EY,
    GREEN,
    INV_A_T,
    LAM,
    LOG2_THRESHOLD,
    LOG2E,
    MX,
    MY,
    RADIUS,
    RECORD,
    RED,
    SKEW,
    SKEW_T,
    A,
    B,
    C,
)
from .spherical_harmonics import sh_colour
from .tile_spans import ellipse_columns, pixel_tile_interval, tile_interval


class Feature(IntEnum):
    """What RED, GREEN and BLUE of a record hold."""

    COLOUR = 0
    DEPTH = 1
    NORMAL = 2


@ti.func
def tile_rows(records: ti.template(), o, tiles_y, square: ti.template()):
    """Tile rows that the record at `o` meets: (first, end)."""
    my = records[o + MY]
    low, high = 0.0, 0.0
    if ti.static(square):
        low, high = tile_interval(my - records[o + RADIUS], my + records[o + RADIUS], tiles_y)
    else:
        low, high = pixel_tile_interval(my - records[o + EY], my + records[o + EY], tiles_y)
    return ti.cast(low, ti.i32), ti.cast(high, ti.i32)


@ti.func
def tile_columns(records: ti.template(), o, row, tiles_x, square: ti.template()):
    """Tiles of tile row `row` that the record at `o` meets: (first, end)."""
    mx = records[o + MX]
    low, high = 0.0, 0.0
    if ti.static(square):
        low, high = tile_interval(mx - records[o + RADIUS], mx + records[o + RADIUS], tiles_x)
    else:
        low, high = ellipse_columns(
            mx,
            records[o + MY],
            records[o + SKEW],
            records[o + B],
            1.0 / records[o + A],
            records[o + SKEW_T] * records[o + EX],
            records[o + C] - LOG2_THRESHOLD,
            row,
            tiles_x,
        )
    return ti.cast(low, ti.i32), ti.cast(high, ti.i32)


@ti.kernel
def project(
    # Scene
    blocks: F32,
    sh: F32,
    axes: F32,
    num: ti.i32,
    # Camera: rows of [R|t], then fx fy cx cy, then camera centre
    camera: F32,
    width: ti.i32,
    height: ti.i32,
    # Options
    sh_degree: ti.template(),
    sh_stride: ti.i32,
    antialiased: ti.template(),
    square: ti.template(),
    feature: ti.template(),
    # Out
    records_out: F32,
    keys_out: U32,
    ids_out: I32,
    tiles_out: I32,
):
    for i in range(num):
        keys_out[i] = ti.u32(CULLED)
        ids_out[i] = i
        tiles_out[i] = 0
        v = i * MEAN_AND_COVARIANCE
        x, y, z = blocks[v], blocks[v + 1], blocks[v + 2]
        cam_x = camera[0] * x + camera[1] * y + camera[2] * z + camera[3]
        cam_y = camera[4] * x + camera[5] * y + camera[6] * z + camera[7]
        cam_z = camera[8] * x + camera[9] * y + camera[10] * z + camera[11]
        c = blocks[v + 9]
        if cam_z > NEAR_PLANE and c > LOG2_THRESHOLD:
            inv_z = 1.0 / cam_z
            fx, fy, cx, cy = camera[12], camera[13], camera[14], camera[15]
            tan_x, tan_y = cam_x * inv_z, cam_y * inv_z
            margin_x = (FRUSTUM_MARGIN - 1.0) * 0.5 * width / fx
            margin_y = (FRUSTUM_MARGIN - 1.0) * 0.5 * height / fy
            lim_x = ti.min(ti.max(tan_x, -cx / fx - margin_x), (width - cx) / fx + margin_x)
            lim_y = ti.min(ti.max(tan_y, -cy / fy - margin_y), (height - cy) / fy + margin_y)
            # Rows of J W: what moves the picture by one pixel along x and along y.
            jx, jy = fx * inv_z, fy * inv_z
            u = jx * ti.Vector(
                [camera[0] - lim_x * camera[8], camera[1] - lim_x * camera[9], camera[2] - lim_x * camera[10]]
            )
            w = jy * ti.Vector(
                [camera[4] - lim_y * camera[8], camera[5] - lim_y * camera[9], camera[6] - lim_y * camera[10]]
            )
            covariance = ti.Matrix(
                [
                    [blocks[v + 3], blocks[v + 4], blocks[v + 5]],
                    [blocks[v + 4], blocks[v + 6], blocks[v + 7]],
                    [blocks[v + 5], blocks[v + 7], blocks[v + 8]],
                ]
            )
            cov_u, cov_w = covariance @ u, covariance @ w
            sharp_xx, sxy, sharp_yy = u.dot(cov_u), w.dot(cov_u), w.dot(cov_w)
            sxx, syy = sharp_xx + EPS2D, sharp_yy + EPS2D
            skew, skew_t = sxy / syy, sxy / sxx
            # Subtracting cancels on needles; EPS2D is the true lower bound of what is left.
            vary, vary_t = ti.max(sxx - sxy * skew, EPS2D), ti.max(syy - sxy * skew_t, EPS2D)
            b, b_t = LAM / ti.sqrt(syy), LAM / ti.sqrt(sxx)
            half = 0.5 * (sxx - syy)
            major = 0.5 * (sxx + syy) + ti.sqrt(half * half + sxy * sxy)
            if ti.static(antialiased):
                # The sharp determinant may round below 0.
                ratio = ti.max((sharp_xx * sharp_yy - sxy * sxy) / (sxx * vary_t), 1e-12)
                c += 0.5 * LOG2E * ti.log(ratio)
            root = ti.sqrt(ti.max(c - LOG2_THRESHOLD, 0.0))
            o = i * RECORD
            records_out[o + MX] = fx * tan_x + cx
            records_out[o + MY] = fy * tan_y + cy
            records_out[o + SKEW] = skew
            records_out[o + A] = LAM / ti.sqrt(vary)
            records_out[o + B] = b
            records_out[o + C] = c
            records_out[o + SKEW_T] = skew_t
            records_out[o + B_T] = b_t
            records_out[o + INV_A_T] = ti.sqrt(vary_t) / LAM
            records_out[o + EX] = root / b_t
            records_out[o + EY] = root / b
            records_out[o + DEPTH] = cam_z
            records_out[o + RADIUS] = ti.ceil(BASELINE_SIGMAS * ti.sqrt(major))
            met = 0
            if c > LOG2_THRESHOLD:
                tiles_x, tiles_y = (width + TILE_SIZE - 1) // TILE_SIZE, (height + TILE_SIZE - 1) // TILE_SIZE
                first_row, end_row = tile_rows(records_out, o, tiles_y, square)
                for row in range(first_row, end_row):
                    first, end = tile_columns(records_out, o, row, tiles_x, square)
                    met += ti.max(end - first, 0)
            if met > 0:
                keys_out[i] = ti.bit_cast(cam_z, ti.u32)
                tiles_out[i] = met
                value = ti.Vector([cam_z, cam_z, cam_z])
                if ti.static(feature == Feature.COLOUR):
                    value = sh_colour(
                        sh, i * sh_stride, x - camera[16], y - camera[17], z - camera[18], sh_degree
                    )
                elif ti.static(feature == Feature.NORMAL):
                    nx, ny, nz = axes[3 * i], axes[3 * i + 1], axes[3 * i + 2]
                    value[0] = camera[0] * nx + camera[1] * ny + camera[2] * nz
                    value[1] = camera[4] * nx + camera[5] * ny + camera[6] * nz
                    value[2] = camera[8] * nx + camera[9] * ny + camera[10] * nz
                    if value[0] * cam_x + value[1] * cam_y + value[2] * cam_z > 0.0:
                        value = -value
                records_out[o + RED] = value[0]
                records_out[o + GREEN] = value[1]
                records_out[o + BLUE] = value[2]
