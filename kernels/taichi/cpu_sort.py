# pyright: basic, reportInvalidTypeForm=false
"""Parallel stable radix sort of the visible Gaussians by depth, nearest first.

Keys are the bits of the positive float32 depths, which sort like the depths. Only the bits in which the nearest and
the farthest depth differ are sorted, in the fewest passes of at most `MAX_DIGIT_BITS`. An element is 64 bits: key
above, record index below, so that one load and one store move both.
"""

from .cpu_layout import SPLIT
from .language import ti

I32 = ti.types.ndarray(dtype=ti.i32, ndim=1)
U32 = ti.types.ndarray(dtype=ti.u32, ndim=1)
U64 = ti.types.ndarray(dtype=ti.u64, ndim=1)

MAX_DIGIT_BITS = 12


@ti.kernel
def gather_keys(
    # In: one run of keys per projection chunk
    keys: U32,
    counts: I32,
    starts: I32,
    num_chunks: ti.i32,
    stride: ti.i32,
    key_min: ti.u32,
    # Out
    elements_out: U64,
    # Work
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
                for i in range(counts[chunk]):
                    source = chunk * stride + i
                    key = ti.cast(keys[source] - key_min, ti.u64)
                    elements_out[starts[chunk] + i] = (key << 32) | ti.cast(source, ti.u64)


@ti.kernel
def histogram(
    elements: U64,
    num: ti.i32,
    shift: ti.i32,
    digits: ti.i32,
    counts_out: I32,
    chunks: ti.i32,
):
    ti.loop_config(block_dim=1)
    for w in range(chunks * SPLIT):
        if w % SPLIT == 0:
            chunk = w // SPLIT
            for digit in range(digits):
                counts_out[chunk * digits + digit] = 0
            for i in range(chunk * num // chunks, (chunk + 1) * num // chunks):
                digit = ti.cast((elements[i] >> shift) & ti.cast(digits - 1, ti.u64), ti.i32)
                counts_out[chunk * digits + digit] = counts_out[chunk * digits + digit] + 1


@ti.kernel
def scatter(
    elements: U64,
    num: ti.i32,
    shift: ti.i32,
    digits: ti.i32,
    offsets: I32,
    chunks: ti.i32,
    elements_out: U64,
):
    ti.loop_config(block_dim=1)
    for w in range(chunks * SPLIT):
        if w % SPLIT == 0:
            chunk = w // SPLIT
            for i in range(chunk * num // chunks, (chunk + 1) * num // chunks):
                element = elements[i]
                slot = chunk * digits + ti.cast((element >> shift) & ti.cast(digits - 1, ti.u64), ti.i32)
                position = offsets[slot]
                offsets[slot] = position + 1
                elements_out[position] = element
