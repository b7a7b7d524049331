"""Picking against the renderer's own pictures, and against densities along the ray."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.quaternions import quat_to_rotmat
from rowsplat.render import Blend, RenderMode, RenderOptions
from rowsplat.render.reference_renderer import ReferenceRenderer
from rowsplat.scenes import Camera, Gaussians, default_camera, load_gaussians
from rowsplat.scenes.edits.picking import Pick, pick

from .scenes_and_steps import random_scene

_CAMERA = Camera.look_at([0.3, -0.2, -3.0], [0.0, 0.0, 0.0], width=40, height=30, fov_deg=60)


def _scene(seed: int, *, antialiased: bool = False) -> Gaussians:
    return replace(random_scene(150, seed=seed, sh_degree=0), antialiased=antialiased)


def _median_depths(scene: Gaussians, camera: Camera) -> np.ndarray:
    options = RenderOptions(mode=RenderMode.DEPTH_MEDIAN, blend=Blend.BASELINE_EXACT)
    return ReferenceRenderer().render(scene, camera, options).image[..., 0]


@pytest.mark.parametrize("antialiased", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_picked_is_what_the_median_depth_picture_shows(seed: int, antialiased: bool) -> None:
    scene = _scene(seed, antialiased=antialiased)
    depths = _median_depths(scene, _CAMERA)
    found = np.zeros_like(depths)
    for y, x in np.ndindex(depths.shape):
        picked = pick(scene, _CAMERA, x + 0.5, y + 0.5)
        found[y, x] = picked.depth if picked else 0.0
    assert 0.2 < (depths > 0).mean() < 1.0
    assert len(np.unique(depths)) > 20
    flipped = ~np.isclose(found, depths, rtol=1e-5)  # where a transmittance is within rounding of one half
    assert flipped.mean() < 0.005


def test_a_camera_within_the_scene_picks_what_the_picture_shows() -> None:
    camera = Camera.look_at([0.0, 0.0, -0.3], [0.5, 0.1, 1.0], width=24, height=16, fov_deg=100)
    scene = _scene(2)
    depths = _median_depths(scene, camera)
    picks = [pick(scene, camera, x + 0.5, y + 0.5) for y, x in np.ndindex(depths.shape)]
    found = np.array([picked.depth if picked else 0.0 for picked in picks]).reshape(depths.shape)
    assert (~np.isclose(found, depths, rtol=1e-5)).mean() < 0.01


def _exponents(scene: Gaussians, index: int, points: np.ndarray) -> np.ndarray:
    """Half the squared distance of `points [M, 3]` from a Gaussian, in standard deviations."""
    rotation = quat_to_rotmat(scene.quats[index].astype(np.float64))
    local = (points - scene.means[index]) @ rotation / np.exp(scene.log_scales[index].astype(np.float64))
    return 0.5 * (local**2).sum(axis=1)


def _some_picks(scene: Gaussians) -> list[tuple[float, float, Pick]]:
    positions = np.random.default_rng(3).uniform([0, 0], [40, 30], size=(60, 2))
    picks = [(float(x), float(y), pick(scene, _CAMERA, float(x), float(y))) for x, y in positions]
    found = [(x, y, picked) for x, y, picked in picks if picked]
    assert len(found) > 10
    return found


def test_the_point_is_under_the_pixel_and_the_densest_of_its_ray() -> None:
    scene = _scene(0)
    for x, y, picked in _some_picks(scene):
        in_camera = _CAMERA.viewmat[:3, :3] @ picked.point + _CAMERA.viewmat[:3, 3]
        pixel = _CAMERA.K @ in_camera / in_camera[2]
        np.testing.assert_allclose(pixel[:2], [x, y], atol=1e-6)
        away = picked.point - _CAMERA.position
        ray = _CAMERA.position + np.linspace(0.9, 1.1, 201)[:, None] * away
        assert np.argmin(_exponents(scene, picked.index, ray)) == 100


def test_what_is_not_there_is_not_picked() -> None:
    scene = _scene(0)
    for x, y, picked in _some_picks(scene)[:10]:
        others = np.ones(len(scene), dtype=np.bool_)
        others[picked.index] = False
        again = pick(scene, _CAMERA, x, y, among=others)
        expected = pick(scene.select(others), _CAMERA, x, y)
        assert (again is None) == (expected is None)
        if again and expected:
            assert again.index != picked.index
            np.testing.assert_array_equal(again.point, expected.point)


def test_nothing_is_picked_beside_the_scene_behind_the_camera_or_in_an_empty_scene() -> None:
    scene = _scene(0)
    assert pick(scene, _CAMERA, -500.0, 10.0) is None
    away = Camera.look_at([0.0, 0.0, -9.0], [0.0, 0.0, -20.0], width=40, height=30)
    assert pick(scene, away, 20.0, 15.0) is None
    assert pick(scene.select(np.arange(0)), _CAMERA, 20.0, 15.0) is None


def test_a_perfectly_flat_splat_is_picked_on_its_plane() -> None:
    scene = _scene(0).select(np.array([0]))
    flat = replace(
        scene,
        means=np.zeros((1, 3), dtype=np.float32),
        quats=np.array([[1, 0, 0, 0]], dtype=np.float32),
        log_scales=np.array([[0, 0, -1e30]], dtype=np.float32),
        logit_opacities=np.array([5], dtype=np.float32),
    )
    picked = pick(flat, _CAMERA, 25.0, 18.0)
    assert picked is not None
    assert abs(picked.point[2]) < 1e-6


@pytest.mark.shared_data
def test_a_real_scene_has_a_surface_in_the_middle_of_its_default_view(shared_data_dir: Path) -> None:
    scene = load_gaussians(shared_data_dir / "formats" / "playbot_3k.ply")
    camera = default_camera(scene, width=64, height=48)
    depths = _median_depths(scene, camera)
    row, column = np.argwhere(depths > 0)[len(np.argwhere(depths > 0)) // 2]
    picked = pick(scene, camera, column + 0.5, row + 0.5)
    assert picked is not None
    assert picked.depth == pytest.approx(depths[row, column], rel=1e-5)
