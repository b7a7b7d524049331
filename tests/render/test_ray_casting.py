"""Pictures, depth, normals and labels of procedural scenes."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.render.contact_sheet import contact_sheet
from rowsplat.render.corner_normals import corner_normals
from rowsplat.render.ray_casting import CastViews, SceneCaster, cast
from rowsplat.scenes import Camera
from rowsplat.scenes.procedural import (
    Lamp,
    Lighting,
    Material,
    Part,
    ProceduralScene,
    Role,
    Surface,
    procedural_scene,
)
from rowsplat.scenes.procedural.patterns import Clouds, Flat
from rowsplat.scenes.procedural.shapes import box, sphere
from rowsplat.scenes.procedural.textures import Painted, Placement, Ramp, Texture

_RADIUS, _FLOOR = 0.8, -0.8
_PROGRAM = """
import hashlib, sys
from rowsplat.render.ray_casting import cast
from rowsplat.scenes.procedural import procedural_scene
scene = procedural_scene(int(sys.argv[1]))
views = cast(scene, scene.cameras(64, 48)[0])
arrays = (views.image, views.depth, views.normals, views.labels)
print(hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest())
"""


def _digest(views: CastViews) -> str:
    arrays = (views.image, views.depth, views.normals, views.labels)
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def _texture(*, flat: bool) -> Texture:
    stops = np.array([[0.05, 0.1, 0.3], [0.8, 0.6, 0.2]], dtype=np.float32)
    pattern = Flat(level=0.5) if flat else Clouds(octaves=2, gain=0.5)
    return Painted(
        pattern=pattern,
        ramp=Ramp(stops=stops),
        placement=Placement(origin=np.zeros(3), axes=np.eye(3), feature=0.5),
    )


def _ball_on_floor(
    *, lamps: tuple[Lamp, ...] = (), ambient: float = 0.5, flat: bool = False
) -> ProceduralScene:
    """A finely cut ball of label 1 on a floor of label 2 before white, without gloss."""
    corners = np.array([[-3.0, -3.0, _FLOOR], [3.0, -3.0, _FLOOR], [3.0, 3.0, _FLOOR], [-3.0, 3.0, _FLOOR]])
    floor = Surface(vertices=corners, faces=np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32))
    ball = sphere(160).moved(_RADIUS * np.eye(3), np.zeros(3))
    material = Material(texture=_texture(flat=flat))
    return ProceduralScene(
        seed=0,
        parts=(
            Part(label=1, role=Role.SUBJECT, surface=ball, material=material),
            Part(label=2, role=Role.STAGE, surface=floor, material=material),
        ),
        lighting=Lighting(
            lamps=lamps,
            sky=np.full(3, ambient),
            floor=np.full(3, ambient),
            exposure=np.ones(3),
            background=np.ones(3),
        ),
        views=(),
        layout="test",
    )


def _camera(azimuth_deg: float = 0.0) -> Camera:
    return Camera.orbit(
        np.zeros(3),
        distance=3.0,
        azimuth_deg=azimuth_deg,
        elevation_deg=25.0,
        width=160,
        height=128,
        up=(0.0, 0.0, 1.0),
        fov_deg=60.0,
    )


def _exact_depth(camera: Camera) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Depth and label of the ball on its floor by formula."""
    x = (np.arange(camera.width) + 0.5 - camera.cx) / camera.fx
    y = (np.arange(camera.height) + 0.5 - camera.cy) / camera.fy
    local = np.stack([*np.meshgrid(x, y), np.ones((camera.height, camera.width))], axis=2)
    rays, eye = local @ camera.viewmat[:3, :3], camera.position
    a, b, c = (rays * rays).sum(axis=2), rays @ eye, eye @ eye - _RADIUS**2
    root = b * b - a * c
    ball = np.where(root > 0.0, (-b - np.sqrt(np.maximum(root, 0.0))) / a, np.inf)
    floor = (_FLOOR - eye[2]) / rays[..., 2]
    at = eye + np.where(floor > 0.0, floor, 0.0)[..., None] * rays
    floor = np.where((floor > 0.0) & (np.abs(at[..., :2]) < 3.0).all(axis=2), floor, np.inf)
    nearest = np.minimum(ball, floor)
    label = np.where(np.isinf(nearest), 0, np.where(ball < floor, 1, 2)).astype(np.int32)
    return np.where(np.isinf(nearest), 0.0, nearest), label


