"""What the fast renderer keeps between pictures, and what it must not."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from rowsplat.render import Backend, Blend, Renderer, RenderMode, RenderOptions, create_renderer
from rowsplat.render.taichi_renderer import TaichiRenderer
from rowsplat.scenes import Gaussians

from ..kernels.taichi.random_scenes import camera, random_scene


@pytest.fixture
def renderer() -> Renderer:
    return create_renderer(Backend.CPU)


def _translated(scene: Gaussians, x: float) -> Gaussians:
    return replace(scene, means=scene.means + np.float32([x, 0, 0]))


def test_a_picture_is_not_overwritten_by_the_next_one(renderer: Renderer) -> None:
    scene = random_scene(200)
    for mode in RenderMode:
        first = renderer.render(scene, camera(), RenderOptions(mode=mode))
        image, alpha = first.image.copy(), first.alpha.copy()
        renderer.render(_translated(scene, 0.3), camera(), RenderOptions(mode=mode))
        np.testing.assert_array_equal(first.image, image)
        np.testing.assert_array_equal(first.alpha, alpha)
        assert not np.shares_memory(first.image, first.alpha)


def test_another_scene_is_drawn_and_the_first_one_again(renderer: Renderer) -> None:
    one, other = random_scene(50, seed=1), random_scene(700, seed=2, sh_degree=2)
    first, second, third = (renderer.render(scene, camera()).image for scene in (one, other, one))
    assert np.abs(first - second).max() > 0.1
    np.testing.assert_array_equal(first, third)


def test_a_scene_is_uploaded_once() -> None:
    renderer = TaichiRenderer(_cpu())
    uploads: list[object] = []
    upload = renderer._pipeline.upload  # pyright: ignore[reportPrivateUsage]
    renderer._pipeline.upload = lambda arrays: uploads.append(arrays) or upload(arrays)  # type: ignore[method-assign]  # pyright: ignore[reportPrivateUsage]
    scene = random_scene(20)
    for _ in range(3):
        renderer.render(scene, camera())
    assert len(uploads) == 1


def _cpu():
    from rowsplat.kernels.runtime import Device

    return Device.CPU


def test_a_scene_out_of_sight_leaves_the_background(renderer: Renderer) -> None:
    scene = replace(random_scene(20), means=np.full((20, 3), -50.0, np.float32))
    background = (0.25, 0.5, 0.75)
    for blend in Blend:
        result = renderer.render(scene, camera(), RenderOptions(blend=blend, background=background))
        np.testing.assert_allclose(result.image, np.broadcast_to(np.float32(background), result.image.shape))
        assert not result.alpha.any()
        assert (result.counts.visible, result.counts.pairs) == (0, 0)


def test_the_background_shows_only_in_colour_pictures(renderer: Renderer) -> None:
    scene = replace(random_scene(20), means=np.full((20, 3), -50.0, np.float32))
    for mode in set(RenderMode) - {RenderMode.RGB}:
        image = renderer.render(scene, camera(), RenderOptions(mode=mode, background=(1, 1, 1))).image
        assert not image.any()


def test_stages_add_up_to_the_total_and_counts_are_consistent(renderer: Renderer) -> None:
    result = renderer.render(random_scene(500), camera(), RenderOptions(mode=RenderMode.COST))
    times = {field.name: getattr(result.stage_times, field.name) for field in fields(result.stage_times)}
    total = times.pop("total")
    assert all(value > 0 for value in times.values())
    assert sum(times.values()) <= total + 1e-6
    counts = result.counts
    assert counts.num_gaussians == 500
    assert 0 < counts.visible <= 500
    assert counts.pairs >= counts.visible
    assert counts.fragments_evaluated == int(result.image[..., 0].sum(dtype=np.float64))


def test_a_renderer_says_where_it_draws_and_why(renderer: Renderer) -> None:
    assert "on cpu (" in renderer.description
    assert ": " in renderer.description


def test_buffers_grow_with_the_scene() -> None:
    renderer = TaichiRenderer(_cpu())
    small, large = random_scene(100), random_scene(5000)
    renderer.render(small, camera())
    before = renderer.buffer_bytes
    renderer.render(large, camera())
    assert renderer.buffer_bytes > before > 0
