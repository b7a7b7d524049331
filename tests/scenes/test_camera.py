"""Cameras: where a point is seen, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.scenes import Camera, CameraAxes, CameraPath


def _pixel(camera: Camera, point: list[float]) -> np.ndarray:
    """Pixel `[2]` of a world point, and its depth."""
    x, y, z, _ = camera.viewmat @ np.array([*point, 1.0])
    return np.array([camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy, z])


def test_target_is_seen_in_the_middle_and_up_points_up() -> None:
    camera = Camera.look_at([1, 2, -5], [1, 1, 0], up=[0, 0, 1], width=200, height=100)
    u, v, depth = _pixel(camera, [1, 1, 0])
    assert np.allclose([u, v], [100, 50])
    assert np.isclose(depth, np.sqrt(26))
    assert _pixel(camera, [1, 1, 0.1])[1] < 50


def test_vertical_field_of_view_spans_the_height() -> None:
    camera = Camera.look_at([0, 0, -1], [0, 0, 0], width=300, height=100, fov_deg=90)
    assert np.isclose(_pixel(camera, [0, -1, 0])[1], 0)
    assert np.isclose(_pixel(camera, [0, 1, 0])[1], 100)
    assert np.isclose(camera.fov_deg, 90)


def test_looking_along_up_still_gives_a_rigid_pose() -> None:
    camera = Camera.look_at([0, -3, 0], [0, 0, 0], width=10, height=10)
    rotation = camera.viewmat[:3, :3]
    assert np.allclose(rotation @ rotation.T, np.eye(3))
    assert np.isclose(np.linalg.det(rotation), 1)
    assert _pixel(camera, [1, 0, 0])[0] > 5


def test_opengl_and_opencv_poses_of_one_camera_agree() -> None:
    opencv = Camera.look_at([1, 2, 3], [0, 0, 1], width=64, height=48)
    opengl_pose = opencv.camtoworld.copy()
    opengl_pose[:, 1:3] *= -1
    again = Camera.from_camtoworld(opengl_pose, axes=CameraAxes.OPENGL, width=64, height=48, fx=opencv.fx)
    assert np.allclose(again.viewmat, opencv.viewmat)
    assert np.allclose(again.K, opencv.K)


def test_opengl_camera_at_the_origin_looks_along_minus_z_with_y_up() -> None:
    camera = Camera.from_camtoworld(np.eye(4), axes=CameraAxes.OPENGL, width=100, height=100)
    u, v, depth = _pixel(camera, [0.1, 0.1, -1])
    assert u > 50 > v
    assert depth == pytest.approx(1)


@pytest.mark.parametrize(
    ("up", "position"), [((0, -1, 0), (0, 0, -2)), ((0, 1, 0), (0, 0, 2)), ((0, 0, 1), (0, -2, 0))]
)
def test_orbit_starts_where_x_is_on_the_right(up: tuple, position: tuple) -> None:
    camera = Camera.orbit([0, 0, 0], distance=2, up=up, width=100, height=100)
    assert np.allclose(camera.position, position)
    assert _pixel(camera, [0.1, 0, 0])[0] > 50
    assert _pixel(camera, [0.1 * u for u in up])[1] < 50


def test_azimuth_moves_to_the_right_and_elevation_up() -> None:
    camera = Camera.orbit([0, 0, 0], distance=2, azimuth_deg=90, width=10, height=10)
    assert np.allclose(camera.position, [2, 0, 0])
    camera = Camera.orbit([0, 0, 0], distance=2, elevation_deg=90, width=10, height=10)
    assert np.allclose(camera.position, [0, -2, 0])


def test_orbit_keeps_its_distance_and_sees_the_centre() -> None:
    center = [3.0, -1.0, 2.0]
    path = CameraPath.orbit(center, distance=4, elevation_deg=30, frames=7, width=40, height=30)
    assert len(path) == 7
    for camera in path.cameras:
        assert np.allclose(_pixel(camera, center), [20, 15, 4])
    distinct = {tuple(np.round(camera.position, 6)) for camera in path.cameras}
    assert len(distinct) == 7


def test_resized_camera_sees_the_same_picture_scaled() -> None:
    camera = Camera.look_at([0, 0, -3], [0.3, 0.2, 0], width=100, height=60)
    point = [0.5, -0.1, 0.4]
    u, v, _ = _pixel(camera, point)
    assert np.allclose(_pixel(camera.resized(250, 30), point)[:2], [2.5 * u, 0.5 * v])


def test_reframed_camera_keeps_the_vertical_angle_and_square_pixels() -> None:
    camera = Camera.look_at([0, 0, -3], [0, 0, 0], width=100, height=100)
    wide = camera.reframed(400, 200)
    assert wide.fov_deg == pytest.approx(camera.fov_deg)
    assert wide.fx == wide.fy
    assert np.allclose(_pixel(wide, [0, 0, 0])[:2], [200, 100])


@pytest.mark.parametrize(
    "change",
    [
        {"fx": np.nan},
        {"fy": 0.0},
        {"cx": np.inf},
        {"width": 0},
        {"camtoworld": np.diag([2.0, 2, 2, 1])},
        {"camtoworld": np.diag([-1.0, 1, 1, 1])},
        {"camtoworld": np.zeros((4, 4))},
        {"camtoworld": np.full((4, 4), np.nan)},
    ],
)
def test_impossible_cameras_are_refused(change: dict) -> None:
    values = {"camtoworld": np.eye(4), "width": 10, "height": 10, "fx": 5.0, **change}
    with pytest.raises(ValueError, match=r"must|needs|expected"):
        Camera.from_camtoworld(values.pop("camtoworld"), **values)


def test_paths_need_a_camera_and_names_for_all_or_none() -> None:
    camera = Camera.look_at([0, 0, -1], [0, 0, 0], width=4, height=4)
    with pytest.raises(ValueError, match="at least one"):
        CameraPath(cameras=())
    with pytest.raises(ValueError, match="expected 1 names"):
        CameraPath(cameras=(camera,), names=("a", "b"))
    with pytest.raises(ValueError, match="fps"):
        CameraPath(cameras=(camera,), fps=0.0)
