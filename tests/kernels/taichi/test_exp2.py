# pyright: basic, reportInvalidTypeForm=false
"""The vector 2^p against numpy's, on the range where a fragment counts.

No `from __future__ import annotations` here: the kernel languages read the annotations of a kernel as values.
"""

import numpy as np
import pytest
from rowsplat.kernels.runtime import Device
from rowsplat.kernels.splatting import create_pipeline


@pytest.fixture
def exp2():
    """`exp2(p)` for float32 p `[N]`, N a multiple of 8, compiled as the blenders compile it."""
    create_pipeline(Device.CPU)
    from rowsplat.kernels.taichi import cpu_exp2
    from rowsplat.kernels.taichi.cpu_layout import LANES, V8, aligned_empty
    from rowsplat.kernels.taichi.language import ti

    vectors = ti.types.ndarray(dtype=V8, ndim=1)

    @ti.kernel
    def evaluate(p: vectors, values_out: vectors, num: ti.i32):
        for i in range(num):
            values_out[i] = cpu_exp2.exp2(p[i])

    def run(p: np.ndarray) -> np.ndarray:
        given, values = aligned_empty((len(p) // LANES, LANES)), aligned_empty((len(p) // LANES, LANES))
        given[:] = p.reshape(-1, LANES)
        evaluate(given, values, len(given))
        return values.ravel().astype(np.float64)

    return run


def test_two_to_the_p_is_right_to_a_few_millionths(exp2) -> None:
    p = np.linspace(-8.0, 0.0, 1 << 20, dtype=np.float32)
    errors = np.abs(exp2(p) / np.exp2(p.astype(np.float64)) - 1.0)
    # Cutting the polynomial off costs 1.3e-6, rounding before the four squarings is enlarged 16 times.
    assert errors.max() <= 4.5e-6
    assert errors.mean() <= 1.5e-6


def test_two_to_the_zero_is_one(exp2) -> None:
    np.testing.assert_allclose(exp2(np.zeros(8, np.float32)), 1.0, atol=2e-6)
