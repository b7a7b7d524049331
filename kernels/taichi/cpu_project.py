# pyright: basic, reportInvalidTypeForm=false
"""World-space Gaussians -> records of the visible ones, eight at a time (EWA splatting, gsplat's conventions)."""

from ..constants import BASELINE_SIGMAS, EPS2D, FRUSTUM_MARGIN, NEAR_PLANE, TILE_SIZE
from .cpu_layout import LANES, SPLIT, V8
from .cpu_spans import ellipse_tiles, pack_ellipse, pack_square, square_tiles
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

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
I64 = ti.types.ndarray(dtype=ti.i64, ndim=1)
U32 = ti.types.ndarray(dtype=ti.u32, ndim=1)
VECTORS = ti.types.ndarray(dtype=V8, ndim=1)


@ti.func
def _at_least(x, low):
    return ti.select(x > low, x, low)


@ti.func
def _clamp(x, low, high):
    return ti.select(x < low, low, ti.select(x > high, high, x))


@ti.kernel
def project(
    # Scene
    blocks: VECTORS,
    sh: F32,
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
    # Out
    records_out: F32,
    keys_out: U32,
    ids_out: I32,
    spans_out: I64,
    counts_out: I32,
    key_range_out: U32,
    # Work
    chunk_blocks: ti.i32,
    num_chunks: ti.i32,
    next_chunk: I32,
    threads: ti.i32,
):
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            while True:
                chunk = ti.atomic_add(next_chunk[0], 1)
                if chunk >= num_chunks:
                    break
                start = chunk * chunk_blocks
                tiles_x = (width + TILE_SIZE - 1) // TILE_SIZE
                tiles_y = (height + TILE_SIZE - 1) // TILE_SIZE
                stop = ti.min(start + chunk_blocks, (num + LANES - 1) // LANES)
                found = start * LANES
                key_min = ti.u32(0xFFFFFFFF)
                key_max = ti.u32(0)
                for block in range(start, stop):
                    v = block * MEAN_AND_COVARIANCE
                    x, y, z = blocks[v], blocks[v + 1], blocks[v + 2]
                    cam_x = camera[0] * x + camera[1] * y + camera[2] * z + camera[3]
                    cam_y = camera[4] * x + camera[5] * y + camera[6] * z + camera[7]
                    cam_z = camera[8] * x + camera[9] * y + camera[10] * z + camera[11]
                    inv_z = 1.0 / cam_z
                    fx, fy, cx, cy = camera[12], camera[13], camera[14], camera[15]
                    tan_x, tan_y = cam_x * inv_z, cam_y * inv_z
                    margin_x = (FRUSTUM_MARGIN - 1.0) * 0.5 * width / fx
                    margin_y = (FRUSTUM_MARGIN - 1.0) * 0.5 * height / fy
                    lim_x = _clamp(tan_x, -cx / fx - margin_x, (width - cx) / fx + margin_x)
                    lim_y = _clamp(tan_y, -cy / fy - margin_y, (height - cy) / fy + margin_y)
                    # Rows of J W: what moves the picture by one pixel along x and along y.
                    jx, jy = fx * inv_z, fy * inv_z
                    ux = jx * (camera[0] - lim_x * camera[8])
                    uy = jx * (camera[1] - lim_x * camera[9])
                    uz = jx * (camera[2] - lim_x * camera[10])
                    vx = jy * (camera[4] - lim_y * camera[8])
                    vy = jy * (camera[5] - lim_y * camera[9])
                    vz = jy * (camera[6] - lim_y * camera[10])
                    cxx, cxy, cxz = blocks[v + 3], blocks[v + 4], blocks[v + 5]
                    cyy, cyz, czz = blocks[v + 6], blocks[v + 7], blocks[v + 8]
                    wx = cxx * ux + cxy * uy + cxz * uz
                    wy = cxy * ux + cyy * uy + cyz * uz
                    wz = cxz * ux + cyz * uy + czz * uz
                    sharp_xx = ux * wx + uy * wy + uz * wz
                    sxy = vx * wx + vy * wy + vz * wz
                    wx = cxx * vx + cxy * vy + cxz * vz
                    wy = cxy * vx + cyy * vy + cyz * vz
                    wz = cxz * vx + cyz * vy + czz * vz
                    sharp_yy = vx * wx + vy * wy + vz * wz
                    sxx, syy = sharp_xx + EPS2D, sharp_yy + EPS2D
                    c = blocks[v + 9]
                    skew, skew_t = sxy / syy, sxy / sxx
                    # Subtracting cancels on needles; EPS2D is the true lower bound of what is left.
                    vary = _at_least(sxx - sxy * skew, EPS2D)
                    vary_t = _at_least(syy - sxy * skew_t, EPS2D)
                    mean_x, mean_y = fx * tan_x + cx, fy * tan_y + cy
                    inv_a, b = ti.sqrt(vary) / LAM, LAM / ti.sqrt(syy)
                    inv_a_t, b_t = ti.sqrt(vary_t) / LAM, LAM / ti.sqrt(sxx)
                    half = 0.5 * (sxx - syy)
                    radius = BASELINE_SIGMAS * ti.sqrt(0.5 * (sxx + syy) + ti.sqrt(half * half + sxy * sxy))
                    radius = ti.ceil(radius)
                    if ti.static(antialiased):
                        # The sharp determinant may round below 0.
                        ratio = _at_least((sharp_xx * sharp_yy - sxy * sxy) / (sxx * vary_t), 1e-12)
                        for lane in ti.static(range(LANES)):
                            c[lane] += 0.5 * LOG2E * ti.log(ratio[lane])
                    reach = c - LOG2_THRESHOLD
                    root = ti.sqrt(_at_least(reach, 0.0))
                    ex, ey = root / b_t, root / b
                    rows, columns, second, third, met = (
                        0.0 * reach,
                        0.0 * reach,
                        0.0 * reach,
                        0.0 * reach,
                        0.0 * reach,
                    )
                    if ti.static(square):
                        rows, columns, met = square_tiles(mean_x, mean_y, radius, tiles_x, tiles_y)
                    else:
                        rows, columns, second, third, met = ellipse_tiles(
                            mean_x, mean_y, skew, b, inv_a, skew_t * ex, ex, ey, reach, tiles_x, tiles_y
                        )
                    met = ti.select((cam_z > NEAR_PLANE) & (reach > 0.0), met, 0.0)
                    for lane in range(LANES):
                        i = block * LANES + lane
                        if i < num:
                            if met[lane] > 0.0:
                                depth = cam_z[lane]
                                key = ti.bit_cast(depth, ti.u32)
                                key_min, key_max = ti.min(key_min, key), ti.max(key_max, key)
                                keys_out[found] = key
                                ids_out[found] = i
                                if ti.static(square):
                                    spans_out[found] = pack_square(rows[lane], columns[lane])
                                else:
                                    spans_out[found] = pack_ellipse(
                                        rows[lane], columns[lane], second[lane], third[lane], met[lane]
                                    )
                                o = found * RECORD
                                records_out[o + MX] = mean_x[lane]
                                records_out[o + MY] = mean_y[lane]
                                records_out[o + SKEW] = skew[lane]
                                records_out[o + A] = 1.0 / inv_a[lane]
                                records_out[o + B] = b[lane]
                                records_out[o + C] = c[lane]
                                dx = x[lane] - camera[16]
                                dy = y[lane] - camera[17]
                                dz = z[lane] - camera[18]
                                colour = sh_colour(sh, i * sh_stride, dx, dy, dz, sh_degree)
                                records_out[o + RED] = colour[0]
                                records_out[o + GREEN] = colour[1]
                                records_out[o + BLUE] = colour[2]
                                records_out[o + SKEW_T] = skew_t[lane]
                                records_out[o + B_T] = b_t[lane]
                                records_out[o + INV_A_T] = inv_a_t[lane]
                                records_out[o + EX] = ex[lane]
                                records_out[o + EY] = ey[lane]
                                records_out[o + DEPTH] = depth
                                records_out[o + RADIUS] = radius[lane]
                                found += 1
                counts_out[chunk] = found - start * LANES
                key_range_out[2 * chunk] = key_min
                key_range_out[2 * chunk + 1] = key_max
