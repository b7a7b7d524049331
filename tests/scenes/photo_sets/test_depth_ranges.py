"""Near and far enclose what the cameras look at, by whichever evidence there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import Camera, SceneExtent
from rowsplat.scenes.photo_sets import (
    Photo,
    PhotoSet,
    load_photo_set,
    near_far,
    near_far_of_camera,
    scene_box,
)

_SIZE = (48, 32)


def photo_set(cameras: list[Camera], **parts: object) -> PhotoSet:
    grey = np.full((_SIZE[1], _SIZE[0], 3), 0.5, np.float32)
    photos = tuple(Photo(name=f"{i:02d}", camera=camera, source=grey) for i, camera in enumerate(cameras))
    return PhotoSet(name="test", photos=photos, **parts)  # pyright: ignore[reportArgumentType]


def orbit(count: int, distance: float) -> list[Camera]:
    return [
        Camera.orbit(
            [1, 2, 3], distance=distance, width=_SIZE[0], height=_SIZE[1], azimuth_deg=a, elevation_deg=20
        )
        for a in np.linspace(0, 360, count, endpoint=False)
    ]


def forward_facing(count: int) -> list[Camera]:
    xs = np.linspace(-0.5, 0.5, count)
    return [Camera.look_at([x, 0, 0], [x, 0, 10], width=_SIZE[0], height=_SIZE[1]) for x in xs]


def test_points_lie_between_near_and_far_of_each_photo() -> None:
    cameras = orbit(6, 5.0)
    points = np.random.default_rng(0).normal([1, 2, 3], 0.3, (500, 3))
    for (near, far), camera in zip(near_far(photo_set(cameras, points=points)), cameras, strict=True):
        depths = points @ camera.viewmat[2, :3] + camera.viewmat[2, 3]
        assert 0 < near < depths.min()
        assert depths.max() < far
        assert far - near < 4 * np.ptp(depths)


def test_a_few_stray_points_do_not_stretch_the_range() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal([1, 2, 3], 0.3, (1000, 3))
    camera = orbit(6, 5.0)[0]
    stray = camera.position + np.outer([0.01, 300.0, 900.0], camera.viewmat[2, :3])
    with_stray = near_far_of_camera(photo_set(orbit(6, 5.0), points=np.vstack([points, stray])), camera)
    assert with_stray == pytest.approx(
        near_far_of_camera(photo_set(orbit(6, 5.0), points=points), camera), rel=0.1
    )


def test_points_behind_a_camera_do_not_count() -> None:
    camera = Camera.look_at([0, 0, 0], [0, 0, 1], width=_SIZE[0], height=_SIZE[1])
    ahead = np.random.default_rng(0).uniform([-0.2, -0.2, 4], [0.2, 0.2, 5], (100, 3))
    near, far = near_far_of_camera(photo_set([camera], points=np.vstack([ahead, -20 * ahead])), camera)
    assert 2 < near < 4
    assert 5 < far < 6


def test_a_sphere_gives_its_depths_with_margin() -> None:
    sphere = SceneExtent(center=np.array([1.0, 2, 3]), radius=1.0)
    for near, far in near_far(photo_set(orbit(4, 5.0), region=sphere)):
        assert (near, far) == pytest.approx((0.95 * 4, 1.05 * 6))


def test_near_stays_positive_inside_the_sphere() -> None:
    near, far = near_far(
        photo_set(orbit(4, 0.5), region=SceneExtent(center=np.array([1.0, 2, 3]), radius=1.0))
    )[0]
    assert 0 < near < 0.1 < 1.5 < far


def test_what_the_file_says_of_a_photo_wins() -> None:
    photos = photo_set(orbit(3, 5.0), region=SceneExtent(center=np.array([1.0, 2, 3]), radius=1.0))
    first = replace(photos.photos[0], near_far=(2.5, 3.5))
    ranges = near_far(replace(photos, photos=(first, *photos.photos[1:])))
    assert ranges[0] == (2.5, 3.5)
    assert ranges[1] != (2.5, 3.5)


def test_cameras_around_an_object_enclose_it_by_their_overlap() -> None:
    for near, far in near_far(photo_set(orbit(12, 5.0))):
        assert 1 < near < 4.5
        assert 5.5 < far < 9


def test_overlap_scales_with_the_scene() -> None:
    ranges = np.array(near_far(photo_set(orbit(8, 5.0))))
    centred = [replace(c, viewmat=_scaled(c.viewmat, 1000.0)) for c in orbit(8, 5.0)]
    np.testing.assert_allclose(near_far(photo_set(centred)), 1000 * ranges, rtol=1e-6)


def _scaled(viewmat: np.ndarray, factor: float) -> np.ndarray:
    scaled = viewmat.copy()
    scaled[:3, 3] *= factor
    return scaled


def test_parallel_cameras_reach_far() -> None:
    for near, far in near_far(photo_set(forward_facing(6))):
        assert near < 2
        assert far > 8


def test_a_single_photo_alone_cannot_tell() -> None:
    with pytest.raises(RowsplatError, match="Give near and far"):
        near_far(photo_set(orbit(1, 5.0)))


def test_the_scene_box_holds_all_frusta() -> None:
    cameras = orbit(3, 5.0)
    ranges = [(3.0, 7.0)] * 3
    box = scene_box(cameras, ranges)
    rng = np.random.default_rng(0)
    corners = []
    for camera, (near, far) in zip(cameras, ranges, strict=True):
        pixels = np.c_[rng.uniform([0, 0], _SIZE, (2000, 2)), np.ones(2000)]
        rays = np.linalg.solve(camera.K, pixels.T).T * rng.uniform(near, far, (2000, 1))
        corners.append((np.c_[rays, np.ones(2000)] @ camera.camtoworld.T)[:, :3])
    offsets = np.abs(np.concatenate(corners) - box.center)
    assert offsets.max() <= box.radius / 1.1
    assert offsets.max() > 0.8 * box.radius / 1.1


@pytest.mark.shared_data
def test_true_depths_of_a_real_room_lie_in_the_range_that_its_cameras_give(shared_data_dir: Path) -> None:
    folder = shared_data_dir / "posed" / "room8"
    depths = np.load(folder / "condition.npz", allow_pickle=False)["depths"]
    ranges = near_far(load_photo_set(folder))
    shares = [((d >= near) & (d <= far)).mean() for d, (near, far) in zip(depths, ranges, strict=True)]
    assert min(shares) > 0.9


@pytest.mark.shared_data
def test_the_sphere_of_a_dtu_scan_gives_about_the_usual_range(shared_data_dir: Path) -> None:
    for near, far in near_far(load_photo_set(shared_data_dir / "posed" / "dtu_scan24")):
        assert 340 < near < 425
        assert 850 < far < 950
