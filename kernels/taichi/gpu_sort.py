# pyright: basic, reportInvalidTypeForm=false
"""Stable least-significant-digit radix sort of (key, value) pairs on the GPU, four bits a pass.

A block counts its keys by (digit, thread) in shared memory. The prefix sums of these counts are each key's rank in its
block, and with the prefix sums of all blocks' counts its place. No atomics: equal keys keep their order.
"""

from .gpu_arrays import BLOCK, I32, U32, blocks_of, device_array, nbytes
from .gpu_scan import ExclusiveSum, block_exclusive_sum
from .language import ti

DIGIT_BITS = 4
_DIGITS = 1 << DIGIT_BITS
_PER_THREAD = 8
_PER_BLOCK = BLOCK * _PER_THREAD


@ti.func
def _digit(key, shift):
    return ti.cast((key >> ti.cast(shift, ti.u32)) & ti.u32(_DIGITS - 1), ti.i32)


@ti.func
def _count_digits(keys: ti.template(), start, end, shift, thread, counts: ti.template()):
    """counts[digit * BLOCK + thread] = how many of keys[start:end] have the digit."""
    ti.simt.block.sync()
    for digit in range(_DIGITS):
        counts[digit * BLOCK + thread] = 0
    for i in range(start, end):
        place = _digit(keys[i], shift) * BLOCK + thread
        count = counts[place]
        counts[place] = (
            count + 1
        )  # `+=` is an atomic addition, which has no effect on shared memory in Vulkan
    ti.simt.block.sync()


@ti.kernel
def _histogram(keys: U32, num: ti.i32, shift: ti.i32, blocks: ti.i32, counts_out: I32):
    """counts_out[digit * blocks + block]."""
    ti.loop_config(block_dim=BLOCK)
    for i in range(blocks * BLOCK):
        counts = ti.simt.block.SharedArray((_DIGITS * BLOCK,), ti.i32)
        thread = i % BLOCK
        start = i * _PER_THREAD
        _count_digits(keys, start, ti.min(start + _PER_THREAD, num), shift, thread, counts)
        if thread < _DIGITS:
            total = 0
            for other in range(BLOCK):
                # each thread begins elsewhere, or all would wait for one bank of shared memory
                total += counts[thread * BLOCK + (other + thread) % BLOCK]
            counts_out[thread * blocks + i // BLOCK] = total


@ti.kernel
def _scatter(
    # In
    keys: U32,
    values: I32,
    num: ti.i32,
    shift: ti.i32,
    blocks: ti.i32,
    starts: I32,
    # Out
    keys_out: U32,
    values_out: I32,
):
    """Move every pair to its place; `starts` are the prefix sums of `_histogram`'s counts."""
    ti.loop_config(block_dim=BLOCK)
    for i in range(blocks * BLOCK):
        counts = ti.simt.block.SharedArray((_DIGITS * BLOCK,), ti.i32)
        sums = ti.simt.block.SharedArray((BLOCK,), ti.i32)
        places = ti.simt.block.SharedArray((_DIGITS,), ti.i32)
        thread = i % BLOCK
        start = i * _PER_THREAD
        end = ti.min(start + _PER_THREAD, num)
        _count_digits(keys, start, end, shift, thread, counts)
        # Prefix sums over (digit, thread), sixteen neighbours a thread.
        total = 0
        for j in range(thread * _DIGITS, (thread + 1) * _DIGITS):
            total += counts[j]
        running = block_exclusive_sum(total, thread, sums)
        for j in range(thread * _DIGITS, (thread + 1) * _DIGITS):
            count = counts[j]
            counts[j] = running
            running += count
        ti.simt.block.sync()
        if thread < _DIGITS:
            places[thread] = starts[thread * blocks + i // BLOCK] - counts[thread * BLOCK]
        ti.simt.block.sync()
        for j in range(start, end):
            key = keys[j]
            digit = _digit(key, shift)
            rank = counts[digit * BLOCK + thread]
            counts[digit * BLOCK + thread] = rank + 1
            keys_out[places[digit] + rank] = key
            values_out[places[digit] + rank] = values[j]


class RadixSort:
    """Sorts up to `capacity` pairs. Fill `keys` and `values`, call `run`, read `keys` and `values`."""

    def __init__(self, capacity: int) -> None:
        """Allocate the pairs twice and the counts."""
        self.keys, self._keys = (device_array(ti.u32, capacity) for _ in range(2))
        self.values, self._values = (device_array(ti.i32, capacity) for _ in range(2))
        counts = _DIGITS * blocks_of(capacity, _PER_BLOCK)
        self._counts = device_array(ti.i32, counts)
        self._sum = ExclusiveSum(counts)

    @property
    def capacity(self) -> int:
        """How many pairs fit."""
        return self.keys.shape[0]

    @property
    def nbytes(self) -> int:
        """Memory held on the device [bytes]."""
        arrays = (self.keys, self._keys, self.values, self._values, self._counts)
        return sum(map(nbytes, arrays)) + self._sum.nbytes

    def run(self, num: int, bits: int) -> None:
        """Sort the first `num` pairs by the lowest `bits` of their keys, stably."""
        blocks = blocks_of(num, _PER_BLOCK)
        for shift in range(0, bits, DIGIT_BITS):
            _histogram(self.keys, num, shift, blocks, self._counts)
            self._sum.run(self._counts, _DIGITS * blocks)
            _scatter(self.keys, self.values, num, shift, blocks, self._counts, self._keys, self._values)
            self.keys, self._keys = self._keys, self.keys
            self.values, self._values = self._values, self.values
