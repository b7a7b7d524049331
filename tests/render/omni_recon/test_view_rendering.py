"""Pictures: the chunks do not show, progress is told, and maps go where the colours go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon import (
    DepthRange,
    EncodedScene,
    OmniRecon,
    SceneBox,
    SourceViews,
    blend_maps,
    camera_rays,
    ray_spans,
    render_view,
)
from rowsplat.render.omni_recon.map_blending import evened
from rowsplat.scenes import Camera

from .sphere_scene import (
    BOX,
    CENTER,
    SPHERE_RADIUS,
    SphereGeometry,
    sphere_distances,
    sphere_views,
    world_rays,
)

_TARGET = Camera.orbit(CENTER, distance=6.0, width=17, height=13, azimuth_deg=20.0, elevation_deg=4.0)


@pytest.mark.parametrize("chunk", [1, 37, 221, 5000])
def test_chunks_do_not_show(model: OmniRecon, encoded: EncodedScene, chunk: int) -> None:
    whole = render_view(model, encoded, _TARGET)
    model.config = replace(model.config, ray_chunk=chunk)
    parts = render_view(model, encoded, _TARGET)
    torch.testing.assert_close(parts.image, whole.image, atol=1e-5, rtol=0)
    torch.testing.assert_close(parts.depth, whole.depth, atol=1e-4, rtol=0)
    torch.testing.assert_close(parts.opacity, whole.opacity, atol=1e-5, rtol=0)


def test_progress_is_told_after_each_chunk(model: OmniRecon, encoded: EncodedScene) -> None:
    told: list[tuple[int, int]] = []
    render_view(model, encoded, _TARGET, on_rays=lambda done, total: told.append((done, total)))
    assert told == [(100, 221), (200, 221), (221, 221)]


def test_raising_from_progress_cancels_and_leaves_the_mode(model: OmniRecon, encoded: EncodedScene) -> None:
    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    model.train()
    with pytest.raises(KeyboardInterrupt):
        render_view(model, encoded, _TARGET, on_rays=cancel)
    assert model.training


def test_a_model_in_training_renders_as_in_evaluation(model: OmniRecon, encoded: EncodedScene) -> None:
    expected = render_view(model, encoded, _TARGET)
    torch.testing.assert_close(render_view(model.train(), encoded, _TARGET).image, expected.image)


def test_a_picture_is_what_its_rays_gather(model: OmniRecon, encoded: EncodedScene) -> None:
    picture = render_view(model, encoded, _TARGET)
    origins, dirs, cosines = camera_rays(_TARGET, encoded.images)
    near, far = ray_spans(encoded, origins, dirs, cosines)
    with torch.no_grad():
        rays = model.render_rays(encoded, origins, dirs, near, far)
    torch.testing.assert_close(picture.image.flatten(1).t(), rays.colors.clamp(0.0, 1.0), atol=1e-5, rtol=0)
    torch.testing.assert_close(
        picture.depth.flatten(), rays.depths / rays.opacities * cosines, atol=1e-4, rtol=1e-4
    )


def _knowing(model: OmniRecon, bounds: SceneBox | DepthRange, scale: float) -> tuple[OmniRecon, EncodedScene]:
    """Exact geometry of the sphere; `scale` is the unit frame's."""
    model.config = replace(model.config, coarse_samples=48, fine_samples=48)
    model.geometry = SphereGeometry(SPHERE_RADIUS / scale)  # type: ignore[assignment]
    with torch.no_grad():
        model.log_sharpness.fill_(0.6)
        return model, model.encode(sphere_views(3), bounds)


def test_depth_is_along_the_view_axis_and_sure_where_there_is_a_surface(model: OmniRecon) -> None:
    known, encoded = _knowing(model, BOX, BOX.radius)
    picture = render_view(known, encoded, _TARGET)
    _, dirs = world_rays(_TARGET)
    depths = sphere_distances(_TARGET) * (dirs @ _TARGET.viewmat[2, :3])
    hit = ~np.isnan(depths)
    inner = np.nan_to_num(depths, nan=99.0) < 4.6  # not grazing
    assert 10 < inner.sum() < hit.sum() < hit.size - 10
    np.testing.assert_allclose(picture.depth.numpy()[inner], depths[inner], atol=0.03)
    assert picture.confidence.numpy()[inner].min() > 0.9
    assert picture.confidence.numpy()[~hit].max() < 0.05
    assert picture.opacity.numpy()[~hit].max() < 0.05


