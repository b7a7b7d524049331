"""Attributes of Gaussians, floaters."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rowsplat.kernels.constants import SH_C0
from rowsplat.scenes import Camera, Gaussians, merge, scale, translate
from rowsplat.scenes.edits.attributes import Attribute, attribute_values, in_value_range
from rowsplat.scenes.edits.floaters import FloaterRule, floaters, neighbour_distances

from .scenes_and_steps import random_scene

_SCENE = random_scene(50)
_CAMERA = Camera.look_at([0.2, 0.1, -0.5], [0.0, 0.5, 1.0], width=100, height=80)


def _by_hand(index: int, attribute: Attribute) -> float:
    mean, scales = _SCENE.means[index].astype(np.float64), np.exp(_SCENE.log_scales[index].astype(np.float64))
    red, green, blue = 0.5 + SH_C0 * _SCENE.sh_coeffs[index, 0].astype(np.float64)
    match attribute:
        case Attribute.OPACITY:
            return 1 / (1 + np.exp(-float(_SCENE.logit_opacities[index])))
        case Attribute.LARGEST_SCALE:
            return scales.max()
        case Attribute.VOLUME:
            return 4 / 3 * np.pi * scales.prod()
        case Attribute.DEPTH:
            return (_CAMERA.viewmat @ [*mean, 1])[2]
        case Attribute.X | Attribute.Y | Attribute.Z:
            return mean["xyz".index(attribute.value)]
        case Attribute.HUE:
            return 360 * colorsys.rgb_to_hsv(red, green, blue)[0]
        case _:
            return {"red": red, "green": green, "blue": blue}[attribute.value]


@pytest.mark.parametrize("attribute", Attribute)
def test_values_are_those_of_each_gaussian_by_hand(attribute: Attribute) -> None:
    expected = [_by_hand(index, attribute) for index in range(len(_SCENE))]
    found = attribute_values(_SCENE, attribute, _CAMERA)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@given(st.sampled_from(Attribute), st.integers(0, 49), st.integers(0, 49))
def test_a_range_holds_what_is_between_its_ends(attribute: Attribute, first: int, second: int) -> None:
    values = attribute_values(_SCENE, attribute, _CAMERA)
    low, high = sorted([values[first], values[second]])
    expected = [low <= value <= high for value in values]
    np.testing.assert_array_equal(in_value_range(_SCENE, attribute, low, high, _CAMERA), expected)


def test_a_range_of_hues_may_go_through_0_and_grey_has_none() -> None:
    colours = np.array([[1, 0, 0.1], [1, 0.1, 0], [0, 1, 0], [0.3, 0.3, 0.3]])
    scene = random_scene(4, sh_degree=0)
    sh_coeffs = ((colours - 0.5) / SH_C0)[:, None].astype(np.float32)
    scene = Gaussians(
        means=scene.means,
        quats=scene.quats,
        log_scales=scene.log_scales,
        logit_opacities=scene.logit_opacities,
        sh_coeffs=sh_coeffs,
    )
    np.testing.assert_array_equal(in_value_range(scene, Attribute.HUE, 340, 20), [True, True, False, False])
    np.testing.assert_array_equal(in_value_range(scene, Attribute.HUE, 0, 360), [True, True, True, False])


def test_depth_without_a_camera_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a camera"):
        attribute_values(_SCENE, Attribute.DEPTH)


def test_volumes_beyond_float32_are_finite() -> None:
    assert np.isfinite(attribute_values(scale(_SCENE, 1e15), Attribute.VOLUME)).all()


@settings(deadline=None)
@given(st.integers(0, 100), st.integers(1, 5))
def test_neighbour_distances_are_those_of_brute_force(seed: int, neighbours: int) -> None:
    means = random_scene(30, seed=seed, sh_degree=0).means
    pairwise = np.linalg.norm(means[:, None].astype(np.float64) - means[None], axis=-1)
    expected = np.sort(pairwise, axis=1)[:, neighbours]
    np.testing.assert_allclose(neighbour_distances(means, neighbours), expected, atol=1e-12)


def _cloud_and_strays() -> Gaussians:
    """500 in a ball, a dense 200 inside, and 5 strays, two of them a clump."""
    ball, core = random_scene(500, seed=1), scale(random_scene(200, seed=2), 0.05)
    strays = [translate(scale(random_scene(1, seed=3), 0.01), offset) for offset in ([40, 0, 0], [0, -30, 0])]
    clump = translate(scale(random_scene(3, seed=4), 0.01), [0, 0, 60])
    return merge(ball, core, *strays, clump)


def test_strays_and_small_clumps_are_floaters_and_dense_or_sparse_parts_are_not() -> None:
    found = floaters(_cloud_and_strays())
    assert found[700:].all()
    assert found[:700].mean() < 0.02
    assert not found[500:700].any()


@pytest.mark.parametrize("factor", [1e-3, 1.0, 1e3])
def test_floaters_do_not_depend_on_the_unit_of_length(factor: float) -> None:
    scene = _cloud_and_strays()
    np.testing.assert_array_equal(floaters(scale(scene, factor)), floaters(scene))


def test_a_larger_strength_finds_less_and_a_largest_opacity_only_the_faint() -> None:
    scene = _cloud_and_strays()
    counts = [floaters(scene, FloaterRule(strength=strength)).sum() for strength in (0.5, 2.0, 4.0, 8.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    opacities = attribute_values(scene, Attribute.OPACITY)
    faint = floaters(scene, FloaterRule(strength=0.5, max_opacity=0.5))
    np.testing.assert_array_equal(faint, floaters(scene, FloaterRule(strength=0.5)) & (opacities <= 0.5))


def test_what_is_not_there_is_no_floater_and_no_neighbour() -> None:
    scene, there = _cloud_and_strays(), np.ones(705, dtype=np.bool_)
    there[:200] = False
    found = floaters(scene, among=there)
    assert not found[:200].any()
    np.testing.assert_array_equal(found[there], floaters(scene.select(there)))


@pytest.mark.parametrize("count", [0, 1, 8])
def test_a_handful_has_no_floaters(count: int) -> None:
    assert not floaters(random_scene(count)).any()


def test_identical_centres_are_no_floaters() -> None:
    assert not floaters(scale(translate(random_scene(30), [0, 0, 0]), 1e-30)).any()


def test_bad_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="neighbours must be positive"):
        FloaterRule(neighbours=0)
    with pytest.raises(ValueError, match="must be finite"):
        FloaterRule(strength=np.inf)
