"""Image-based views: from the photos that serve a camera best, within depths that hold for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.omni_recon import DepthRange, OmniRecon, ReconstructionOptions, render_view
from rowsplat.render.omni_recon.depth_prior import SweepOptions, sweep_planes
from rowsplat.render.omni_recon.novel_views import NovelViews
from rowsplat.render.omni_recon.source_choice import SourceChooser
from rowsplat.render.omni_recon.types import SourceViews
from rowsplat.render.omni_recon.unseen_filling import filled_unseen
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import Photo, PhotoSet, near_far_of_camera

from .sphere_scene import CENTER, orbiting, sphere_picture

_OPTIONS = ReconstructionOptions(volume_resolution=8, samples=4, max_side=24, source_views=2)


@pytest.fixture(scope="module")
def photo_set() -> PhotoSet:
    """Five photos of the sphere, with points on it."""
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(200, 3))
    points = np.array(CENTER) + 2.0 * normals / np.linalg.norm(normals, axis=1, keepdims=True)
    photos = tuple(
        Photo(name=str(index), camera=camera, source=sphere_picture(camera).astype(np.float32))
        for index, camera in enumerate(orbiting(5))
    )
    return PhotoSet(name="sphere", photos=photos, points=points)


def _camera(photo_set: PhotoSet, index: int = 1) -> Camera:
    return photo_set.cameras[index].resized(22, 18)


def test_the_nearest_photos_are_taken_and_those_that_are_excluded_are_not(
    photo_set: PhotoSet, model: OmniRecon
) -> None:
    views = NovelViews(photo_set, model, _OPTIONS)
    assert views.view(_camera(photo_set)).sources[0] == "1"
    without = views.view(_camera(photo_set), exclude=("1",)).sources
    assert set(without) == {"0", "2"}


def test_photos_that_are_included_are_taken_before_others_and_never_those_that_are_excluded(
    photo_set: PhotoSet,
) -> None:
    def names(count: int, include: tuple[str, ...], exclude: tuple[str, ...] = ()) -> list[str]:
        plan = SourceChooser(photo_set, count).choose(_camera(photo_set), exclude, include).plan
        return [photo_set.names[index] for index in plan.sources]

    assert names(2, ()) == names(2, ("absent",))
    assert "4" not in names(2, ())
    assert names(2, ("4",))[0] == "4"
    assert names(2, ("4",))[1] == names(2, ())[0]
    assert set(names(2, ("3", "4", "0"))) == {"3", "4", "0"}
    assert "1" not in names(3, ("4", "1"), exclude=("1",))
    assert len(names(9, ("4",))) == len(photo_set)


def test_a_view_is_what_the_network_gives_for_those_sources(photo_set: PhotoSet, model: OmniRecon) -> None:
    camera = _camera(photo_set)
    found = NovelViews(photo_set, model, _OPTIONS).view(camera)
    chosen = [photo_set.photos[photo_set.index(name)].image(22) for name in found.sources]
    sources = SourceViews(
        images=torch.stack([torch.from_numpy(photo.rgb).permute(2, 0, 1) for photo in chosen]),
        cameras=tuple(photo.camera for photo in chosen),
    )
    with torch.no_grad():
        encoded = model.encode(sources, found.bounds, reference=camera)
    near, far = near_far_of_camera(photo_set, camera)
    prior = sweep_planes(sources, camera, near, far, SweepOptions(planes=_OPTIONS.planes))
    expected = render_view(model, encoded, camera, prior=prior)
    torch.testing.assert_close(found.picture.image, filled_unseen(expected.image, expected.opacity))
    assert found.picture.image.shape == (3, 18, 22)


def test_depths_hold_for_the_view_and_its_sources(photo_set: PhotoSet, model: OmniRecon) -> None:
    assert photo_set.points is not None
    found = NovelViews(photo_set, model, _OPTIONS).view(_camera(photo_set))
    for camera in (photo_set.cameras[1], *(photo_set.cameras[photo_set.index(n)] for n in found.sources)):
        depths = photo_set.points @ camera.viewmat[2, :3] + camera.viewmat[2, 3]
        assert found.bounds.near <= depths.min()
        assert depths.max() <= found.bounds.far


@pytest.mark.parametrize(
    ("near", "far", "expected"),
    [(3.0, 9.0, (3.0, 9.0)), (None, 0.5, (None, 0.5)), (50.0, None, (50.0, 55.0))],
)
def test_depths_that_were_given_are_kept(
    photo_set: PhotoSet,
    near: float | None,
    far: float | None,
    expected: tuple[float | None, float],
) -> None:
    photos = tuple(replace(photo, near_far=(near or 0.1, far or 60.0)) for photo in photo_set)
    chooser = SourceChooser(replace(photo_set, photos=photos), 2, near=near, far=far)
    own = chooser.choose(_camera(photo_set), ()).own
    assert own.far == pytest.approx(expected[1])
    assert own.near == pytest.approx(expected[0]) if expected[0] else 0.0 < own.near < own.far
    assert isinstance(own, DepthRange)


def test_the_mode_of_the_network_stays_and_the_picture_is_the_same_every_time(
    photo_set: PhotoSet, model: OmniRecon
) -> None:
    views = NovelViews(photo_set, model, _OPTIONS)
    model.train()
    first = views.view(_camera(photo_set))
    assert model.training
    model.eval()
    second = views.view(_camera(photo_set))
    torch.testing.assert_close(first.picture.image, second.picture.image, rtol=0.0, atol=0.0)


def test_no_photo_left_is_one_line(photo_set: PhotoSet, model: OmniRecon) -> None:
    with pytest.raises(RowsplatError, match="expected a photo to make the view from"):
        NovelViews(photo_set, model, _OPTIONS).view(_camera(photo_set), exclude=photo_set.names)
