# pyright: basic, reportInvalidTypeForm=false
"""The shader of baked scenes: colours of the chosen photos, blended by weights of a small network (Omni-Recon,
arXiv:2403.11131, appearance branch).

A vector holds eight channels of one pixel and photo, not eight pixels: features lie channel by channel in memory, so
that a bilinear look-up is four plain loads a vector and nothing has to be gathered. Each layer multiplies a column of
its weights with one input, spread over all lanes, for three photos at once. Inputs go through a scratch array that is
seen as vectors and as numbers, because taking a lane out of a vector costs more than a load.
"""

from ..baked_types import HIDDEN, LOOKED_UP, NO_VIEW
from .cpu_layout import LANES, SPLIT, V8
from .language import ti
from .view_choice import FEATURES, PIXELS, TABLE, TILE, centre_of, point_at, seen_at

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
I64 = ti.types.ndarray(dtype=ti.i64, ndim=1)
U32 = ti.types.ndarray(dtype=ti.u32, ndim=1)
VECTORS = ti.types.ndarray(dtype=V8, ndim=1)

BLOCKS = HIDDEN // LANES
INPUTS = HIDDEN + 3
WIDTHS = (16, 8)
"""Of the two layers in the middle."""

SCRATCH = 8
"""Vectors of a photo in the scratch array: 32 hidden channels, 3 differences, then 16 of the next layer."""

_DIFFERENCES = HIDDEN
_MIDDLE = 5  # vector where the next layer's values begin

# Vectors of the array of weights: columns of the first layer, its bias, columns of the second, its bias, the last
FIRST, FIRST_BIAS, SECOND, SECOND_BIAS, LAST = 0, 70, 72, 88, 89
WEIGHT_VECTORS = 90

_STRIDE = 4.0  # pixels between cells of the features
_BYTE = 1.0 / 255.0


@ti.func
def _relu(v):
    return ti.select(v > 0.0, v, 0.0)


@ti.func
def _cell(position, size):
    """The cell before a position and the share of the one after it, with what is beyond the outer ones clamped."""
    clamped = ti.max(0.0, ti.min(position, size - 1.0))
    before = ti.min(ti.cast(clamped, ti.i32), ti.max(size - 2, 0))
    return before, clamped - before


@ti.func
def _look_up_hidden(hidden: ti.template(), table: ti.template(), view, x, y, slot, scratch: ti.template()):
    """ReLU of the bilinear values at pixel (x, y), into the scratch array."""
    t = view * TABLE + FEATURES
    width, height = table[t + 1], table[t + 2]
    column, u = _cell((x - 0.5) / _STRIDE, width)
    row, v = _cell((y - 0.5) / _STRIDE, height)
    right = ti.select(width > 1, BLOCKS, 0)
    below = ti.select(height > 1, width * BLOCKS, 0)
    a = table[t] + (row * width + column) * BLOCKS
    w11 = u * v
    w01, w10 = u - w11, v - w11
    w00 = 1.0 - u - w10
    for k in ti.static(range(BLOCKS)):
        value = hidden[a + k] * w00 + hidden[a + right + k] * w01
        value = value + hidden[a + below + k] * w10 + hidden[a + below + right + k] * w11
        scratch[slot + k] = _relu(value)


