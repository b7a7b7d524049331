"""What the fast renderer keeps between pictures, and what it must not."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from rowsplat.kernels.runtime import Device
from rowsplat.render import Backend, Blend, Renderer, RenderMode, RenderOptions, create_renderer
from rowsplat.render.taichi_renderer import TaichiRenderer
from rowsplat.scenes import Gaussians

from ..kernels.taichi.random_scenes import axis_camera, camera, on_the_axis, random_scene


@pytest.fixture
def renderer() -> Renderer:
    return create_renderer(Backend.CPU)


def _translated(scene: Gaussians, x: float) -> Gaussians:
    return replace(scene, means=scene.means + np.array([x, 0, 0], np.float32))


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
    renderer = TaichiRenderer(Device.CPU)
    uploads: list[object] = []
    upload = renderer._pipeline.upload  # pyright: ignore[reportPrivateUsage]
    renderer._pipeline.upload = lambda arrays: uploads.append(arrays) or upload(arrays)  # type: ignore[method-assign]  # pyright: ignore[reportPrivateUsage]
    scene = random_scene(20)
    for _ in range(3):
        renderer.render(scene, camera())
    assert len(uploads) == 1


def test_a_scene_out_of_sight_leaves_the_background(renderer: Renderer) -> None:
    scene = replace(random_scene(20), means=np.full((20, 3), -50.0, np.float32))
    background = (0.25, 0.5, 0.75)
    for blend in Blend:
        result = renderer.render(scene, camera(), RenderOptions(blend=blend, background=background))
        np.testing.assert_allclose(result.image, np.broadcast_to(np.array(background), result.image.shape))
        assert not result.alpha.any()
        assert (result.counts.visible, result.counts.pairs) == (0, 0)


def test_a_scene_of_nothing_is_the_background(renderer: Renderer) -> None:
    scene = random_scene(8).select(np.zeros(8, np.bool_))
    for blend in Blend:
        result = renderer.render(scene, camera(), RenderOptions(blend=blend, background=(0.25, 0.5, 0.75)))
        assert (result.image == np.array([0.25, 0.5, 0.75], np.float32)).all()
        assert result.counts.num_gaussians == result.counts.visible == 0


_NO_NUMBERS = [
    *((name, value) for name in ("means", "quats", "log_scales") for value in (np.nan, np.inf)),
    ("means", -np.inf),
    ("quats", 0.0),
    ("logit_opacities", np.nan),
    ("logit_opacities", -np.inf),
]


@pytest.mark.parametrize("antialiased", [False, True], ids=["classic", "antialiased"])
@pytest.mark.parametrize(("name", "value"), _NO_NUMBERS)
def test_a_gaussian_that_is_nowhere_is_not_drawn_and_harms_nobody(
    renderer: Renderer, name: str, value: float, antialiased: bool
) -> None:
    # Readers refuse such numbers, so this is about not crashing: they must not become an index of a tile.
    scene, harmed = random_scene(320, seed=1, sh_degree=1), np.arange(320) % 7 == 0
    values = getattr(scene, name).copy()
    values[harmed] = value
    for blend in Blend:
        options = RenderOptions(blend=blend, antialiased=antialiased)
        with np.errstate(all="ignore"):
            result = renderer.render(replace(scene, **{name: values}), camera(100, 70), options)
        rest = renderer.render(scene.select(~harmed), camera(100, 70), options)
        assert rest.image.std() > 0.03
        np.testing.assert_array_equal(result.image, rest.image)
        assert result.counts.visible == rest.counts.visible


def test_a_gaussian_in_the_plane_of_the_camera_is_not_drawn(renderer: Renderer) -> None:
    scene = on_the_axis([0.0, 2.0, -0.0, -1.0])  # 0: its distance is divided by
    np.testing.assert_array_equal(
        renderer.render(scene, axis_camera()).image,
        renderer.render(scene.select(np.array([1])), axis_camera()).image,
    )


def test_a_renderer_draws_on_after_another_one_took_other_threads(renderer: Renderer) -> None:
    scene = random_scene(500, seed=3)
    before = renderer.render(scene, camera()).image
    single = create_renderer(Backend.CPU, threads=1)
    np.testing.assert_array_equal(single.render(scene, camera()).image, before)
    np.testing.assert_array_equal(renderer.render(scene, camera()).image, before)


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
    renderer = TaichiRenderer(Device.CPU)
    small, large = random_scene(100), random_scene(5000)
    renderer.render(small, camera())
    before = renderer.buffer_bytes
    renderer.render(large, camera())
    assert renderer.buffer_bytes > before > 0
