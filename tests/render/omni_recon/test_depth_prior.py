"""A plane sweep finds surfaces that photos agree on, and rays look there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from rowsplat.render.omni_recon import (
    DepthRange,
    OmniConfig,
    OmniRecon,
    SourceViews,
    camera_rays,
    render_view,
)
from rowsplat.render.omni_recon.depth_prior import (
    DepthPrior,
    SweepOptions,
    guided_samples,
    hidden_views,
    ray_prior,
    sweep_planes,
    view_surfaces,
)
from rowsplat.render.omni_recon.depth_prior.semi_global import smoothed_costs
from rowsplat.scenes import Camera

_SIZE = (48, 64)
_WALL = 4.0  # depth of a textured wall that faces the cameras
_NEAR, _FAR = 2.0, 9.0


def _camera(x: float, y: float = 0.0) -> Camera:
    viewmat = np.eye(4)
    viewmat[:3, 3] = (-x, -y, 0.0)
    height, width = _SIZE
    return Camera(viewmat=viewmat, fx=60.0, fy=60.0, cx=width / 2, cy=height / 2, width=width, height=height)


def _texture(points: np.ndarray) -> np.ndarray:
    """A colour for each of `points [..., 2]` of the wall, with detail of many sizes."""
    x, y = points[..., 0], points[..., 1]
    waves = [
        np.sin(3.1 * x + 1.7 * y),
        np.sin(7.3 * y - 2.9 * x + 1.0),
        np.sin(11.0 * x * 0.7 + 5.0 * y + 2.0),
    ]
    return (0.5 + 0.2 * np.stack([waves[0] + waves[1], waves[1] - waves[2], waves[2] + waves[0]], -1)).clip(
        0, 1
    )


def _photo(camera: Camera) -> torch.Tensor:
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = np.stack([x, y, np.ones_like(x)], -1) @ np.linalg.inv(camera.K).T
    points = camera.position + _WALL * rays
    return torch.from_numpy(_texture(points[..., :2]).astype(np.float32)).permute(2, 0, 1)


def _wall(*positions: tuple[float, float]) -> SourceViews:
    cameras = tuple(_camera(*position) for position in positions)
    return SourceViews(images=torch.stack([_photo(camera) for camera in cameras]), cameras=cameras)


@pytest.fixture(scope="module")
def sources() -> SourceViews:
    return _wall((-0.4, 0.0), (0.4, 0.1), (0.1, -0.4))


@pytest.fixture(scope="module")
def prior(sources: SourceViews) -> DepthPrior:
    return sweep_planes(sources, _camera(0.0), _NEAR, _FAR)


def test_a_wall_is_found_from_a_camera_between_the_photos(prior: DepthPrior) -> None:
    errors = (prior.depths - _WALL).abs() / _WALL
    assert errors.median() < 0.01
    assert errors[8:-8, 8:-8].max() < 0.05
    assert prior.confidence[8:-8, 8:-8].median() > 0.5


def test_a_wall_is_found_from_a_photo_and_others(sources: SourceViews) -> None:
    found = sweep_planes(sources, sources.cameras[0], _NEAR, _FAR, SweepOptions(own_photo=True))
    assert ((found.depths - _WALL).abs() / _WALL).median() < 0.01


def test_looking_between_the_planes_is_finer(sources: SourceViews) -> None:
    camera = _camera(0.0)
    rough = sweep_planes(sources, camera, _NEAR, _FAR, SweepOptions(planes=16, refine=False))
    fine = sweep_planes(sources, camera, _NEAR, _FAR, SweepOptions(planes=16))
    assert (fine.depths - _WALL).abs().mean() < (rough.depths - _WALL).abs().mean()
    assert fine.spreads.max() < rough.spreads.min()


def test_masses_are_a_distribution_over_planes_in_order(prior: DepthPrior) -> None:
    assert torch.allclose(prior.masses.sum(dim=0), torch.ones(_SIZE), atol=1e-5)
    assert (prior.planes[1:] > prior.planes[:-1]).all()
    assert ((prior.depths >= _NEAR * 0.999) & (prior.depths <= _FAR * 1.001)).all()


def test_cameras_far_apart_need_more_planes_than_cameras_close_together() -> None:
    close = sweep_planes(_wall((-0.05, 0.0), (0.05, 0.0)), _camera(0.0), _NEAR, _FAR)
    apart = sweep_planes(_wall((-1.0, 0.0), (1.0, 0.0)), _camera(0.0), _NEAR, _FAR)
    assert len(close.planes) < len(apart.planes) <= SweepOptions().planes


@pytest.mark.parametrize(("near", "far"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 2.0), (3.0, 2.0)])
def test_depths_that_are_not_in_order_are_refused(sources: SourceViews, near: float, far: float) -> None:
    with pytest.raises(ValueError, match="near and far"):
        sweep_planes(sources, _camera(0.0), near, far)


def test_one_photo_is_refused() -> None:
    with pytest.raises(ValueError, match="needs 2 photos"):
        sweep_planes(_wall((0.0, 0.0)), _camera(0.0), _NEAR, _FAR)


def _brute_force_smoothed(costs: np.ndarray, small: float, large: float) -> np.ndarray:
    depths, height, width = costs.shape
    total = np.zeros_like(costs)
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        path = np.zeros_like(costs)
        for y in range(height) if dy >= 0 else range(height - 1, -1, -1):
            for x in range(width) if dx >= 0 else range(width - 1, -1, -1):
                if not (0 <= y - dy < height and 0 <= x - dx < width):
                    path[:, y, x] = costs[:, y, x]
                    continue
                before = path[:, y - dy, x - dx]
                for d in range(depths):
                    steps = [
                        before[k] + min(abs(k - d) * small if abs(k - d) <= 1 else large, large)
                        for k in range(depths)
                    ]
                    path[d, y, x] = costs[d, y, x] + min(steps) - before.min()
        total += path
    return total / 4


def test_smoothing_equals_the_recurrence_written_out() -> None:
    costs = np.random.default_rng(2).random((5, 4, 6))
    found = smoothed_costs(torch.from_numpy(costs), 0.1, 0.35).numpy()
    assert np.allclose(found, _brute_force_smoothed(costs, 0.1, 0.35))


@given(count=st.integers(2, 40), seed=st.none() | st.integers(0, 1000))
def test_guided_samples_ascend_between_near_and_far(prior: DepthPrior, count: int, seed: int | None) -> None:
    cosines = camera_rays(prior.camera, torch.zeros(()))[2]
    guide = ray_prior(prior, cosines).taking(slice(0, 200))
    near, far = _NEAR / cosines[:200], _FAR / cosines[:200]
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    ts = guided_samples(guide, near, far, count, generator)
    assert ts.shape == (200, count)
    assert (ts[:, 1:] >= ts[:, :-1]).all()
    assert (ts >= near[:, None] * 0.999).all()
    assert (ts <= far[:, None] * 1.001).all()


def test_most_guided_samples_are_near_the_best_guess(prior: DepthPrior) -> None:
    cosines = camera_rays(prior.camera, torch.zeros(()))[2]
    guide = ray_prior(prior, cosines)
    ts = guided_samples(guide, _NEAR / cosines, _FAR / cosines, 16, None)
    close = (ts - guide.centers[:, None]).abs() <= 3.01 * guide.spreads[:, None]
    assert (close.sum(dim=1) >= 10).all()


def test_what_stands_before_a_sample_hides_it() -> None:
    camera, view = _camera(0.0), _camera(0.5)
    depths, confidence = torch.full(_SIZE, _WALL), torch.ones(_SIZE)
    surfaces = view_surfaces(camera, depths, confidence, [view])
    center = torch.tensor([[[20.0], [24.0]]])  # where the wall is seen
    for depth, hidden in ((1.0, False), (_WALL, False), (_WALL * 1.05, True), (9.0, True)):
        assert hidden_views(surfaces, center, torch.tensor([[depth]])).item() is hidden
    assert torch.isinf(view_surfaces(camera, depths, torch.zeros(_SIZE), [view])).all()


def test_a_network_that_starts_at_the_prior_shows_the_wall(sources: SourceViews, prior: DepthPrior) -> None:
    model = OmniRecon(OmniConfig(volume_resolution=8, guided_samples=12)).eval()
    model.start_at_prior()
    camera = _camera(0.0)
    with torch.no_grad():
        encoded = model.encode(sources, DepthRange(near=_NEAR, far=_FAR))
    view = render_view(model, encoded, camera, prior=prior)
    inner = (slice(8, -8), slice(8, -8))
    assert ((view.depth - prior.depths).abs() / prior.depths)[inner].median() < 0.01
    assert (view.image - _photo(camera)).abs().mean(dim=0)[inner].median() < 0.03
    assert (view.confidence <= prior.confidence + 1e-6).all()


def test_the_geometry_branch_corrects_the_prior(sources: SourceViews, prior: DepthPrior) -> None:
    model = OmniRecon(OmniConfig(volume_resolution=8, guided_samples=64)).eval()
    model.start_at_prior()
    wrong = replace(prior, depths=prior.depths * 1.02, spreads=prior.spreads * 4.0)
    with torch.no_grad():
        encoded = model.encode(sources, DepthRange(near=_NEAR, far=_FAR))
        before = render_view(model, encoded, _camera(0.0), prior=wrong).depth
        model.geometry.distance[-1].bias += -0.02 * _WALL / encoded.normalisation.scale
        after = render_view(model, encoded, _camera(0.0), prior=wrong).depth
    inner = (slice(8, -8), slice(8, -8))
    moved = (after - before)[inner].median()
    assert moved == pytest.approx(-0.02 * _WALL, rel=0.3)
