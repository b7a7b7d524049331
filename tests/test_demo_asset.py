"""The bundled demo scene is what its generator makes, and has what a demo should show."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from rowsplat.assets import demo_scene_path
from rowsplat.assets.demo_scene.bake import MODEL_TO_WORLD, bake
from rowsplat.assets.demo_scene.composition import DemoSettings, still_life
from rowsplat.assets.demo_scene.harmonics import fit_harmonics, sh_basis
from rowsplat.assets.demo_scene.ornaments import steam
from rowsplat.assets.demo_scene.studio import sphere_directions
from rowsplat.assets.demo_scene.surfels import OVERLAP, Surfels, frames_from_steps
from rowsplat.assets.demo_scene.table import table
from rowsplat.assets.demo_scene.voxels import build_pyramid, march
from rowsplat.scenes import Gaussians
from rowsplat.scenes.formats import load_gaussians
from rowsplat.scenes.formats.morton import morton_order

EVERY = 149
"""One Gaussian in so many is lit again."""


@pytest.fixture(scope="module")
def shipped() -> Gaussians:
    return load_gaussians(demo_scene_path())


@pytest.fixture(scope="module")
def modelled() -> Surfels:
    return still_life(DemoSettings())


def _opacities(gaussians: Gaussians) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-gaussians.logit_opacities))


def _covariances(gaussians: Gaussians) -> np.ndarray:
    w, x, y, z = (gaussians.quats / np.linalg.norm(gaussians.quats, axis=1, keepdims=True)).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    half = np.moveaxis(np.array(rows), -1, 0) * np.exp(gaussians.log_scales)[:, None, :]
    return half @ half.transpose(0, 2, 1)


def test_importing_the_assets_loads_no_array_library() -> None:
    code = "import sys, rowsplat.assets; print([m for m in ('numpy', 'torch', 'taichi') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_shipped_scene_is_small_in_bytes_and_large_in_gaussians(shipped: Gaussians) -> None:
    assert demo_scene_path().stat().st_size <= 6_000_000
    assert 150_000 <= len(shipped) <= 250_000


def test_the_shipped_scene_stands_on_height_zero_around_the_origin(shipped: Gaussians) -> None:
    low, high = shipped.means.min(axis=0), shipped.means.max(axis=0)
    assert np.linalg.norm(shipped.means[:, [0, 2]], axis=1).max() < 1.2
    assert np.abs((low + high)[[0, 2]]).max() < 0.1
    assert -1.5 < low[1] < -1.0  # y is down: the twig
    assert 0.05 < high[1] < 0.15  # the edge of the table


def test_many_gaussians_change_colour_with_the_view(shipped: Gaussians) -> None:
    assert shipped.sh_degree == 3
    views = -sphere_directions(32)
    colours = np.einsum("vk,nkc->nvc", sh_basis(views, 3), shipped.sh_coeffs[::EVERY])
    swing = np.ptp(colours, axis=1).max(axis=1)
    assert np.mean(swing > 0.1) > 0.4
    matt = np.abs(shipped.sh_coeffs[::EVERY, 1:]).max(axis=(1, 2)) < 0.01
    assert matt.mean() > 0.02  # clay and soil look the same from everywhere


def test_there_are_clear_faint_and_solid_gaussians(shipped: Gaussians) -> None:
    opacities = _opacities(shipped)
    assert np.mean(opacities > 0.95) > 0.5
    assert np.count_nonzero(opacities < 0.12) > 5_000  # soap bubbles and steam
    assert opacities.min() > 1.0 / 255.0  # nothing that no renderer would draw


def test_there_are_flat_and_needle_shaped_gaussians(shipped: Gaussians) -> None:
    sizes = np.sort(np.exp(shipped.log_scales), axis=1)
    assert np.mean(sizes[:, 0] < 0.25 * sizes[:, 1]) > 0.8
    needles = (sizes[:, 1] < 0.35 * sizes[:, 2]) & (sizes[:, 1] < 0.003)
    assert np.count_nonzero(needles) > 3_000


def test_the_generator_models_the_shipped_positions(shipped: Gaussians, modelled: Surfels) -> None:
    means = (modelled.points * MODEL_TO_WORLD).astype(np.float32)
    assert len(means) == len(shipped)
    np.testing.assert_allclose(shipped.means, means[morton_order(means)], atol=5e-5)


def test_the_generator_lights_the_scene_as_shipped(shipped: Gaussians, modelled: Surfels) -> None:
    order = morton_order((modelled.points * MODEL_TO_WORLD).astype(np.float32))
    again, file = bake(modelled, only=order[::EVERY]), shipped.select(np.arange(0, len(shipped), EVERY))
    assert len(again) > 1_000
    np.testing.assert_allclose(_opacities(file), _opacities(again), atol=1.0 / 255.0)
    scale_errors = np.abs(file.log_scales - again.log_scales)
    assert np.quantile(scale_errors, 0.99) < 0.02
    assert scale_errors.max() < 0.2  # the rarest sizes lie far apart in the codebook
    size = np.exp(2 * again.log_scales.max(axis=1))[:, None, None]
    np.testing.assert_allclose(_covariances(file) / size, _covariances(again) / size, atol=0.15)
    basis = sh_basis(sphere_directions(24), 3)
    shown, made = (np.clip(0.5 + np.einsum("vk,nkc->nvc", basis, g.sh_coeffs), 0, 1) for g in (file, again))
    seen = np.abs(shown - made)
    assert np.sqrt(np.mean(seen**2)) < 0.01  # the palette of the harmonics is shared by many Gaussians
    np.testing.assert_allclose(file.sh_coeffs[:, 0], again.sh_coeffs[:, 0], atol=0.03)


def test_the_same_seed_gives_the_same_surfels_and_another_seed_others() -> None:
    first, second = (still_life(DemoSettings(density=0.005)) for _ in range(2))
    assert 5_000 < len(first) < 50_000
    for field in fields(Surfels):
        assert np.array_equal(getattr(first, field.name), getattr(second, field.name)), field.name
    assert not np.array_equal(steam(1, 50).points, steam(2, 50).points)


def test_fewer_samples_are_larger_and_cover_the_same_table() -> None:
    sparse, dense = table(0.04, seed=1), table(0.02, seed=1)
    assert 3.0 < len(dense) / len(sparse) < 5.0
    areas = [np.sum(s.sigmas[:, 0] * s.sigmas[:, 1]) for s in (sparse, dense)]
    assert areas[0] == pytest.approx(areas[1], rel=0.1)


def test_a_surface_hides_light_and_an_open_sky_does_not() -> None:
    board = table(0.02, seed=1)
    pyramid = build_pyramid(board, np.ones((len(board), 3)))
    start, up = np.array([[0.0, 0.05, 0.0], [0.0, -0.3, 0.0], [2.0, -0.3, 0.0]]), np.array([0.0, 1.0, 0.0])
    seen, radiance = march(pyramid, start, up, aperture=0.2)
    np.testing.assert_allclose(seen, [1.0, 0.0, 1.0], atol=0.03)
    np.testing.assert_allclose(radiance, np.outer([0.0, 1.0, 0.0], np.ones(3)), atol=0.03)


def test_axes_are_rotations_and_normals_face_up_on_the_board(modelled: Surfels) -> None:
    unit = np.einsum("nji,njk->nik", modelled.axes, modelled.axes)
    np.testing.assert_allclose(unit, np.broadcast_to(np.eye(3), unit.shape), atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(modelled.axes), 1.0, atol=1e-6)
    board = table(0.02, seed=1)
    top = (board.points[:, 1] == 0.0) & (np.hypot(board.points[:, 0], board.points[:, 2]) < 0.85)
    assert np.count_nonzero(top) > 1_000
    assert np.all(board.normals[top, 1] > 0.999)


def test_a_frame_has_the_covariance_of_its_two_steps() -> None:
    rng = np.random.default_rng(5)
    u, v = rng.normal(size=(2, 50, 3))
    axes, sigmas = frames_from_steps(u, v)
    flat = np.einsum("nij,nj,nkj->nik", axes[:, :, :2], sigmas[:, :2] ** 2, axes[:, :, :2])
    wanted = OVERLAP**2 * (np.einsum("ni,nj->nij", u, u) + np.einsum("ni,nj->nij", v, v))
    np.testing.assert_allclose(flat, wanted, atol=1e-9)
    assert np.all(np.einsum("ni,ni->n", axes[:, :, 2], np.cross(u, v)) > 0)


def test_harmonics_that_made_the_values_are_found_again() -> None:
    rng = np.random.default_rng(6)
    basis = sh_basis(sphere_directions(96), 3)[None]
    made = rng.normal(size=(1, 16, 3))
    found = fit_harmonics(basis, basis @ made, np.ones((1, 96)))
    assert np.abs(basis @ (found - made)).max() < 0.25 * np.abs(basis @ made).max()
    np.testing.assert_allclose(found[:, 0], made[:, 0], atol=0.02)


def test_the_harmonics_are_orthonormal() -> None:
    basis = sh_basis(sphere_directions(4000), 3)
    gram = 4 * np.pi / len(basis) * basis.T @ basis
    np.testing.assert_allclose(gram, np.eye(16), atol=5e-3)
