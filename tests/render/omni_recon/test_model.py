"""The whole network: with exact geometry it shows the scene, and with any weights it keeps its promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon import (
    EncodedScene,
    OmniConfig,
    OmniRecon,
    RayOutput,
    SceneBox,
    SourceViews,
    camera_rays,
    ray_spans,
)
from rowsplat.scenes import Camera

from .sphere_scene import (
    BOX,
    CENTER,
    HEIGHT,
    SPHERE_RADIUS,
    WIDTH,
    SphereGeometry,
    orbiting,
    sphere_distances,
    sphere_picture,
    sphere_views,
)

_TARGET = Camera.orbit(
    CENTER, distance=6.0, width=20, height=16, azimuth_deg=20.0, elevation_deg=4.0, fov_deg=45.0
)


def _render(
    model: OmniRecon,
    encoded: EncodedScene,
    *,
    camera: Camera = _TARGET,
    seed: int | None = None,
    fine: bool = True,
) -> RayOutput:
    origins, dirs, _ = camera_rays(camera, encoded.images)
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    near, far = ray_spans(encoded, origins, dirs)
    return model.render_rays(encoded, origins, dirs, near, far, generator=generator, fine=fine)


def _knowing(model: OmniRecon, *, coarse: int = 64, fine: int = 64) -> OmniRecon:
    """The model with exact and sharp geometry of the sphere, and views that all count alike."""
    model.config = replace(model.config, coarse_samples=coarse, fine_samples=fine)
    model.geometry = SphereGeometry(SPHERE_RADIUS / BOX.radius)  # type: ignore[assignment]
    with torch.no_grad():
        model.log_sharpness.fill_(0.6)
        for parameter in model.appearance.parameters():
            parameter.zero_()
    return model


def test_exact_geometry_gives_the_depth_of_a_sphere(model: OmniRecon) -> None:
    known = _knowing(model)
    with torch.no_grad():
        output = _render(known, known.encode(sphere_views(4), BOX))
    expected = torch.from_numpy(sphere_distances(_TARGET)).flatten().float()
    hit = ~expected.isnan()
    assert 40 < int(hit.sum()) < len(hit) - 40
    assert (output.opacities[hit] - 1.0).abs().max() < 0.02
    assert (output.depths - expected)[hit].abs().median() < 0.01
    assert (output.depths - expected)[hit].abs().max() < 0.15
    assert output.opacities[~hit].max() < 0.01


def test_exact_geometry_shows_the_colours_of_the_sphere(model: OmniRecon) -> None:
    """Half a pixel off in any look-up would be seen: the pictures are 44 pixels wide."""
    known = _knowing(model)
    with torch.no_grad():
        output = _render(known, known.encode(sphere_views(2, width=88, height=72), BOX))
    distances = sphere_distances(_TARGET).flatten()
    inner = (
        np.nan_to_num(distances, nan=99.0) < 4.6
    )  # away from the rim, where one of the views may see past it
    expected = sphere_picture(_TARGET).reshape(-1, 3)[inner]
    assert inner.sum() > 20
    assert np.abs(output.colors.numpy()[inner] - expected).max() < 0.02


def test_fine_samples_gather_at_the_surface(model: OmniRecon) -> None:
    known = _knowing(model, coarse=16, fine=16)
    with torch.no_grad():
        encoded = known.encode(sphere_views(3), BOX)
        coarse, fine = _render(known, encoded, fine=False), _render(known, encoded)
    expected = torch.from_numpy(sphere_distances(_TARGET)).flatten().float()
    hit = ~expected.isnan()
    assert (fine.depths - expected)[hit].abs().mean() < 0.5 * (coarse.depths - expected)[hit].abs().mean()


def test_parameters_depend_on_no_resolution() -> None:
    sizes = [
        {name: value.shape for name, value in OmniRecon(OmniConfig(volume_resolution=m)).state_dict().items()}
        for m in (8, 144)
    ]
    assert sizes[0] == sizes[1]


def test_the_order_of_the_source_views_does_not_matter(model: OmniRecon, sources: SourceViews) -> None:
    order = [2, 0, 1]
    turned = SourceViews(images=sources.images[order], cameras=tuple(sources.cameras[view] for view in order))
    with torch.no_grad():
        first = _render(model, model.encode(sources, BOX))
        second = _render(model, model.encode(turned, BOX))
    torch.testing.assert_close(first.colors, second.colors, atol=1e-5, rtol=0)
    torch.testing.assert_close(first.depths, second.depths, atol=1e-4, rtol=0)  # of 6 scene units
    torch.testing.assert_close(first.view_weights[..., order], second.view_weights, atol=1e-5, rtol=0)


def test_moving_turning_and_scaling_the_world_changes_only_the_unit_of_depth(model: OmniRecon) -> None:
    sources, factor = sphere_views(3), 2.5
    angle = 0.7
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]]
    )
    shift = np.array([3.0, -8.0, 1.0])

    def moved(camera: Camera) -> Camera:
        viewmat = camera.viewmat.copy()
        rotation = viewmat[:3, :3] @ turn.T
        viewmat[:3, 3] = factor * viewmat[:3, 3] - rotation @ shift
        viewmat[:3, :3] = rotation
        return replace(camera, viewmat=viewmat)

    center = factor * turn @ np.array(CENTER) + shift
    box = SceneBox(center=(float(center[0]), float(center[1]), float(center[2])), radius=factor * BOX.radius)
    elsewhere = SourceViews(images=sources.images, cameras=tuple(map(moved, sources.cameras)))
    with torch.no_grad():
        here = _render(model, model.encode(sources, BOX))
        there = _render(model, model.encode(elsewhere, box), camera=moved(_TARGET))
    torch.testing.assert_close(there.colors, here.colors, atol=1e-3, rtol=0)
    torch.testing.assert_close(there.depths, factor * here.depths, atol=5e-3, rtol=0)


def test_weights_are_consistent(model: OmniRecon, encoded: EncodedScene) -> None:
    with torch.no_grad():
        output = _render(model, encoded)
    assert output.weights.shape == (320, 14)
    assert output.view_weights.shape == output.visible.shape == (320, 14, 3)
    torch.testing.assert_close(output.view_weights.sum(dim=-1), output.visible.any(dim=-1).float())
    torch.testing.assert_close(output.opacities, output.weights.sum(dim=1))
    assert float(output.opacities.max()) <= 1.0 + 1e-4
    assert output.coarse is not None
    assert output.coarse.weights.shape == (320, 8)
    assert output.coarse.coarse is None


def test_views_that_see_nothing_count_for_nothing(model: OmniRecon, sources: SourceViews) -> None:
    away = Camera.look_at((2.0, -1.0, 30.0), (2.0, -1.0, 60.0), width=WIDTH, height=HEIGHT)
    more = SourceViews(
        images=torch.cat([sources.images, torch.rand(1, 3, HEIGHT, WIDTH)]), cameras=(*sources.cameras, away)
    )
    with torch.no_grad():
        output = _render(model, model.encode(more, BOX))
    assert bool((output.view_weights[..., 3] == 0.0).all())
    assert float(output.view_weights[..., :3].sum()) > 0.0


def test_what_no_view_sees_is_black_and_empty(model: OmniRecon, encoded: EncodedScene) -> None:
    origins, dirs = torch.tensor([[2.0, -1.0, -20.0]]), torch.tensor([[0.1, 0.0, -1.0]])  # behind all cameras
    with torch.no_grad():
        output = model.render_rays(encoded, origins, dirs, torch.tensor([1.0]), torch.tensor([9.0]))
    assert not bool(output.visible.any())
    for values in (output.colors, output.depths, output.opacities, output.view_weights):
        assert bool((values == 0.0).all())


def test_the_same_seed_gives_the_same_and_another_does_not(model: OmniRecon, encoded: EncodedScene) -> None:
    with torch.no_grad():
        first, second, other = (_render(model, encoded, seed=seed) for seed in (1, 1, 2))
        fixed, again = _render(model, encoded), _render(model, encoded)
    assert torch.equal(first.colors, second.colors)
    assert not torch.equal(first.ts, other.ts)
    assert torch.equal(fixed.colors, again.colors)


def test_directions_may_have_any_length(model: OmniRecon, encoded: EncodedScene) -> None:
    origins, dirs, _ = camera_rays(_TARGET, encoded.images)
    near, far = ray_spans(encoded, origins, dirs)
    with torch.no_grad():
        first = model.render_rays(encoded, origins, dirs, near, far)
        second = model.render_rays(encoded, origins, 3.0 * dirs, near, far)
    torch.testing.assert_close(first.depths, second.depths, atol=1e-4, rtol=0)


def test_every_parameter_gets_a_finite_gradient_that_is_not_zero(sources: SourceViews) -> None:
    torch.manual_seed(0)
    model = OmniRecon(OmniConfig(volume_resolution=8, coarse_samples=8, fine_samples=8, dropout=0.0))
    output = _render(model, model.encode(sources, BOX), seed=0)
    assert output.coarse is not None
    target = torch.from_numpy(sphere_picture(_TARGET)).float().reshape(-1, 3)
    loss = sum(
        (part.colors - target).square().mean() + part.depths.mean() for part in (output, output.coarse)
    )
    assert isinstance(loss, torch.Tensor)
    loss.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert bool(parameter.grad.isfinite().all()), name
    # a bias in front of a softmax or of a batch normalisation shifts nothing
    still = {
        name for name, parameter in model.named_parameters() if float(_gradient(parameter).abs().max()) == 0.0
    }
    assert all(name.endswith("bias") for name in still)


def _gradient(parameter: torch.Tensor) -> torch.Tensor:
    assert parameter.grad is not None
    return parameter.grad


def test_a_few_steps_of_training_lower_the_loss(sources: SourceViews) -> None:
    torch.manual_seed(0)
    model = OmniRecon(OmniConfig(volume_resolution=8, coarse_samples=12, fine_samples=8, dropout=0.0))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    distances = torch.from_numpy(sphere_distances(_TARGET)).flatten().float()
    hit = ~distances.isnan()
    losses = []
    for step in range(12):
        output = _render(model, model.encode(sources, BOX, reference=_TARGET), seed=step)
        loss = (output.depths - distances)[hit].abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-3:]) < 0.6 * np.mean(losses[:3])


def test_encoding_keeps_its_graph_until_detached(model: OmniRecon, sources: SourceViews) -> None:
    encoded = model.encode(sources, BOX)
    assert encoded.features.requires_grad
    assert encoded.volume.requires_grad
    cut = encoded.detached()
    assert not cut.features.requires_grad
    assert not cut.volume.requires_grad


@pytest.mark.parametrize(
    ("field", "value"),
    [("volume_resolution", 50), ("volume_resolution", 4), ("coarse_samples", 1), ("dropout", 1.0)],
)
def test_a_setting_out_of_range_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        replace(OmniConfig(), **{field: value})


def test_pictures_that_are_not_the_cameras_size_are_refused() -> None:
    with pytest.raises(ValueError, match="cameras must have the images' size"):
        SourceViews(images=torch.rand(2, 3, 10, 12), cameras=orbiting(2))
    with pytest.raises(ValueError, match="images must have shape"):
        SourceViews(images=torch.rand(3, 3, HEIGHT, WIDTH), cameras=orbiting(2))
