# pyright: basic
"""Array types and sizes that the GPU kernels share."""

from .language import ti

F32 = ti.types.ndarray(dtype=ti.f32, ndim=1)
I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
U32 = ti.types.ndarray(dtype=ti.u32, ndim=1)

BLOCK = 256
"""Threads of a block: one for each pixel of a tile, and as many wherever else a block shares memory."""

CULLED = 0x7FFFFFFF
"""Depth key of a Gaussian that is not drawn: the greatest of 31 bits, which no depth has, so it is sorted last."""


def device_array(dtype, length: int):
    """Uninitialised array on the device; never empty, which the languages do not allow."""
    return ti.ndarray(dtype, max(1, length))


def on_device(values, dtype):
    """`values` (numpy, any shape) as a flat array on the device."""
    array = device_array(dtype, values.size)
    if values.size:
        array.from_numpy(values.reshape(-1))
    return array


def nbytes(array) -> int:
    """Memory of a device array of 32-bit numbers [bytes]."""
    return 4 * array.shape[0]


def blocks_of(count: int, per_block: int) -> int:
    """Blocks for `count` items, at least one."""
    return max(1, -(-count // per_block))
