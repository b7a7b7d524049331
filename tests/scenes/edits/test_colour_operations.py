"""Painting, turning hues and contrast, checked against the colours that are seen from random directions."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.kernels.constants import SH_C0
from rowsplat.kernels.spherical_harmonics import sh_basis
from rowsplat.scenes import Gaussians
from rowsplat.scenes.edits import Contrast, EditOperation, EditProgram, IndexMask, Paint, ShiftHue

from .scenes_and_steps import assert_same_gaussians, random_scene

_COUNT = 30
_BASE = random_scene(_COUNT)


def _after(operation: EditOperation, base: Gaussians = _BASE) -> Gaussians:
    return EditProgram().then(operation).apply(base).gaussians


def _colours(gaussians: Gaussians) -> NDArray[np.float64]:
    """Colour of each Gaussian in 20 directions, not clamped, `[20, N, 3]`."""
    directions = np.random.default_rng(7).normal(size=(20, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return 0.5 + np.einsum("mk,nkc->mnc", sh_basis(directions, gaussians.sh_degree), gaussians.sh_coeffs)


def _plain(colours: NDArray[np.float64]) -> Gaussians:
    """Gaussians of these colours `[N, 3]` in every direction."""
    base = random_scene(len(colours), sh_degree=0)
    return Gaussians(
        means=base.means,
        quats=base.quats,
        log_scales=base.log_scales,
        logit_opacities=base.logit_opacities,
        sh_coeffs=((colours - 0.5) / SH_C0)[:, None].astype(np.float32),
    )


def _base_colours(gaussians: Gaussians) -> NDArray[np.float64]:
    return 0.5 + SH_C0 * gaussians.sh_coeffs[:, 0].astype(np.float64)


def test_painting_replaces_hue_and_saturation_and_keeps_the_value_of_hsv() -> None:
    before = np.random.default_rng(3).uniform(0.05, 0.95, size=(_COUNT, 3))
    colour = (0.2, 0.6, 0.5)
    hue, saturation, _ = colorsys.rgb_to_hsv(*colour)
    after = _base_colours(_after(Paint(colour=colour), _plain(before)))
    expected = [colorsys.hsv_to_rgb(hue, saturation, max(row)) for row in before]
    np.testing.assert_allclose(after, expected, atol=1e-6)


def test_painting_in_part_mixes_with_what_was_there() -> None:
    full, part = _after(Paint(colour=(1.0, 0.2, 0.0))), _after(Paint(colour=(1.0, 0.2, 0.0), amount=0.3))
    np.testing.assert_allclose(_colours(part), 0.7 * _colours(_BASE) + 0.3 * _colours(full), atol=1e-5)


def test_what_is_painted_has_one_tone_from_every_direction() -> None:
    seen = _colours(_after(Paint(colour=(1.0, 0.5, 0.0))))
    np.testing.assert_allclose(seen[..., 1], 0.5 * seen[..., 0], atol=1e-5)
    np.testing.assert_allclose(seen[..., 2], 0.0, atol=1e-5)
    assert np.ptp(seen[..., 0], axis=0).min() > 1e-3  # shading that depends on the direction is kept


def test_the_gain_makes_paint_darker_and_black_paint_needs_it() -> None:
    bright, dark = _after(Paint(colour=(0, 0, 1))), _after(Paint(colour=(0, 0, 1), gain=0.25))
    np.testing.assert_allclose(_colours(dark), 0.25 * _colours(bright), atol=1e-5)
    np.testing.assert_allclose(_colours(_after(Paint(colour=(0, 0, 0), gain=0.0))), 0.0, atol=1e-5)


def test_a_third_of_a_turn_makes_red_green() -> None:
    turned = _base_colours(_after(ShiftHue(degrees=120.0), _plain(np.eye(3))))
    np.testing.assert_allclose(turned, [[0, 1, 0], [0, 0, 1], [1, 0, 0]], atol=1e-6)


def test_turning_hues_back_restores_the_colours_and_keeps_greys() -> None:
    there = _after(ShiftHue(degrees=77.0))
    np.testing.assert_allclose(_colours(_after(ShiftHue(degrees=-77.0), there)), _colours(_BASE), atol=1e-5)
    np.testing.assert_allclose(_colours(there).sum(axis=-1), _colours(_BASE).sum(axis=-1), atol=1e-5)


def test_contrast_moves_colours_away_from_its_grey() -> None:
    after = _colours(_after(Contrast(factor=1.7, pivot=0.3)))
    np.testing.assert_allclose(after, 0.3 + 1.7 * (_colours(_BASE) - 0.3), atol=1e-5)


@pytest.mark.parametrize(
    "operation", [Paint(colour=(1, 0, 0), amount=0.0), ShiftHue(degrees=-360.0), Contrast(factor=1.0)]
)
def test_what_changes_nothing_keeps_every_bit(operation: EditOperation) -> None:
    assert_same_gaussians(_after(operation), _BASE)


def test_only_the_colours_of_the_mask_change() -> None:
    mask = IndexMask.from_indices([3, 8], _COUNT)
    after = _after(Paint(mask=mask, colour=(0, 1, 0)))
    others = mask.inverted().indices()
    assert_same_gaussians(after.select(others), _BASE.select(others))
    assert np.shares_memory(after.means, _BASE.means)
    assert not np.array_equal(after.sh_coeffs[3], _BASE.sh_coeffs[3])


@pytest.mark.parametrize(
    "make",
    [
        lambda: Paint(colour=(2.0, 0, 0)),
        lambda: Paint(colour=(float("nan"), 0, 0)),
        lambda: Paint(colour=(1, 0, 0), amount=1.5),
        lambda: Paint(colour=(1, 0, 0), gain=-1),
        lambda: ShiftHue(degrees=float("inf")),
        lambda: Contrast(factor=-1.0),
        lambda: Contrast(factor=1.0, pivot=2.0),
    ],
)
def test_numbers_out_of_range_are_refused(make: object) -> None:
    with pytest.raises(ValueError, match="must be"):
        make()  # type: ignore[operator]
