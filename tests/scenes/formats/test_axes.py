"""Changing axes by sign flips against the general transforms of scenes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from rowsplat.scenes.formats.axes import flip_axes, from_gltf_axes, to_gltf_axes
from rowsplat.scenes.transforms import rotate

from .sample_scenes import ARRAYS, covariances, random_gaussians


@pytest.mark.parametrize("flip", list(itertools.product((1, -1), repeat=3)))
def test_a_flip_is_the_reflection_by_its_matrix(flip: tuple[int, int, int]) -> None:
    gaussians = random_gaussians(50)
    flipped, reflected = flip_axes(gaussians, flip), rotate(gaussians, np.diag(np.array(flip, dtype=float)))
    assert np.allclose(flipped.means, reflected.means)
    assert np.allclose(covariances(flipped), covariances(reflected), atol=1e-6)
    assert np.allclose(flipped.sh_coeffs, reflected.sh_coeffs, atol=1e-6)


@pytest.mark.parametrize("flip", list(itertools.product((1, -1), repeat=3)))
def test_a_flip_is_its_own_inverse(flip: tuple[int, int, int]) -> None:
    gaussians = random_gaussians(50)
    twice = flip_axes(flip_axes(gaussians, flip), flip)
    for name in ARRAYS:
        assert np.array_equal(getattr(twice, name), getattr(gaussians, name)), name


def test_gltf_axes_are_half_a_turn_about_z() -> None:
    gaussians = random_gaussians(50)
    turned, expected = to_gltf_axes(gaussians), rotate(gaussians, np.diag([-1.0, -1.0, 1.0]))
    assert np.allclose(turned.means, expected.means)
    signs = np.sign(np.einsum("ij,ij->i", turned.quats, expected.quats))[:, None]
    assert np.allclose(turned.quats * signs, expected.quats, atol=1e-6)
    back = from_gltf_axes(turned)
    for name in ARRAYS:
        assert np.array_equal(getattr(back, name), getattr(gaussians, name)), name
