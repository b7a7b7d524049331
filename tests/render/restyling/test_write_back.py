"""Edited pictures written into colours: what can be reproduced is, what is not selected stays, and it is a minimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.render import psnr
from rowsplat.render.blending_weights import BlendingWeights
from rowsplat.render.restyling import Picture, WriteBackOptions, write_back
from rowsplat.render.restyling.restyle import draw_view
from rowsplat.scenes import Camera, Gaussians

from ...kernels.taichi.random_scenes import random_scene

ARRAYS = ("means", "quats", "log_scales", "logit_opacities")
FREE = WriteBackOptions(steps=(40, 20), stiffness=1e-6, stiffness_growth=1.0)


def ring(views: int = 6, size: int = 48) -> list[Camera]:
    return [
        Camera.orbit(np.zeros(3), distance=3.0, azimuth_deg=360.0 * k / views, width=size, height=size)
        for k in range(views)
    ]


def pictures(gaussians: Gaussians, weights: BlendingWeights) -> list[Picture]:
    return [draw_view(gaussians, weights, view) for view in range(len(weights))]


def over_black(weights: BlendingWeights, view: int, gaussians: Gaussians) -> NDArray[np.float32]:
    """Colour of what is there, freed of the black that shines through; 0 where nothing is."""
    ones = np.ones((len(weights.visible(view)), 3), np.float32)
    alpha = weights.blend(view, ones).image
    image = draw_view(gaussians, weights, view)
    return np.divide(image, alpha, out=np.zeros_like(image), where=alpha > 0)


@pytest.fixture
def scene() -> Gaussians:
    return random_scene(300, seed=3, sh_degree=2)


@pytest.fixture
def weights(scene: Gaussians) -> BlendingWeights:
    return BlendingWeights(scene, ring())


def test_pictures_of_other_colours_are_reproduced(scene: Gaussians, weights: BlendingWeights) -> None:
    other = np.random.default_rng(1).normal(size=scene.sh_coeffs.shape) * 0.1
    wanted = replace(scene, sh_coeffs=other.astype(np.float32))
    targets = [over_black(weights, view, wanted) for view in range(len(weights))]
    found = write_back(scene, weights, targets, FREE)
    before, after = (pictures(g, weights) for g in (scene, found))
    goal = pictures(wanted, weights)
    assert np.mean([psnr(a, b) for a, b in zip(before, goal, strict=True)]) < 20.0
    assert np.mean([psnr(a, b) for a, b in zip(after, goal, strict=True)]) > 35.0


def test_geometry_and_what_is_not_selected_stay_bit_for_bit(
    scene: Gaussians, weights: BlendingWeights
) -> None:
    mask = np.random.default_rng(0).random(len(scene)) < 0.4
    edited = [np.full_like(picture, 0.9) for picture in pictures(scene, weights)]
    found = write_back(scene, weights, edited, mask=mask)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(found, name), getattr(scene, name))
    np.testing.assert_array_equal(found.sh_coeffs[~mask], scene.sh_coeffs[~mask])
    assert (found.sh_coeffs[mask] != scene.sh_coeffs[mask]).any(axis=(1, 2)).mean() > 0.3


def test_gaussians_that_no_view_shows_keep_their_colour(scene: Gaussians) -> None:
    few = BlendingWeights(scene, ring()[:1])
    unseen = np.ones(len(scene), np.bool_)
    unseen[few.visible(0)[few.drawn(0)]] = False
    found = write_back(scene, few, [np.ones((48, 48, 3), np.float32)])
    assert unseen.any()
    np.testing.assert_array_equal(found.sh_coeffs[unseen], scene.sh_coeffs[unseen])


def test_degrees_above_the_limit_keep_their_values(scene: Gaussians, weights: BlendingWeights) -> None:
    edited = [np.full_like(picture, 0.2) for picture in pictures(scene, weights)]
    found = write_back(scene, weights, edited, WriteBackOptions(max_sh_degree=0))
    np.testing.assert_array_equal(found.sh_coeffs[:, 1:], scene.sh_coeffs[:, 1:])
    assert (found.sh_coeffs[:, 0] != scene.sh_coeffs[:, 0]).any()


def test_the_solution_is_that_of_the_dense_problem() -> None:
    scene = random_scene(40, seed=5)
    scene = replace(scene, sh_coeffs=np.abs(scene.sh_coeffs))  # no colour is clamped
    weights = BlendingWeights(scene, ring(3, 32))
    edited = [np.random.default_rng(view).random((32, 32, 3)).astype(np.float32) for view in range(3)]
    options = WriteBackOptions(steps=(60, 0), stiffness=0.5)
    found = write_back(scene, weights, edited, options).sh_coeffs[:, 0]
    matrix, c0 = _dense(weights, len(scene)), 0.28209479177387814
    goal = np.concatenate([(picture * matrix_share[..., None]).reshape(-1, 3)
                           for picture, matrix_share in zip(edited, _shares(weights), strict=True)])  # fmt: skip
    old = scene.sh_coeffs[:, 0].astype(np.float64)
    normal = c0**2 * matrix.T @ matrix + 0.5 * c0**2 * np.eye(len(scene))
    right = c0 * matrix.T @ (goal - 0.5 * matrix.sum(1, keepdims=True)) + 0.5 * c0**2 * old
    np.testing.assert_allclose(found, np.linalg.solve(normal, right), atol=2e-3)


def test_pictures_of_the_wrong_number_are_refused(scene: Gaussians, weights: BlendingWeights) -> None:
    with pytest.raises(ValueError, match="expected 6 pictures"):
        write_back(scene, weights, [])


def _dense(weights: BlendingWeights, count: int) -> NDArray[np.float64]:
    """The matrix A of all views, column by column, `[pixels, N]`."""
    blocks: list[NDArray[np.float64]] = []
    for view, camera in enumerate(weights.cameras):
        block = np.zeros((camera.width * camera.height, count))
        for place, index in enumerate(weights.visible(view)):
            unit = np.zeros((len(weights.visible(view)), 3), np.float32)
            unit[place] = 1.0
            block[:, index] = weights.blend(view, unit).image[..., 0].ravel()
        blocks.append(block)
    return np.concatenate(blocks)


def _shares(weights: BlendingWeights) -> Sequence[NDArray[np.float32]]:
    ones = (np.ones((len(weights.visible(view)), 3), np.float32) for view in range(len(weights)))
    return [weights.blend(view, one).alpha for view, one in enumerate(ones)]
