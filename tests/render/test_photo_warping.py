"""A photo of a plane, warped to another camera, is what that camera sees of the plane."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.render.photo_warping import homography, nearest_camera, warped_photo
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import PhotoImage


def _camera(x: float = 0.0, turn: float = 0.0, *, width: int = 90, height: int = 70) -> Camera:
    return Camera.look_at((x, 0.1 * x, -4.0), (x + turn, 0.0, 0.0), width=width, height=height)


def _photo(camera: Camera) -> PhotoImage:
    """A smooth pattern on the plane z = 0 of the world, drawn by intersecting every pixel's ray."""
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    local = np.stack([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, np.ones_like(x)], axis=-1)
    rays = local @ camera.camtoworld[:3, :3].T
    points = camera.position - rays * (camera.position[2] / rays[..., 2])[..., None]
    colours = 0.5 + 0.5 * np.sin(points[..., [0, 1, 0]] * (2.0, 3.0, 1.0))
    return PhotoImage(rgb=colours.astype(np.float32), alpha=None, camera=camera)


def test_a_plane_parallel_to_the_target_is_warped_exactly() -> None:
    target = Camera.look_at((0.2, 0.0, -4.0), (0.2, 0.0, 0.0), width=80, height=60)
    warped = warped_photo(_photo(_camera(0.5, -0.4, width=200, height=160)), target, 4.0)
    expected = _photo(target).rgb
    inside = warped.alpha == 1
    assert inside.mean() > 0.6
    assert np.abs(warped.image - expected)[inside].max() < 0.03


def test_the_homography_is_projection_of_points_on_the_plane() -> None:
    target, source = _camera(0.3, 0.2), _camera(-0.5, 0.7)
    rng = np.random.default_rng(1)
    pixels = np.column_stack([rng.uniform(0, 90, 20), rng.uniform(0, 70, 20), np.ones(20)])
    local = pixels @ np.linalg.inv(target.K).T * 2.5
    world = np.column_stack([local, np.ones(20)]) @ target.camtoworld.T
    seen = (world @ source.viewmat.T)[:, :3] @ source.K.T
    mapped = pixels @ homography(target, source, 2.5).T
    np.testing.assert_allclose(mapped[:, :2] / mapped[:, 2:], seen[:, :2] / seen[:, 2:])


def test_what_a_photo_does_not_show_is_empty() -> None:
    away = Camera.look_at((0.0, 0.0, -4.0), (0.0, 0.0, -9.0), width=40, height=30)
    warped = warped_photo(_photo(_camera()), away, 4.0)
    assert not warped.alpha.any()
    assert not warped.image.any()


def test_the_nearest_camera_is_near_and_looks_the_same_way() -> None:
    turned = Camera.look_at((0.0, 0.0, -4.0), (0.0, 0.0, -9.0), width=90, height=70)
    cameras = [_camera(3.0), turned, _camera(0.2), _camera(-1.0)]
    assert nearest_camera(cameras, _camera(), 4.0) == 2
    for number, camera in enumerate(cameras):
        assert nearest_camera(cameras, camera, 4.0) == number
    with pytest.raises(ValueError, match="empty"):
        nearest_camera([], _camera(), 1.0)


def test_depth_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        homography(_camera(), _camera(), 0.0)