def test_maps_equal_to_the_pictures_blend_to_the_picture(
    model: OmniRecon, encoded: EncodedScene, sources: SourceViews
) -> None:
    picture = render_view(
        model, encoded, _TARGET, maps=torch.cat([sources.images, 2.0 * sources.images[:, :1]], 1)
    )
    assert picture.blended is not None
    torch.testing.assert_close(picture.blended[:3], picture.image, atol=1e-5, rtol=0)
    torch.testing.assert_close(picture.blended[3], 2.0 * picture.image[0], atol=1e-5, rtol=0)


def test_a_map_of_ones_of_any_size_blends_to_the_opacity_that_was_seen(
    model: OmniRecon, encoded: EncodedScene
) -> None:
    picture = render_view(model, encoded, _TARGET, maps=torch.ones(3, 1, 5, 7))
    assert picture.blended is not None
    torch.testing.assert_close(picture.blended[0], picture.opacity, atol=1e-5, rtol=0)


def test_one_map_for_each_view_is_demanded(model: OmniRecon, encoded: EncodedScene) -> None:
    with pytest.raises(ValueError, match=r"maps must have shape \[3, C, h, w\]"):
        render_view(model, encoded, _TARGET, maps=torch.ones(2, 1, 5, 7))


def test_maps_may_be_learned_through_the_blend(model: OmniRecon, encoded: EncodedScene) -> None:
    origins, dirs, cosines = camera_rays(_TARGET, encoded.images)
    near, far = ray_spans(encoded, origins, dirs, cosines)
    maps = torch.rand(3, 2, 9, 11, requires_grad=True)
    with torch.no_grad():
        output = model.render_rays(encoded, origins, dirs, near, far)
    blend_maps(encoded, maps, origins, dirs, output).sum().backward()
    assert maps.grad is not None
    torch.testing.assert_close(maps.grad[:, 0].sum(), output.opacities.sum(), atol=1e-2, rtol=1e-4)


def test_votes_of_photos_that_see_a_point_count_more_alike_than_their_colours(
    model: OmniRecon, encoded: EncodedScene
) -> None:
    origins, dirs, cosines = camera_rays(_TARGET, encoded.images)
    near, far = ray_spans(encoded, origins, dirs, cosines)
    with torch.no_grad():
        output = model.render_rays(encoded, origins, dirs, near, far)
    weights = output.view_weights.new_tensor([0.9, 0.1, 0.0]).expand_as(output.view_weights)
    votes = evened(replace(output, view_weights=weights)).view_weights
    expected = votes.new_tensor([0.75, 0.25, 0.0]).expand_as(votes)  # 3 to 1, not 9 to 1
    torch.testing.assert_close(votes, expected)
    nowhere = replace(output, view_weights=torch.zeros_like(weights))
    assert (evened(nowhere).view_weights == 0).all()


def test_spans_end_on_the_cube_and_the_sphere_around_it(encoded: EncodedScene) -> None:
    """Samples inside the span are in the unit cube; a ray that misses the cube is searched beside it all the same."""
    origins, dirs, _ = camera_rays(_TARGET, encoded.images)
    near, far = ray_spans(encoded, origins, dirs)
    assert bool((near > 0).all() and (far > near).all())
    frame = encoded.normalisation
    ends = torch.stack([near, far]).double()[..., None] * dirs.double() + origins.double()
    unit = (ends.numpy() - frame.center) @ frame.rotation.T / frame.scale
    through_the_middle = (_TARGET.height // 2) * _TARGET.width + _TARGET.width // 2
    assert np.abs(unit[:, through_the_middle]).max() < 1.0 + 1e-5
    beside = torch.tensor([[30.0, 0.0, 0.0]]), torch.tensor([[0.0, 1.0, 0.0]])
    near, far = ray_spans(encoded, *beside)
    assert bool((far > near).all() and near.isfinite().all() and far.isfinite().all())


def test_a_scene_bounded_by_depths_is_searched_between_them(model: OmniRecon, sources: SourceViews) -> None:
    with torch.no_grad():
        encoded = model.encode(sources, DepthRange(near=4.0, far=9.0))
    origins, dirs, cosines = camera_rays(_TARGET, encoded.images)
    near, far = ray_spans(encoded, origins, dirs, cosines)
    torch.testing.assert_close(near * cosines, torch.full_like(near, 4.0))
    torch.testing.assert_close(far * cosines, torch.full_like(far, 9.0))
