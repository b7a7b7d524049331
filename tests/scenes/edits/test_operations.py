"""What each operation does to the Gaussians, and that it leaves the others alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rowsplat.kernels.errors import RowsplatError
from rowsplat.kernels.spherical_harmonics import sh_basis
from rowsplat.scenes import Gaussians, transform
from rowsplat.scenes.edits import (
    Delete,
    Duplicate,
    EditedGaussians,
    EditOperation,
    EditProgram,
    Hide,
    IndexMask,
    Recolour,
    ShowAll,
    Transform,
)
from rowsplat.scenes.edits.similarity import IDENTITY, similarity_matrix

from .scenes_and_steps import (
    ARRAYS,
    assert_same_gaussians,
    masks,
    operations,
    random_scene,
    similarities,
)

_COUNT = 12
_BASE = random_scene(_COUNT)
_MASK = IndexMask.from_indices([1, 5, 6], _COUNT)
_REFLECTION = np.diag([1.0, 1.0, -1.0])


def _after(operation: EditOperation, base: Gaussians = _BASE) -> Gaussians:
    return EditProgram().then(operation).apply(base).gaussians


def _colours(gaussians: Gaussians, directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colour of each Gaussian in each direction, not clamped, `[M, N, 3]`."""
    return 0.5 + np.einsum("mk,nkc->mnc", sh_basis(directions, gaussians.sh_degree), gaussians.sh_coeffs)


def _directions(count: int = 20) -> NDArray[np.float64]:
    directions = np.random.default_rng(7).normal(size=(count, 3))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


@settings(deadline=None)
@given(operations(_COUNT))
def test_what_an_operation_does_not_touch_keeps_every_bit(operation: EditOperation) -> None:
    mask = getattr(operation, "mask", IndexMask.none(_COUNT)) or IndexMask.all(_COUNT)
    edited = EditProgram().then(operation).apply(_BASE)
    others = mask.inverted().indices()
    assert_same_gaussians(edited.gaussians.select(others), _BASE.select(others))
    assert edited.shown[others].all()
    if isinstance(operation, (Delete, Hide, ShowAll, Duplicate)):
        assert_same_gaussians(edited.gaussians.select(np.arange(_COUNT)), _BASE)


@settings(deadline=None)
@given(masks(_COUNT), similarities())
def test_a_masked_transform_is_the_transform_of_those(
    mask: IndexMask, matrix: tuple[tuple[float, ...], ...]
) -> None:
    moved = _after(Transform(matrix=matrix, mask=mask)).select(mask.indices())
    expected = transform(_BASE.select(mask.indices()), matrix)
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(moved, name), getattr(expected, name), atol=1e-5)


def test_moving_and_enlarging_leave_colours_and_rotations_alone() -> None:
    moved = _after(Transform.of(similarity_matrix(np.eye(3), 0.3, [1, 2, 3])))
    for name in ("quats", "sh_coeffs", "logit_opacities"):
        assert np.shares_memory(getattr(moved, name), getattr(_BASE, name))
    np.testing.assert_allclose(moved.means, 0.3 * _BASE.means + [1, 2, 3], atol=1e-6)
    np.testing.assert_allclose(np.exp(moved.log_scales), 0.3 * np.exp(_BASE.log_scales), rtol=1e-5)


def test_a_transform_by_the_identity_keeps_every_bit() -> None:
    assert_same_gaussians(_after(Transform(mask=_MASK)), _BASE)


def _recoloured(colour: NDArray[np.float64], recolour: Recolour) -> NDArray[np.float64]:
    """The definition, in the words of colours: tint, then away from grey, then brightness."""
    tinted = colour * recolour.tint
    grey = (tinted @ [0.2126, 0.7152, 0.0722])[..., None]
    return recolour.brightness * (grey + recolour.saturation * (tinted - grey))


_FACTORS = st.floats(0.0, 3.0, allow_subnormal=False)


@pytest.mark.parametrize("sh_degree", [0, 1, 3])
@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_recolouring_is_a_map_of_the_colour_seen_from_every_direction(
    sh_degree: int, data: st.DataObject
) -> None:
    base = random_scene(_COUNT, sh_degree=sh_degree)
    tint = data.draw(st.tuples(_FACTORS, _FACTORS, _FACTORS))
    saturation, brightness = data.draw(_FACTORS), data.draw(_FACTORS)
    recolour = Recolour(tint=tint, saturation=saturation, brightness=brightness)
    expected = _recoloured(_colours(base, _directions()), recolour)
    np.testing.assert_allclose(_colours(_after(recolour, base), _directions()), expected, atol=2e-4)


def test_saturation_0_is_grey_from_every_direction() -> None:
    seen = _colours(_after(Recolour(saturation=0)), _directions())
    np.testing.assert_allclose(np.ptp(seen, axis=-1), 0.0, atol=1e-5)


