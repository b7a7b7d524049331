"""Small random scenes and programs for the tests of edits."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from rowsplat.kernels.quaternions import quat_to_rotmat
from rowsplat.scenes import Gaussians
from rowsplat.scenes.edits import (
    Contrast,
    Delete,
    Duplicate,
    EditedGaussians,
    EditOperation,
    EditProgram,
    Hide,
    IndexMask,
    Paint,
    Recolour,
    ShiftHue,
    ShowAll,
    Transform,
)
from rowsplat.scenes.edits.similarity import similarity_matrix

ARRAYS = ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs")


def random_scene(count: int = 40, *, seed: int = 0, sh_degree: int = 3) -> Gaussians:
    rng = np.random.default_rng(seed)
    return Gaussians(
        means=rng.normal(size=(count, 3)).astype(np.float32),
        quats=(3 * rng.normal(size=(count, 4))).astype(np.float32),
        log_scales=(rng.normal(size=(count, 3)) - 2).astype(np.float32),
        logit_opacities=(2 * rng.normal(size=count)).astype(np.float32),
        sh_coeffs=(0.3 * rng.normal(size=(count, (sh_degree + 1) ** 2, 3))).astype(np.float32),
    )


def random_rotation(seed: int) -> NDArray[np.float64]:
    return quat_to_rotmat(np.random.default_rng(seed).normal(size=4))


def assert_same_gaussians(one: Gaussians, other: Gaussians) -> None:
    """Bit for bit: -0.0 is not 0.0 here."""
    assert one.antialiased == other.antialiased
    for name in ARRAYS:
        first, second = getattr(one, name), getattr(other, name)
        assert first.shape == second.shape, name
        assert first.tobytes() == second.tobytes(), name


def assert_same_scene(one: EditedGaussians, other: EditedGaussians) -> None:
    assert_same_gaussians(one.gaussians, other.gaussians)
    np.testing.assert_array_equal(one.alive, other.alive)
    np.testing.assert_array_equal(one.hidden, other.hidden)


def masks(count: int) -> st.SearchStrategy[IndexMask]:
    bits = st.lists(st.booleans(), min_size=count, max_size=count)
    return bits.map(lambda selected: IndexMask.from_bool(np.array(selected, dtype=np.bool_)))


def similarities() -> st.SearchStrategy[tuple[tuple[float, ...], ...]]:
    rotations = st.one_of(
        st.just(np.eye(3)),
        st.integers(0, 1000).map(random_rotation),
        st.integers(0, 1000).map(lambda seed: np.diag([1.0, -1.0, 1.0]) @ random_rotation(seed)),
    )
    factors = st.one_of(st.just(1.0), st.floats(0.2, 5.0))
    # libraries that are loaded by other tests may have the processor take subnormal numbers for 0
    offsets = st.lists(st.floats(-10, 10, allow_subnormal=False), min_size=3, max_size=3)
    return st.builds(similarity_matrix, rotations, factors, offsets)


_UNIT = st.floats(0.0, 1.0, allow_subnormal=False)


def operations(count: int) -> st.SearchStrategy[EditOperation]:
    maybe = st.one_of(st.none(), masks(count))
    factor = st.one_of(st.just(1.0), st.floats(0.0, 3.0, allow_subnormal=False))
    return st.one_of(
        st.builds(Delete, mask=masks(count)),
        st.builds(Hide, mask=masks(count)),
        st.just(ShowAll()),
        st.builds(Duplicate, mask=masks(count)),
        st.builds(Transform, matrix=similarities(), mask=maybe),
        st.builds(
            Recolour,
            mask=maybe,
            tint=st.tuples(factor, factor, factor),
            saturation=factor,
            brightness=factor,
            opacity=factor,
        ),
        st.builds(Paint, mask=maybe, colour=st.tuples(_UNIT, _UNIT, _UNIT), amount=_UNIT, gain=factor),
        st.builds(ShiftHue, mask=maybe, degrees=st.floats(-720.0, 720.0, allow_subnormal=False)),
        st.builds(Contrast, mask=maybe, factor=factor, pivot=_UNIT),
    )


@st.composite
def programs(draw: st.DrawFn, count: int, *, max_steps: int = 6) -> EditProgram:
    """A program for a scene of `count` Gaussians, each step for as many as there are by then."""
    program = EditProgram()
    for _ in range(draw(st.integers(0, max_steps))):
        longer = program.then(draw(operations(program.count_after(count))))
        program = longer if longer.count_after(count) <= 60 else program
    return program