def _inner(picture: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Pixels `[H, W]` all of whose neighbours have the same label."""
    same = np.zeros(picture.shape, dtype=np.bool_)
    middle = picture[1:-1, 1:-1]
    same[1:-1, 1:-1] = np.all(
        [
            picture[1 + i : picture.shape[0] - 1 + i, 1 + j : picture.shape[1] - 1 + j] == middle
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
        ],
        axis=0,
    )
    return same


@pytest.fixture(scope="module")
def seen() -> CastViews:
    return cast(_ball_on_floor(), _camera())


def test_depth_and_labels_are_those_of_the_formula(seen: CastViews) -> None:
    depth, labels = _exact_depth(_camera())
    inner = _inner(labels)
    assert set(np.unique(labels[inner])) == {0, 1, 2}
    np.testing.assert_array_equal(seen.labels[inner], labels[inner])
    np.testing.assert_allclose(
        seen.depth[inner], depth[inner], rtol=2e-3
    )  # the ball is cut into flat triangles
    assert (seen.labels != labels).mean() < 0.01


def test_normals_are_those_of_the_formula(seen: CastViews) -> None:
    camera = _camera()
    depth, labels = _exact_depth(camera)
    points = _points(depth, camera)
    ball, floor = (labels == 1) & _inner(labels), (labels == 2) & _inner(labels)
    assert (seen.normals[ball] * points[ball] / _RADIUS).sum(axis=1).min() > 0.995
    np.testing.assert_allclose(seen.normals[floor], [[0.0, 0.0, 1.0]] * int(floor.sum()), atol=1e-6)


def test_where_nothing_is_the_picture_is_the_background(seen: CastViews) -> None:
    nothing = (seen.labels == 0) & _inner(seen.labels)
    assert nothing.any()
    np.testing.assert_array_equal(seen.image[nothing], 1.0)
    np.testing.assert_array_equal(seen.depth[seen.labels == 0], 0.0)
    np.testing.assert_array_equal(seen.normals[seen.labels == 0], 0.0)


def _points(depth: NDArray[np.floating], camera: Camera) -> NDArray[np.float64]:
    """World points `[H, W, 3]` at `depth [H, W]`."""
    x = (np.arange(camera.width) + 0.5 - camera.cx) / camera.fx
    y = (np.arange(camera.height) + 0.5 - camera.cy) / camera.fy
    local = np.stack([*np.meshgrid(x, y), np.ones((camera.height, camera.width))], axis=2) * depth[..., None]
    return (local - camera.viewmat[:3, 3]) @ camera.viewmat[:3, :3]


def test_a_neighbour_sees_the_same_colour_at_the_same_point() -> None:
    caster, cameras = SceneCaster(_ball_on_floor()), (_camera(0.0), _camera(12.0))
    here, there = (caster.cast(camera) for camera in cameras)
    points = _points(here.depth, cameras[0]) @ cameras[1].viewmat[:3, :3].T + cameras[1].viewmat[:3, 3]
    column = np.round(points[..., 0] / points[..., 2] * cameras[1].fx + cameras[1].cx - 0.5).astype(int)
    row = np.round(points[..., 1] / points[..., 2] * cameras[1].fy + cameras[1].cy - 0.5).astype(int)
    inside = (
        (column >= 0) & (column < 160) & (row >= 0) & (row < 128) & _inner(here.labels) & (here.labels > 0)
    )
    target = (np.where(inside, row, 0), np.where(inside, column, 0))
    visible = inside & _inner(there.labels)[target] & (there.labels[target] == here.labels)
    visible &= np.abs(there.depth[target] - points[..., 2]) < 0.05
    assert visible.mean() > 0.3
    errors = np.abs(there.image[target] - here.image)[visible]
    shuffled = np.abs(np.roll(there.image[target], 7, axis=1) - here.image)[visible]
    assert errors.mean() < 0.015
    assert errors.mean() < 0.3 * shuffled.mean()  # the texture would tell


def test_light_that_comes_straight_is_in_the_picture_as_the_formula_says() -> None:
    sun = Lamp(position=np.array([0.0, 0.0, 1.0]), color=np.full(3, 0.4), distant=True)
    views = cast(_ball_on_floor(lamps=(sun,), ambient=0.2, flat=True), _camera())
    albedo = np.array([0.425, 0.35, 0.25])
    points = _points(views.depth, _camera())
    floor = (views.labels == 2) & _inner(views.labels)
    away = np.hypot(points[..., 0], points[..., 1])
    lit, shadowed = floor & (away > _RADIUS + 0.05), floor & (away < _RADIUS - 0.05)
    assert lit.any()
    assert shadowed.any()
    np.testing.assert_allclose(views.image[lit] ** 2.2, [0.6 * albedo] * int(lit.sum()), rtol=1e-3)
    np.testing.assert_allclose(views.image[shadowed] ** 2.2, [0.2 * albedo] * int(shadowed.sum()), rtol=1e-3)


def test_light_of_a_near_lamp_falls_with_the_square_of_the_distance() -> None:
    lamp = Lamp(position=np.array([0.0, 0.0, 1.6]), color=np.full(3, 0.5), distant=False, reach=2.4)
    views = cast(_ball_on_floor(lamps=(lamp,), ambient=0.0, flat=True), _camera())
    points = _points(views.depth, _camera()).astype(np.float64)
    floor = (views.labels == 2) & _inner(views.labels) & (np.hypot(points[..., 0], points[..., 1]) > 1.9)
    toward = lamp.position - points[floor]
    squared = (toward * toward).sum(axis=1)
    expected = 0.5 * 2.4**2 / squared * toward[:, 2] / np.sqrt(squared) * 0.35
    assert floor.any()
    np.testing.assert_allclose(views.image[floor][:, 1] ** 2.2, expected, rtol=2e-3)


def test_edges_are_smoothed_and_nothing_else_is(seen: CastViews) -> None:
    scene, camera = _ball_on_floor(flat=True), _camera()
    smooth, plain = (SceneCaster(scene).cast(camera, antialias=choice) for choice in (True, False))
    np.testing.assert_array_equal(smooth.depth, plain.depth)
    changed = (smooth.image != plain.image).any(axis=2)
    assert changed.any()
    assert not (
        changed & _inner(smooth.labels) & (np.abs(smooth.normals - plain.normals).max(axis=2) > 0)
    ).any()
    assert len(np.unique(smooth.image[..., 0])) > len(np.unique(plain.image[..., 0]))


def test_creases_stay_sharp_and_bends_are_smooth() -> None:
    cube = corner_normals(box([1.0, 1.0, 1.0], 4))
    assert np.isclose(np.abs(cube).max(axis=2), 1.0).all()
    ball = sphere(24)
    exact = ball.vertices[ball.faces]
    assert (corner_normals(ball) * exact).sum(axis=2).min() > 0.99


def test_the_same_seed_gives_the_same_pictures_in_another_process() -> None:
    scene = procedural_scene(2)
    here = _digest(cast(scene, scene.cameras(64, 48)[0]))
    assert _digest(SceneCaster(scene, threads=2).cast(scene.cameras(64, 48)[0])) == here
    run = subprocess.run([sys.executable, "-c", _PROGRAM, "2"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == here


def test_every_view_of_twenty_seeds_sees_enough() -> None:
    hit_enough: list[bool] = []
    for seed in range(20):
        scene = procedural_scene(seed)
        caster = SceneCaster(scene)
        for camera in scene.cameras(40, 32):
            views = caster.cast(camera, antialias=False)
            where = f"seed {seed}, {scene.layout}"
            assert views.image.dtype == np.float32
            assert 0.0 <= views.image.min() <= views.image.max() <= 1.0, where
            assert views.image.mean() > 0.08, where
            assert views.image.std() > 0.03, where
            assert np.isin(views.labels, scene.subject_labels).mean() > 0.08, where
            hit = views.labels > 0
            np.testing.assert_array_equal(hit, views.depth > 0.0)
            _check_normals(views, camera, hit)
            hit_enough.append(bool(hit.mean() > 0.35))
    assert np.mean(hit_enough) > 0.9


def _check_normals(views: CastViews, camera: Camera, hit: NDArray[np.bool_]) -> None:
    normals = views.normals[hit].astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-5)
    toward = camera.position - _points(views.depth, camera)[hit]
    assert (normals * toward).sum(axis=1).min() > -1e-5


def test_a_contact_sheet_shows_first_and_last_view_of_every_scene() -> None:
    sheet = contact_sheet([4, 1, 6], views=2, columns=2, width=24, height=20)
    assert sheet.shape == (40, 96, 3)
    scene = procedural_scene(1)
    cameras = scene.cameras(24, 20)
    np.testing.assert_array_equal(sheet[20:, :24], cast(scene, cameras[0]).image)
    np.testing.assert_array_equal(sheet[20:, 24:48], cast(scene, cameras[-1]).image)
    assert not sheet[20:, 48:].any()