def test_a_channel_of_tint_1_keeps_every_bit() -> None:
    tinted = _after(Recolour(tint=(1.0, 0.5, 1.0)))
    np.testing.assert_array_equal(tinted.sh_coeffs[..., [0, 2]], _BASE.sh_coeffs[..., [0, 2]])


@pytest.mark.parametrize("factor", [0.0, 0.25, 1.0, 1.7, 1000.0])
def test_opacity_is_multiplied_and_stays_inside_0_and_1(factor: float) -> None:
    base_opacities = 1 / (1 + np.exp(-_BASE.logit_opacities.astype(np.float64)))
    faded = _after(Recolour(opacity=factor))
    found = 1 / (1 + np.exp(-faded.logit_opacities.astype(np.float64)))
    np.testing.assert_allclose(found, np.clip(base_opacities * factor, 1e-6, 1 - 1e-6), atol=1e-6)
    assert np.shares_memory(faded.sh_coeffs, _BASE.sh_coeffs)


def test_a_recolouring_by_ones_keeps_every_bit() -> None:
    assert_same_gaussians(_after(Recolour(mask=_MASK)), _BASE)


def test_copies_follow_at_the_end_with_the_marks_of_their_originals() -> None:
    program = EditProgram().then(Delete(mask=IndexMask.from_indices([1], _COUNT)))
    program = program.then(Hide(mask=IndexMask.from_indices([5], _COUNT)))
    edited = program.then(Duplicate(mask=_MASK)).apply(_BASE)
    assert_same_gaussians(edited.gaussians.select(np.arange(12, 15)), _BASE.select(np.array([1, 5, 6])))
    np.testing.assert_array_equal(edited.alive[12:], [False, True, True])
    np.testing.assert_array_equal(edited.hidden[12:], [False, True, False])


@pytest.mark.parametrize(
    ("operation", "description"),
    [
        (Delete(mask=IndexMask.all(12345)), "Delete 12,345 Gaussians"),
        (Hide(mask=IndexMask.from_indices([3], 9)), "Hide 1 Gaussian"),
        (ShowAll(), "Show all"),
        (Duplicate(mask=_MASK), "Duplicate 3 Gaussians"),
        (Transform.of(similarity_matrix(np.eye(3), 1, [1.5, 0, -2])), "Move all by 1.5 0 -2"),
        (Transform.of(similarity_matrix(np.eye(3), 2, [1, 0, 0]), _MASK), "Scale 3 Gaussians by 2"),
        (Transform.of(np.diag([-1.0, -1.0, 1.0, 1.0])), "Rotate all by 180°"),
        (
            Transform.of(similarity_matrix(np.diag([-1.0, -1.0, 1.0]), 2, [0, 0, 0])),
            "Transform all (180°, x2)",
        ),
        (Transform.of(similarity_matrix(_REFLECTION, 1, [0, 0, 0])), "Mirror all"),
        (Recolour(), "Recolour all"),
        (
            Recolour(mask=_MASK, tint=(1, 0.5, 0), opacity=0.25),
            "Recolour 3 Gaussians (tint 1 0.5 0, opacity x0.25)",
        ),
    ],
)
def test_descriptions_say_what_was_done(operation: EditOperation, description: str) -> None:
    assert operation.description == description


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((4, 4)),
        np.diag([1.0, 2.0, 1.0, 1.0]),
        np.diag([1.0, 1.0, 1.0, 2.0]),
        np.diag([np.inf, 1.0, 1.0, 1.0]),
        np.diag([1e10, 1e10, 1e10, 1.0]),
        np.eye(3),
        [[1, 0.01, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    ],
)
def test_what_is_no_similarity_is_refused(matrix: Any) -> None:
    with pytest.raises(ValueError, match="matrix must"):
        Transform.of(matrix)


@pytest.mark.parametrize(
    "fault", [{"tint": (1, 1)}, {"tint": (1, 1, -1)}, {"saturation": np.nan}, {"opacity": 1001.0}]
)
def test_factors_out_of_range_are_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be (3 numbers|0 to 1000)"):
        Recolour(**fault)


@pytest.mark.parametrize(
    "operation",
    [Transform.of(similarity_matrix(np.eye(3), 1e8, [0, 0, 0])), Recolour(mask=_MASK, brightness=1000)],
)
def test_numbers_do_not_grow_beyond_what_can_be_saved_and_read(operation: EditOperation) -> None:
    program = EditProgram(operations=(operation,) * 8)
    with pytest.raises(RowsplatError, match="would grow beyond what splat files can hold"):
        program.apply(_BASE)


def test_numbers_are_floats_whatever_was_given() -> None:
    whole = tuple(tuple(int(value) for value in row) for row in IDENTITY)
    assert all(type(value) is float for row in Transform(matrix=whole).matrix for value in row)
    assert type(Recolour(brightness=2).brightness) is float


def test_flags_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"alive must be bool \[12\]"):
        EditedGaussians(
            gaussians=_BASE, alive=np.ones(3, dtype=np.bool_), hidden=np.zeros(12, dtype=np.bool_)
        )
