# pyright: basic, reportInvalidTypeForm=false
"""Exclusive prefix sums on the GPU: sums of blocks in shared memory, then the sums' own prefix sums, level by level."""

from .gpu_arrays import BLOCK, I32, blocks_of, device_array, nbytes
from .language import ti

_PER_THREAD = 8
PER_BLOCK = BLOCK * _PER_THREAD


@ti.func
def block_exclusive_sum(value, thread, shared: ti.template()):
    """Sum of `value` over the threads before `thread`; all threads of a block must call it (Hillis-Steele)."""
    ti.simt.block.sync()
    shared[thread] = value
    ti.simt.block.sync()
    reach = 1
    while reach < BLOCK:
        before = 0
        if thread >= reach:
            before = shared[thread - reach]
        ti.simt.block.sync()
        value_here = shared[thread]
        shared[thread] = value_here + before
        ti.simt.block.sync()
        reach *= 2
    return shared[thread] - value


@ti.kernel
def _scan_blocks(values: I32, num: ti.i32, blocks: ti.i32, totals_out: I32):
    ti.loop_config(block_dim=BLOCK)
    for i in range(blocks * BLOCK):
        shared = ti.simt.block.SharedArray((BLOCK,), ti.i32)
        thread = i % BLOCK
        start = i * _PER_THREAD
        end = ti.min(start + _PER_THREAD, num)
        total = 0
        for j in range(start, end):
            total += values[j]
        running = block_exclusive_sum(total, thread, shared)
        for j in range(start, end):
            value = values[j]
            values[j] = running
            running += value
        if thread == BLOCK - 1:
            totals_out[i // BLOCK] = running


@ti.kernel
def _add_totals(values: I32, num: ti.i32, totals: I32):
    for i in range(num):
        values[i] += totals[i // PER_BLOCK]


class ExclusiveSum:
    """Prefix sums of arrays of at most `capacity` numbers."""

    def __init__(self, capacity: int) -> None:
        """Allocate one number per block of every level."""
        self._totals = []
        while not self._totals or capacity > 1:
            capacity = blocks_of(capacity, PER_BLOCK)
            self._totals.append(device_array(ti.i32, capacity))

    @property
    def nbytes(self) -> int:
        """Memory held on the device [bytes]."""
        return sum(map(nbytes, self._totals))

    def run(self, values, num: int) -> None:
        """Replace each of the first `num` numbers by the sum of those before it."""
        self._level(values, num, 0)

    def _level(self, values, num: int, level: int) -> None:
        blocks = blocks_of(num, PER_BLOCK)
        _scan_blocks(values, num, blocks, self._totals[level])
        if blocks > 1:
            self._level(self._totals[level], blocks, level + 1)
            _add_totals(values, num, self._totals[level])
