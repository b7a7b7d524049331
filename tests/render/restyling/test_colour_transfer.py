"""The linear map of colours: the reference's moments, and the same on pictures as on Gaussians."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.blending_weights import BlendingWeights
from rowsplat.render.restyling import ColourTransfer, RestyleOptions, restyle_views
from rowsplat.render.restyling.colour_transfer import ColourMap, monge_kantorovich
from rowsplat.render.restyling.view_colors import sh_basis_seen, sh_sums

from ...kernels.taichi.random_scenes import random_scene
from .test_write_back import ring


def _colors(seed: int, count: int = 4000) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 3)) @ rng.normal(size=(3, 3)) * 0.3 + rng.random(3)


def test_mapped_colours_have_mean_and_covariance_of_the_reference() -> None:
    source, reference = _colors(0), _colors(1)
    found = monge_kantorovich(source, reference)
    mapped = source @ found.matrix.T + found.offset
    np.testing.assert_allclose(mapped.mean(0), reference.mean(0), atol=1e-6)
    np.testing.assert_allclose(np.cov(mapped.T), np.cov(reference.T), atol=5e-3)


def test_the_map_is_symmetric_and_positive_so_that_no_hue_is_turned_needlessly() -> None:
    matrix = monge_kantorovich(_colors(2), _colors(3)).matrix
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-9)
    assert (np.linalg.eigvalsh(matrix) > 0).all()


@pytest.mark.parametrize("amount", [0.0, 1.0])
def test_a_scene_mapped_to_its_own_colours_or_by_nothing_stays(amount: float) -> None:
    colors = _colors(4)
    found = monge_kantorovich(colors, colors if amount else _colors(5), amount)
    np.testing.assert_allclose(found.matrix, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(found.offset, 0.0, atol=1e-9)


def test_one_colour_everywhere_is_moved_and_not_blown_up() -> None:
    flat = np.full((50, 3), 0.3)
    found = monge_kantorovich(flat, np.full((50, 3), 0.6))
    np.testing.assert_allclose(found.matrix, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(flat @ found.matrix.T + found.offset, 0.6, atol=1e-9)


def test_mapped_gaussians_show_the_mapped_pictures() -> None:
    scene = random_scene(300, seed=1, sh_degree=2)
    scene = replace(scene, sh_coeffs=scene.sh_coeffs * 0.1)  # far from 0 and 1, where pictures are clipped
    reference = (0.1 * np.random.default_rng(0).random((20, 20, 3)) + 0.4).astype(np.float32)
    weights = BlendingWeights(scene, ring(3))
    made = restyle_views(scene, ColourTransfer(reference), weights=weights)
    for view, pool in enumerate(made.pool):
        solid = made.shares[view] > 0.999
        drawn = weights.blend(view, _colors_seen(made.gaussians, weights, view)).image
        np.testing.assert_allclose(drawn[solid], pool[solid], atol=3e-3)
        assert np.abs(made.originals[view] - pool)[solid].mean() > 0.01


def test_written_through_views_the_pictures_are_the_same() -> None:
    scene = random_scene(300, seed=1, sh_degree=1)
    scene = replace(scene, sh_coeffs=scene.sh_coeffs * 0.1)
    reference = (0.1 * np.random.default_rng(0).random((20, 20, 3)) + 0.4).astype(np.float32)
    exact = restyle_views(scene, ColourTransfer(reference), cameras=ring(3))
    solved = restyle_views(
        scene, ColourTransfer(reference), RestyleOptions(exact_maps=False), weights=exact.weights
    )
    for view in range(3):
        solid = exact.shares[view] > 0.999
        pair = [
            exact.weights.blend(view, _colors_seen(m.gaussians, exact.weights, view)).image
            for m in (exact, solved)
        ]
        assert np.abs(pair[0] - pair[1])[solid].mean() < 0.01


def test_a_picture_file_gives_its_colours(tmp_path: Path) -> None:
    file = tmp_path / "sunset.png"
    Image.fromarray(np.full((8, 9, 3), (200, 100, 50), np.uint8)).save(file)
    editor = ColourTransfer.of_file(file)
    edited = editor.edit(
        np.full((4, 4, 3), 0.5, np.float32), original=np.full((4, 4, 3), 0.5, np.float32), noise=1.0, seed=0
    )
    np.testing.assert_allclose(edited, np.broadcast_to(np.array([200, 100, 50]) / 255, (4, 4, 3)), atol=1e-5)
    assert editor.name == "sunset"


def test_a_transparent_picture_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "empty.png"
    Image.fromarray(np.zeros((8, 9, 4), np.uint8)).save(file)
    with pytest.raises(RowsplatError, match="transparent everywhere") as caught:
        ColourTransfer.of_file(file)
    assert "\n" not in str(caught.value)


def test_coefficients_are_mapped_in_every_direction() -> None:
    scene, camera = random_scene(50, seed=2, sh_degree=3), ring(1)[0]
    colour_map = ColourMap(
        matrix=np.random.default_rng(0).normal(size=(3, 3)), offset=np.array([0.1, -0.2, 0.3])
    )
    basis = sh_basis_seen(scene.means, camera, 3)
    before = 0.5 + sh_sums(basis, scene.sh_coeffs)
    after = 0.5 + sh_sums(basis, colour_map.of_sh(scene.sh_coeffs))
    np.testing.assert_allclose(after, before @ colour_map.matrix.T + colour_map.offset, atol=1e-4)


def _colors_seen(gaussians, weights: BlendingWeights, view: int) -> np.ndarray:
    ids = weights.visible(view)
    basis = sh_basis_seen(gaussians.means[ids], weights.cameras[view], gaussians.sh_degree)
    return np.maximum(0.0, 0.5 + sh_sums(basis, gaussians.sh_coeffs[ids]))
