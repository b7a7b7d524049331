"""Lifting: what photos agree on is seen from anywhere, whatever the network; classes are arg-maxed at the end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.omni_recon import OmniRecon, SourceViews, render_view
from rowsplat.render.omni_recon.lifting import (
    Legend,
    LiftedViews,
    MapKind,
    numbered_channels,
    strongest,
)
from rowsplat.render.omni_recon.lifting.lifted_views import no_finer
from rowsplat.render.omni_recon.normalisation import normalisation
from rowsplat.render.omni_recon.sample_inputs import SampleInputs
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import Photo, PhotoSet

from ..sphere_scene import CENTER, SPHERE_RADIUS, SphereGeometry, orbiting, sphere_distances, world_rays
from .conftest import OPTIONS, maps_of


def _camera(photo_set: PhotoSet, index: int = 2) -> Camera:
    return photo_set.cameras[index].resized(22, 18)


def test_what_is_the_same_in_all_photos_is_seen_from_anywhere(
    photo_set: PhotoSet, network: OmniRecon
) -> None:
    values = np.array([0.25, -3.0, 1.0], np.float32)
    maps = maps_of(lambda image: np.broadcast_to(values[:, None, None], (3, *image.shape[:2])), 3)
    seen = LiftedViews(photo_set, network, maps, OPTIONS).view(_camera(photo_set))
    known = seen.picture.opacity.numpy() > 1e-3
    assert known.any()
    np.testing.assert_allclose(seen.map[:, known], np.repeat(values[:, None], known.sum(), 1), rtol=1e-4)
    assert (seen.map[:, ~known] == 0.0).all()


@pytest.mark.parametrize("planes", [0, 16])
def test_a_map_of_the_colours_is_the_picture(photo_set: PhotoSet, network: OmniRecon, planes: int) -> None:
    options = OPTIONS.__class__(volume_resolution=8, samples=12, max_side=44, source_views=3, planes=planes)
    views = LiftedViews(photo_set, network, maps_of(lambda image: image.transpose(2, 0, 1), 3), options)
    seen = views.view(_camera(photo_set), exclude=("images/2.png",))
    assert "images/2.png" not in seen.sources
    assert seen.picture.blended is not None
    known = seen.picture.opacity.numpy() > 1e-3
    colors = seen.map * seen.picture.opacity.numpy()
    whole = seen.picture.opacity.numpy() > 0.999  # elsewhere the picture is filled from around
    assert known.any()
    assert (seen.picture.image.numpy()[:, known & whole] >= 0).all()
    np.testing.assert_allclose(colors[:, whole], seen.picture.image.numpy()[:, whole], atol=2e-3)
    np.testing.assert_allclose(colors[:, known], seen.picture.blended.numpy()[:, known], atol=1e-5)


def test_maps_are_blended_as_a_view_of_the_same_sources_blends_them(
    photo_set: PhotoSet, network: OmniRecon
) -> None:
    camera = _camera(photo_set)
    maps = maps_of(lambda image: image.mean(axis=2)[None], 1)
    seen = LiftedViews(photo_set, network, maps, OPTIONS).view(camera)
    photos = [photo_set.photos[photo_set.index(name)].image(22) for name in seen.sources]
    sources = SourceViews(
        images=torch.stack([torch.from_numpy(photo.rgb).permute(2, 0, 1) for photo in photos]),
        cameras=tuple(photo.camera for photo in photos),
    )
    with torch.no_grad():
        encoded = network.encode(sources, seen.bounds, reference=camera)
    grey = sources.images.mean(dim=1, keepdim=True)
    expected = render_view(network, encoded, camera, maps=grey)
    assert expected.blended is not None
    torch.testing.assert_close(
        torch.from_numpy(seen.map) * expected.opacity, expected.blended, atol=1e-5, rtol=1e-4
    )


def _halves(camera: Camera) -> np.ndarray:
    """1 on the half of the sphere with the larger y, 0 on the other, -1 beside it, `[H, W]`."""
    origin, dirs = world_rays(camera)
    distances = sphere_distances(camera)
    points = origin + distances[..., None] * dirs
    return np.where(np.isnan(distances), -1, (points[..., 1] > CENTER[1]).astype(np.int64))


def test_labels_on_a_known_surface_are_seen_where_the_surface_is(photo_set: PhotoSet) -> None:
    """With exact geometry, halves of the sphere that each photo labels exactly come out right from a new camera."""

    class Halves:
        legend = Legend(title="halves", kind=MapKind.LABELS, channels=numbered_channels(2, "half"))

        def of_photo(self, photo: Photo, image: np.ndarray) -> np.ndarray:
            camera = photo.camera.resized(image.shape[1], image.shape[0])
            return (_halves(camera)[None] == np.arange(2)[:, None, None]).astype(np.float32)

    options = OPTIONS.__class__(volume_resolution=8, samples=32, max_side=44, source_views=3, planes=0)
    model = OmniRecon().eval()
    camera = orbiting(5, step_deg=13.0)[2]
    views = LiftedViews(photo_set, model, Halves(), options)
    first = views.view(camera)  # with any geometry: the sources and the unit frame stay
    sources = tuple(photo_set.cameras[photo_set.index(name)] for name in first.sources)
    frame = normalisation(sources, first.bounds, camera)
    center = (np.array(CENTER) - frame.center) @ frame.rotation.T / frame.scale
    model.geometry = _Centred(SPHERE_RADIUS / frame.scale, center)  # type: ignore[assignment]
    with torch.no_grad():
        model.log_sharpness.fill_(0.6)
    truth, found = _halves(camera), views.view(camera).classes
    inside = truth >= 0
    assert (found[inside] == truth[inside]).mean() > 0.93


class _Centred(SphereGeometry):
    def __init__(self, radius: float, center: np.ndarray) -> None:
        super().__init__(radius)
        self.center = torch.from_numpy(center).float()

    def forward(self, samples: SampleInputs) -> torch.Tensor:
        return super().forward(replace(samples, points=samples.points - self.center))


def test_each_photo_is_looked_at_once_for_a_size(photo_set: PhotoSet, network: OmniRecon) -> None:
    looked: list[str] = []
    views = LiftedViews(photo_set, network, maps_of(lambda image: image[..., 0][None], 1), OPTIONS)
    first = views.view(_camera(photo_set), on_photo=looked.append)
    second = views.view(_camera(photo_set), on_photo=looked.append)
    assert looked == list(first.sources)
    np.testing.assert_array_equal(first.map, second.map)


def test_cancelling_ends_the_work_and_leaves_the_network_in_its_mode(
    photo_set: PhotoSet, network: OmniRecon
) -> None:
    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise StoppedError

    network.train()
    views = LiftedViews(photo_set, network, maps_of(lambda image: image[..., 0][None], 1), OPTIONS)
    with pytest.raises(StoppedError):
        views.view(_camera(photo_set), on_rays=stop)
    assert network.training


def test_no_photo_left_is_one_line(photo_set: PhotoSet, network: OmniRecon) -> None:
    views = LiftedViews(photo_set, network, maps_of(lambda image: image[..., 0][None], 1), OPTIONS)
    with pytest.raises(RowsplatError, match="expected a photo to make the view from"):
        views.view(_camera(photo_set), exclude=photo_set.names)


def test_the_strongest_channel_wins_and_nothing_is_no_class() -> None:
    values = np.random.default_rng(0).uniform(0.1, 1.0, (4, 5, 6)).astype(np.float32)
    values[:, 2, 3] = 0.0
    found = strongest(values)
    for y, x in np.ndindex(5, 6):
        assert found[y, x] == (-1 if (y, x) == (2, 3) else max(range(4), key=lambda c: values[c, y, x]))


@pytest.mark.parametrize(("size", "expected"), [((40, 60), (20, 30)), ((10, 12), (10, 12))])
def test_maps_are_made_coarser_but_never_finer(size: tuple[int, int], expected: tuple[int, int]) -> None:
    values = np.full((2, *size), 0.5, np.float32)
    made = no_finer(values, (20, 30))
    assert tuple(made.shape) == (1, 2, *expected)
    np.testing.assert_allclose(made.numpy(), 0.5, rtol=1e-6)


def test_a_function_of_another_shape_is_told() -> None:
    predictor = maps_of(lambda image: image[..., 0], 1).predictor
    with pytest.raises(ValueError, match=r"must give \[1, h, w\], got \[4, 5\]"):
        predictor.predict(np.zeros((4, 5, 3), np.float32))
