"""Wrong conventions are caught and named; right ones are left in peace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import (
    CameraFit,
    Photo,
    PhotoSet,
    load_photo_set,
    near_far,
    reprojection_check,
    triangulated_points,
    with_triangulated_points,
)
from rowsplat.scenes.photo_sets.matching import Matches
from rowsplat.scenes.photo_sets.two_views import ray_meetings

pytest.importorskip("cv2")

_SIZE = (240, 180)
_RADIUS = 2.0


def _texture(points: np.ndarray) -> np.ndarray:
    """A speckled colour for every direction `[..., 3]` from the middle of the ball, the same from everywhere."""
    cells = np.floor((points + 5) * 9).astype(np.int64)
    mixed = (cells * np.array([73856093, 19349663, 83492791])).sum(axis=-1)
    return np.stack([(mixed * k % 251) / 251 for k in (7, 13, 29)], axis=-1)


def _photo_of_ball(camera: Camera) -> np.ndarray:
    """A speckled ball of radius 2 at the origin by exact ray casting, `[H, W, 3]`."""
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = np.stack([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, np.ones_like(x)], axis=-1)
    rays = rays @ camera.viewmat[:3, :3]
    o = camera.position
    a, b, c = (rays**2).sum(-1), rays @ o, o @ o - _RADIUS**2
    root = b * b - a * c
    hit = root > 0
    depth = (-b - np.sqrt(np.where(hit, root, 0))) / a
    colours = _texture(o + depth[..., None] * rays)
    return np.where(hit[..., None], colours, 0.5).astype(np.float32)


@pytest.fixture(scope="module")
def ball() -> PhotoSet:
    """Photos from here and there, near and far, so that no mistake can hide in a symmetry."""
    eyes = ([0, -1, -6], [1.2, -0.6, -5.6], [2.0, 0.3, -5.0], [0.6, 0.8, -6.4], [-1.1, -0.2, -5.2])
    aims = ([0.3, 0, 0], [0, 0.3, 0], [-0.3, 0.1, 0], [0.1, -0.3, 0], [0, 0, 0.2])
    cameras = [
        Camera.look_at(eye, aim, width=_SIZE[0], height=_SIZE[1], up=(0.1 * i, -1, 0.05 * i), fov_deg=45)
        for i, (eye, aim) in enumerate(zip(eyes, aims, strict=True))
    ]
    photos = (Photo(name=str(i), camera=c, source=_photo_of_ball(c)) for i, c in enumerate(cameras))
    return PhotoSet(name="ball", photos=tuple(photos))


def _with_cameras(photos: PhotoSet, change: Callable[[Camera], Camera]) -> PhotoSet:
    changed = (replace(photo, camera=change(photo.camera), lens=None) for photo in photos)
    return replace(photos, photos=tuple(changed))


def _opengl(camera: Camera) -> Camera:
    return replace(camera, viewmat=np.diag([1.0, -1, -1, 1]) @ camera.viewmat)


def _inverted(camera: Camera) -> Camera:
    return replace(camera, viewmat=np.linalg.inv(camera.viewmat))


def _for_thrice_the_size(camera: Camera) -> Camera:
    return replace(camera, fx=3 * camera.fx, fy=3 * camera.fy, cx=3 * camera.cx, cy=3 * camera.cy)


_BROKEN = [
    (_opengl, "the camera axes are the other way round (OpenGL and OpenCV mixed up)"),
    (_inverted, "world-to-camera and camera-to-world are mixed up"),
    (_for_thrice_the_size, "the intrinsics are for pictures 3 times as large as these photos"),
]


def test_right_cameras_fit(ball: PhotoSet) -> None:
    check = reprojection_check(ball)
    assert check.fit is CameraFit.AGREES
    assert check.agreement > 0.9
    assert check.line.startswith("The cameras fit the photos: ")


@pytest.mark.parametrize(("breaking", "description"), _BROKEN)
def test_wrong_conventions_are_caught_named_and_mended(
    ball: PhotoSet, breaking: Callable[[Camera], Camera], description: str
) -> None:
    broken = _with_cameras(ball, breaking)
    check = reprojection_check(broken)
    assert check.fit is CameraFit.OTHER_READING
    assert check.reading.description == description
    assert "\n" not in check.line
    assert reprojection_check(_with_cameras(broken, check.reading.apply)).fit is CameraFit.AGREES


def test_poses_of_other_photos_fit_in_no_reading(ball: PhotoSet) -> None:
    cameras = [ball.cameras[i] for i in (3, 0, 4, 2, 1)]
    photos = tuple(replace(p, camera=c) for p, c in zip(ball, cameras, strict=True))
    assert reprojection_check(replace(ball, photos=photos)).fit is CameraFit.NO_READING


def test_photos_without_texture_leave_it_undecided(ball: PhotoSet) -> None:
    grey = np.full((_SIZE[1], _SIZE[0], 3), 0.5, np.float32)
    plain = replace(ball, photos=tuple(replace(photo, source=grey) for photo in ball))
    check = reprojection_check(plain)
    assert check.fit is CameraFit.UNDECIDED
    assert check.line == "Cannot check the cameras: the photos share too little (0 matches)."
    assert with_triangulated_points(plain) is plain


def test_the_check_is_the_same_every_time(ball: PhotoSet) -> None:
    first, second = reprojection_check(ball), reprojection_check(ball)
    assert (first.agreement, first.matches) == (second.agreement, second.matches)


def test_triangulated_points_lie_on_the_surface(ball: PhotoSet) -> None:
    distances = np.linalg.norm(triangulated_points(ball), axis=1)
    assert len(distances) > 50
    assert np.median(np.abs(distances - _RADIUS)) < 0.02
    near, far = near_far(with_triangulated_points(ball))[0]
    true_near = np.linalg.norm(ball.cameras[0].position) - _RADIUS
    assert 0.5 * true_near < near <= true_near + 0.1
    assert far > true_near + 0.5


def test_rays_of_exact_matches_meet_where_they_were_made() -> None:
    first = Camera.look_at([0, -1, -6], [0, 0, 0], width=200, height=100)
    second = Camera.look_at([2, 0, -5], [0.5, 0, 0], width=150, height=150, fov_deg=35)
    points = np.random.default_rng(0).uniform(-1, 1, (30, 3))
    pixels = [_projected(camera, points) for camera in (first, second)]
    meetings = ray_meetings(first, second, Matches(first=pixels[0][:, :2], second=pixels[1][:, :2]))
    np.testing.assert_allclose(meetings.points, points, atol=1e-9)
    np.testing.assert_allclose(meetings.depths, np.stack([p[:, 2] for p in pixels], axis=1), atol=1e-9)
    assert meetings.errors.max() < 1e-6


def _projected(camera: Camera, points: np.ndarray) -> np.ndarray:
    """Pixel and depth `[N, 3]`."""
    seen = points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    pixels = seen @ camera.K.T
    return np.c_[pixels[:, :2] / pixels[:, 2:], seen[:, 2]]


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["chair", "room8", "fox", "dtu_scan24", "buddha13"])
def test_the_cameras_of_real_sets_fit(shared_data_dir: Path, folder: str) -> None:
    assert reprojection_check(load_photo_set(shared_data_dir / "posed" / folder)).fit is CameraFit.AGREES


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["room8", "buddha13", "dtu_scan24"])
@pytest.mark.parametrize(("breaking", "description"), _BROKEN)
def test_broken_versions_of_real_sets_are_caught(
    shared_data_dir: Path, folder: str, breaking: Callable[[Camera], Camera], description: str
) -> None:
    photos = load_photo_set(shared_data_dir / "posed" / folder)
    photos = photos.taking(range(min(10, len(photos))))
    assert reprojection_check(_with_cameras(photos, breaking)).reading.description == description