@ti.func
def _look_up_color(pixels: ti.template(), table: ti.template(), view, x, y):
    """Bilinear colour at pixel (x, y), in [0, 255]."""
    t = view * TABLE + PIXELS
    width, height = table[t + 1], table[t + 2]
    column, u = _cell(x - 0.5, width)
    row, v = _cell(y - 0.5, height)
    right = ti.select(width > 1, 1, 0)
    below = ti.select(height > 1, width, 0)
    a = table[t] + row * width + column
    w11 = u * v
    parts = ti.Vector([1.0 - u - v + w11, u - w11, v - w11, w11])
    red, green, blue = 0.0, 0.0, 0.0
    for k in ti.static(range(4)):
        texel = pixels[a + k % 2 * right + k // 2 * below]
        red += parts[k] * ti.cast(texel & 255, ti.f32)
        green += parts[k] * ti.cast((texel >> 8) & 255, ti.f32)
        blue += parts[k] * ti.cast((texel >> 16) & 255, ti.f32)
    return ti.Vector([red, green, blue])


@ti.func
def _logits(weights: ti.template(), slot, scratch: ti.template(), numbers: ti.template()):
    """Of three photos, whose inputs are in the scratch array."""
    n = slot * LANES
    a0, a1 = weights[FIRST_BIAS], weights[FIRST_BIAS + 1]
    b0, b1 = weights[FIRST_BIAS], weights[FIRST_BIAS + 1]
    c0, c1 = weights[FIRST_BIAS], weights[FIRST_BIAS + 1]
    for i in range(INPUTS):
        w0, w1 = weights[FIRST + 2 * i], weights[FIRST + 2 * i + 1]
        a, b, c = numbers[n + i], numbers[n + SCRATCH * LANES + i], numbers[n + 2 * SCRATCH * LANES + i]
        a0 = a0 + w0 * a
        a1 = a1 + w1 * a
        b0 = b0 + w0 * b
        b1 = b1 + w1 * b
        c0 = c0 + w0 * c
        c1 = c1 + w1 * c
    m = slot + _MIDDLE
    scratch[m] = _relu(a0)
    scratch[m + 1] = _relu(a1)
    scratch[m + SCRATCH] = _relu(b0)
    scratch[m + SCRATCH + 1] = _relu(b1)
    scratch[m + 2 * SCRATCH] = _relu(c0)
    scratch[m + 2 * SCRATCH + 1] = _relu(c1)
    n = m * LANES
    a2, b2, c2 = weights[SECOND_BIAS], weights[SECOND_BIAS], weights[SECOND_BIAS]
    for i in range(WIDTHS[0]):
        w2 = weights[SECOND + i]
        a2 = a2 + w2 * numbers[n + i]
        b2 = b2 + w2 * numbers[n + SCRATCH * LANES + i]
        c2 = c2 + w2 * numbers[n + 2 * SCRATCH * LANES + i]
    last = weights[LAST]
    a3, b3, c3 = _relu(a2) * last, _relu(b2) * last, _relu(c2) * last
    return ti.Vector(
        [a3.sum(), b3.sum(), c3.sum()]
    )  # the last bias is the same for all and changes no softmax


@ti.kernel
def blend_views(
    # In
    keys: I64,
    views: I32,
    intrinsics: F32,
    width: ti.i32,
    height: ti.i32,
    cameras: F32,
    table: I32,
    pixels: U32,
    hidden: VECTORS,
    weights: VECTORS,
    face_colors: F32,
    background: F32,
    # Out
    image_out: F32,
    # Work: LOOKED_UP * SCRATCH vectors a worker, seen as vectors and as numbers
    scratch: VECTORS,
    numbers: F32,
    next_tile: I32,
    threads: ti.i32,
):
    ti.loop_config(block_dim=1)
    for w in range(threads * SPLIT):
        if w % SPLIT == 0:
            slot = w // SPLIT * LOOKED_UP * SCRATCH
            tiles_x = (width + TILE - 1) // TILE
            tiles = tiles_x * ((height + TILE - 1) // TILE)
            while True:
                tile = ti.atomic_add(next_tile[0], 1)
                if tile >= tiles:
                    break
                left, top = tile % tiles_x * TILE, tile // tiles_x * TILE
                for y in range(top, ti.min(top + TILE, height)):
                    for x in range(left, ti.min(left + TILE, width)):
                        pixel = y * width + x
                        key = keys[pixel]
                        first = views[pixel * LOOKED_UP]
                        color = ti.Vector([background[0], background[1], background[2]])
                        if key > 0:
                            if first == NO_VIEW:
                                face = ti.cast(key, ti.i32) * 3
                                color = ti.Vector(
                                    [face_colors[face], face_colors[face + 1], face_colors[face + 2]]
                                )
                            else:
                                color = _shade(
                                    pixel, key, views, first, intrinsics, width, cameras, table, pixels,
                                    hidden, weights, slot, scratch, numbers,
                                )  # fmt: skip
                        for k in ti.static(range(3)):
                            image_out[pixel * 3 + k] = color[k]


@ti.func
def _shade(
    pixel,
    key,
    views: ti.template(),
    first,
    intrinsics: ti.template(),
    width,
    cameras: ti.template(),
    table: ti.template(),
    pixels: ti.template(),
    hidden: ti.template(),
    weights: ti.template(),
    slot,
    scratch: ti.template(),
    numbers: ti.template(),
):
    """The colour of a pixel that at least photo `first` sees."""
    point = point_at(pixel, key, width, intrinsics)
    d = point / point.norm()
    for k in range(LOOKED_UP):
        view = views[pixel * LOOKED_UP + k]
        if view == NO_VIEW:
            view = first  # has no part below
        at = seen_at(cameras, view, point)
        _look_up_hidden(hidden, table, view, at[0], at[1], slot + k * SCRATCH, scratch)
        color = _look_up_color(pixels, table, view, at[0], at[1])
        v = point - centre_of(cameras, view)
        difference = d - v / v.norm()
        for i in ti.static(range(3)):
            numbers[(slot + k * SCRATCH) * LANES + _DIFFERENCES + i] = difference[i]
            numbers[(slot + k * SCRATCH) * LANES + _DIFFERENCES + 3 + i] = color[i]
    logits = _logits(weights, slot, scratch, numbers)
    most = ti.max(logits[0], ti.max(logits[1], logits[2]))
    total = 0.0
    blended = ti.Vector([0.0, 0.0, 0.0])
    for k in ti.static(range(LOOKED_UP)):
        if views[pixel * LOOKED_UP + k] != NO_VIEW:
            part = ti.exp(logits[k] - most)
            total += part
            o = (slot + k * SCRATCH) * LANES + _DIFFERENCES + 3
            blended += part * ti.Vector([numbers[o], numbers[o + 1], numbers[o + 2]])
    return blended * (_BYTE / total)
