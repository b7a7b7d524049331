"""The fast blending map and its transpose: each other's adjoint, and the written-out matrix of the reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from rowsplat.kernels.reference import (
    blending_weights,
    depth_order,
    exact_lists,
    gather_map,
    project,
)
from rowsplat.kernels.splatting import create_linear_blender
from rowsplat.kernels.types import LinearBlender, SplatArrays, View, ViewLists
from rowsplat.render import Backend, Blend, RenderOptions, create_renderer
from rowsplat.scenes import Camera, Gaussians

from .boundary_band import boundary_band
from .random_scenes import ARRAYS, camera, random_scene

SIZES = [(53, 37), (64, 48), (1, 1), (17, 100)]


def _listed(
    scene: Gaussians, seen_from: Camera, antialiased: bool = False
) -> tuple[LinearBlender, ViewLists]:
    blender = create_linear_blender()
    blender.upload(SplatArrays(**{name: getattr(scene, name) for name in ARRAYS}))
    names = ("viewmat", "fx", "fy", "cx", "cy", "width", "height")
    view = View(**{name: getattr(seen_from, name) for name in names})
    return blender, blender.list_view(view, antialiased=antialiased)


def _matrix(scene: Gaussians, seen_from: Camera) -> NDArray[np.float64]:
    """The reference's `[H, W, N]`."""

    def tensor(array: NDArray[np.floating]) -> torch.Tensor:
        return torch.from_numpy(np.array(array, dtype=np.float64))

    projected = project(
        means=tensor(scene.means),
        quats=tensor(scene.quats),
        log_scales=tensor(scene.log_scales),
        opacities=torch.sigmoid(tensor(scene.logit_opacities)),
        viewmat=tensor(seen_from.viewmat),
        K=tensor(seen_from.K),
        width=seen_from.width,
        height=seen_from.height,
    )
    lists = exact_lists(projected, depth_order(projected), seen_from.width, seen_from.height)
    return blending_weights(projected, lists, seen_from.width, seen_from.height).numpy()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_gathering_is_the_transpose_of_blending(size: tuple[int, int], seed: int) -> None:
    blender, lists = _listed(random_scene(seed=seed), camera(*size))
    rng = np.random.default_rng(seed)
    colors = rng.normal(size=(len(lists.ids), 3)).astype(np.float32)
    values = rng.normal(size=(size[1], size[0], 3)).astype(np.float32)
    image, _ = blender.blend(lists, colors)
    gathered = blender.gather(lists, values)
    products = (image.astype(np.float64) * values, colors.astype(np.float64) * gathered.values)
    scale = max(np.abs(product).sum() for product in products)
    assert abs(products[0].sum() - products[1].sum()) <= 1e-5 * scale


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(2))
def test_gathered_sums_are_those_of_the_matrix(size: tuple[int, int], seed: int) -> None:
    scene, seen_from = random_scene(seed=seed), camera(*size)
    blender, lists = _listed(scene, seen_from)
    certain = ~boundary_band(scene, seen_from, Blend.IRSS)
    values = np.random.default_rng(seed).normal(size=(size[1], size[0], 3)) * certain[..., None]
    matrix = torch.from_numpy(_matrix(scene, seen_from))
    want = gather_map(matrix, torch.from_numpy(values)).values.numpy()
    have = np.zeros_like(want)
    have[lists.ids] = blender.gather(lists, values.astype(np.float32)).values
    np.testing.assert_allclose(have, want, atol=2e-4 * max(1.0, np.abs(want).max()))
    assert want.any() or size == (1, 1)


def test_sums_of_weights_and_of_their_squares_are_those_of_the_matrix() -> None:
    scene, seen_from = random_scene(seed=3), camera()
    blender, lists = _listed(scene, seen_from)
    matrix = _matrix(scene, seen_from)
    gathered = blender.gather(lists, np.zeros((37, 53, 3), np.float32))
    undecided = boundary_band(scene, seen_from, Blend.IRSS).sum()
    have = np.zeros((2, len(scene)))
    have[0, lists.ids], have[1, lists.ids] = gathered.weights, gathered.squares
    # A pixel whose threshold rounding decides may move a sum by its alpha of 1/255, or by the transmittance of 1e-4.
    np.testing.assert_allclose(have[0], matrix.sum((0, 1)), rtol=1e-4, atol=1e-3 + undecided / 255.0)
    np.testing.assert_allclose(have[1], (matrix**2).sum((0, 1)), rtol=1e-4, atol=1e-3 + undecided / 255.0**2)
    assert not gathered.values.any()


def test_the_reference_matrix_draws_the_reference_picture() -> None:
    scene, seen_from = random_scene(seed=5), camera()
    matrix = _matrix(scene, seen_from)
    colors = np.maximum(0.0, 0.5 + 0.28209479177387814 * scene.sh_coeffs[:, 0].astype(np.float64))
    options = RenderOptions(blend=Blend.IRSS)
    drawn = create_renderer(Backend.REFERENCE).render(scene, seen_from, options)
    np.testing.assert_allclose(matrix @ colors, drawn.image, atol=1e-5)
    np.testing.assert_allclose(matrix.sum(2), drawn.alpha, atol=1e-5)


@pytest.mark.parametrize("antialiased", [False, True])
def test_blending_listed_views_draws_what_the_renderer_draws(antialiased: bool) -> None:
    scene, seen_from = random_scene(seed=6), camera(100, 70)
    blender, lists = _listed(scene, seen_from, antialiased)
    colors = np.maximum(0.0, 0.5 + 0.28209479177387814 * scene.sh_coeffs[lists.ids, 0])
    image, alpha = blender.blend(lists, colors)
    drawn = create_renderer(Backend.CPU).render(scene, seen_from, RenderOptions(antialiased=antialiased))
    np.testing.assert_allclose(image, drawn.image, atol=2e-6)
    np.testing.assert_array_equal(alpha, drawn.alpha)


def test_gathering_gives_the_same_bits_every_time() -> None:
    blender, lists = _listed(random_scene(600, seed=7), camera(320, 240))
    values = np.random.default_rng(7).normal(size=(240, 320, 3)).astype(np.float32)
    first, second = (blender.gather(lists, values) for _ in range(2))
    for name in ("values", "weights", "squares"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_a_view_of_nothing_gathers_nothing() -> None:
    scene = random_scene(40, seed=8)
    away = np.array(camera().viewmat)
    away[2, 3] -= 100.0
    behind = replace(camera(), viewmat=away)
    blender, lists = _listed(scene, behind)
    gathered = blender.gather(lists, np.ones((37, 53, 3), np.float32))
    assert len(lists.ids) == 0
    assert gathered.values.shape == (0, 3)
    image, alpha = blender.blend(lists, np.zeros((0, 3), np.float32))
    assert not image.any()
    assert not alpha.any()
