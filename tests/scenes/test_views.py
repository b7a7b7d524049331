"""Views found without a camera: what is shown, from where, and that rubbish does not matter."""

from __future__ import annotations

import time

import numpy as np
import pytest
from rowsplat.scenes import Camera, Gaussians, default_camera, orbit_camera, orbit_path, scene_extent


def _scene(
    means: np.ndarray, scale: float | np.ndarray = 0.02, opacity: float | np.ndarray = 3.0
) -> Gaussians:
    n = len(means)
    return Gaussians(
        means=means.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (n, 1)),
        log_scales=np.broadcast_to(np.log(scale), (3, n)).T.astype(np.float32),
        logit_opacities=np.broadcast_to(opacity, n).astype(np.float32),
        sh_coeffs=np.zeros((n, 1, 3), np.float32),
    )


def _ball(n: int, radius: float = 1.0, center: tuple[float, ...] = (0, 0, 0), seed: int = 0) -> np.ndarray:
    directions = np.random.default_rng(seed).normal(size=(n, 3))
    return radius * directions / np.linalg.norm(directions, axis=1, keepdims=True) + np.array(center)


def _share_in_picture(camera: Camera, points: np.ndarray) -> float:
    local = points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    front = local[:, 2] > 0
    pixels = local[:, :2] / np.where(front, local[:, 2], 1)[:, None] * [camera.fx, camera.fy] + [
        camera.cx,
        camera.cy,
    ]
    shown = front & (pixels >= 0).all(axis=1) & (pixels < [camera.width, camera.height]).all(axis=1)
    return float(shown.mean())


@pytest.mark.parametrize("size", [(1280, 720), (400, 400), (200, 700)])
def test_default_view_holds_an_object_wholly_and_not_tiny(size: tuple[int, int]) -> None:
    points = _ball(4000, 2.0, (5, -3, 10))
    camera = default_camera(_scene(points), width=size[0], height=size[1])
    assert _share_in_picture(camera, points) > 0.98
    assert np.linalg.norm(camera.position - [5, -3, 10]) < 2.0 * 1.2 / np.sin(np.radians(25)) * max(
        1, size[1] / size[0]
    )


def test_floaters_and_background_shell_do_not_move_the_view() -> None:
    subject = _ball(6000)
    shell, floaters = _ball(3000, 60.0, seed=1), _ball(60, 5000.0, (9000, 0, 0), seed=2)
    means = np.concatenate([subject, shell, floaters])
    scale = np.concatenate([np.full(6000, 0.02), np.full(3000, 3.0), np.full(60, 0.02)])
    extent = scene_extent(_scene(means, scale))
    assert np.linalg.norm(extent.center) < 0.15
    assert 0.8 < extent.radius < 1.3
    camera = default_camera(_scene(means, scale), width=640, height=360)
    assert np.linalg.norm(camera.position) < 4
    assert _share_in_picture(camera, subject) > 0.98


def test_transparent_gaussians_do_not_count() -> None:
    means = np.concatenate([_ball(2000), _ball(2000, 1.0, (8, 0, 0), seed=3)])
    opacity = np.concatenate([np.full(2000, 4.0), np.full(2000, -12.0)])
    assert np.linalg.norm(scene_extent(_scene(means, opacity=opacity)).center) < 0.1


def test_a_niche_is_seen_from_its_open_side() -> None:
    rng = np.random.default_rng(4)
    walls = rng.uniform(-1, 1, (9000, 3))
    side = np.arange(9000) % 5  # every wall of a box but the one at +z
    walls[np.arange(9000), np.array([0, 0, 1, 1, 2])[side]] = np.array([-1, 1, -1, 1, -1])[side]
    camera = default_camera(_scene(walls), width=640, height=360)
    assert camera.position[2] > 1.5
    assert abs(camera.position[0]) < 1


def _box(n: int, half: np.ndarray, center: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points `[n, 3]` on the faces of a box."""
    points = rng.uniform(-1, 1, (n, 3))
    points[np.arange(n), rng.integers(0, 3, n)] = rng.choice([-1.0, 1.0], n)
    return points * half + center


def test_a_furnished_closed_room_is_seen_from_within() -> None:
    rng = np.random.default_rng(5)
    half = np.array([3.0, 1.3, 2.5])
    parts = [_box(12000, half, np.zeros(3), rng)]
    for _ in range(20):
        size = rng.uniform([0.1, 0.15, 0.1], 0.5)
        floor = rng.uniform(-1, 1, 3) * [2.4, 0, 1.9] + [0, 1.3 - size[1], 0]
        parts.append(_box(600, size, floor, rng))
    camera = default_camera(_scene(np.concatenate(parts)), width=1280, height=720)
    assert (np.abs(camera.position) < half).all()


def test_frontal_view_is_kept_where_all_sides_are_alike() -> None:
    camera = default_camera(_scene(_ball(5000)), width=640, height=360)
    assert abs(camera.position[0]) < 0.2
    assert camera.position[2] < -1
    assert camera.position[1] < 0  # y is down: slightly from above


def test_the_same_scene_gives_the_same_view() -> None:
    scene = _scene(_ball(30000))
    views = [default_camera(scene, width=64, height=64).viewmat for _ in range(2)]
    assert np.array_equal(views[0], views[1])


def test_orbit_distance_is_in_radii_of_the_subject() -> None:
    points = _ball(4000, 3.0, (1, 1, 1))
    camera = orbit_camera(_scene(points), 90, 0, 2.5, width=100, height=100)
    extent = scene_extent(_scene(points))
    assert np.allclose(camera.position, extent.center + np.array([2.5 * extent.radius, 0, 0]))
    assert _share_in_picture(camera, points) > 0.98


@pytest.mark.parametrize("size", [(1280, 720), (300, 600)])
def test_subject_stays_in_every_picture_of_an_orbit(size: tuple[int, int]) -> None:
    points = _ball(2000, 2.0)
    path = orbit_path(_scene(points), frames=9, width=size[0], height=size[1])
    assert len(path) == 9
    assert min(_share_in_picture(camera, points) for camera in path.cameras) > 0.98


@pytest.mark.parametrize(
    "scene",
    [
        _scene(np.zeros((0, 3))),
        _scene(np.zeros((1, 3))),
        _scene(np.full((5, 3), np.nan)),
        _scene(np.full((3, 3), 1e30)),
        _scene(_ball(50), scale=1e30),
        _scene(_ball(50), opacity=-np.inf),
        _scene(np.linspace(0, 1, 300)[:, None] * [1.0, 0, 0]),
    ],
    ids=["empty", "single", "nan", "far", "huge", "transparent", "line"],
)
def test_degenerate_scenes_still_have_a_view(scene: Gaussians) -> None:
    assert np.isfinite(default_camera(scene, width=32, height=32).viewmat).all()
    assert len(orbit_path(scene, frames=2, width=32, height=32)) == 2


def test_a_view_of_half_a_million_gaussians_is_found_at_once() -> None:
    scene = _scene(_ball(500_000))
    best = min(_cpu_seconds(scene) for _ in range(3))
    assert best < 0.5  # 0.04 on an idle machine


def _cpu_seconds(scene: Gaussians) -> float:
    start = time.process_time()
    default_camera(scene, width=1280, height=720)
    return time.process_time() - start
