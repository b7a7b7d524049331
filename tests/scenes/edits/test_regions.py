"""Selections against brute force, one Gaussian or one pixel at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline
from numpy.typing import NDArray
from rowsplat.scenes import Camera
from rowsplat.scenes.edits.regions import in_box, in_brush, in_ellipsoid, in_lasso, in_rectangle, in_sphere
from rowsplat.scenes.edits.screen import project_centres

from .scenes_and_steps import random_rotation, random_scene

_SCENE = random_scene(400, sh_degree=0)
# from within the cloud, so that a good part of it is behind
_CAMERA = Camera.look_at([0.2, 0.1, -0.5], [0.0, 0.0, 1.0], width=100, height=80, fov_deg=70)


def _pixels() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Centres on the screen `[N, 2]` by homogeneous coordinates, and which are in front."""
    camera = np.column_stack([_SCENE.means.astype(np.float64), np.ones(len(_SCENE))]) @ _CAMERA.viewmat.T
    in_front = camera[:, 2] >= 0.01
    assert 50 < in_front.sum() < len(_SCENE) - 50
    homogeneous = camera[:, :3] @ _CAMERA.K.T
    with np.errstate(divide="ignore"):
        return homogeneous[:, :2] / homogeneous[:, 2:], in_front


_PIXELS, _IN_FRONT = _pixels()
_coordinates = st.floats(-20, 120)
_points = st.tuples(_coordinates, _coordinates)


def test_centres_are_where_the_camera_sees_them() -> None:
    centres = project_centres(_SCENE, _CAMERA)
    np.testing.assert_array_equal(centres.in_front, _IN_FRONT)
    found = np.stack([centres.x, centres.y], axis=1)
    np.testing.assert_allclose(found[_IN_FRONT], _PIXELS[_IN_FRONT], atol=1e-6)
    assert np.isfinite(found).all()


@given(_points, _points)
def test_rectangle_holds_what_is_between_its_corners(
    corner: tuple[float, float], opposite: tuple[float, float]
) -> None:
    low, high = np.minimum(corner, opposite), np.maximum(corner, opposite)
    expected = _IN_FRONT & ((low <= _PIXELS) & (high >= _PIXELS)).all(axis=1)
    np.testing.assert_array_equal(in_rectangle(_SCENE, _CAMERA, corner, opposite), expected)


@settings(deadline=None)
@given(st.lists(_points, min_size=3, max_size=25))
def test_lasso_is_the_even_odd_rule(polygon: list[tuple[float, float]]) -> None:
    """matplotlib is the judge, except within rounding of the outline."""
    outline = Outline(np.array([*polygon, polygon[0]]))
    expected = _IN_FRONT & outline.contains_points(_PIXELS)
    found = in_lasso(_SCENE, _CAMERA, polygon)
    differing = np.flatnonzero(found != expected)
    starts, ends = np.array(polygon), np.roll(np.array(polygon), -1, axis=0)
    for index in differing:
        assert _distance_to_segments(_PIXELS[index], starts, ends) < 1e-6


def _distance_to_segments(
    point: NDArray[np.float64], starts: NDArray[np.float64], ends: NDArray[np.float64]
) -> float:
    """Distance of `point [2]` to the nearest of segments `[V, 2]` to `[V, 2]`."""
    along = ends - starts
    squares = np.maximum((along**2).sum(axis=1), 1e-300)
    t = np.clip(((point - starts) * along).sum(axis=1) / squares, 0, 1)
    return float(np.linalg.norm(starts + t[:, None] * along - point, axis=1).min())


def test_a_loop_drawn_twice_is_a_hole() -> None:
    square = [(10, 10), (90, 10), (90, 70), (10, 70)]
    assert in_lasso(_SCENE, _CAMERA, square).any()
    assert not in_lasso(_SCENE, _CAMERA, square * 2).any()


@settings(deadline=None)
@given(st.lists(_points, min_size=1, max_size=12), st.floats(0.5, 40))
def test_brush_touches_what_is_within_its_radius_of_the_stroke(
    stroke: list[tuple[float, float]], radius: float
) -> None:
    corners = np.array(stroke)
    starts, ends = (corners[:-1], corners[1:]) if len(corners) > 1 else (corners, corners)
    distances = np.array([_distance_to_segments(pixel, starts, ends) for pixel in _PIXELS])
    found = in_brush(_SCENE, _CAMERA, stroke, radius)
    clear = np.abs(distances - radius) > 1e-6
    np.testing.assert_array_equal(found[clear], (_IN_FRONT & (distances <= radius))[clear])


@pytest.mark.parametrize("corners", [[], [(50, 40)], [(0, 0), (100, 80)]])
def test_a_lasso_of_less_than_three_corners_holds_nothing(corners: list[tuple[float, float]]) -> None:
    assert not in_lasso(_SCENE, _CAMERA, corners).any()


def test_a_stroke_of_no_point_touches_nothing() -> None:
    assert not in_brush(_SCENE, _CAMERA, [], 50).any()


def _pose(seed: int) -> NDArray[np.float64]:
    pose = np.eye(4)
    pose[:3, :3] = random_rotation(seed)
    pose[:3, 3] = np.random.default_rng(seed).normal(size=3) * 0.3
    return pose


@given(st.integers(0, 1000), st.floats(0, 3))
def test_sphere_holds_what_is_within_its_radius(seed: int, radius: float) -> None:
    center = _pose(seed)[:3, 3]
    expected = [np.linalg.norm(mean.astype(np.float64) - center) <= radius for mean in _SCENE.means]
    np.testing.assert_array_equal(in_sphere(_SCENE, center, radius), expected)


_sizes = st.lists(st.floats(0.1, 2), min_size=3, max_size=3)


@given(st.integers(0, 1000), _sizes)
def test_box_and_ellipsoid_hold_what_is_inside_in_their_own_frame(seed: int, sizes: list[float]) -> None:
    pose = _pose(seed)
    homogeneous = np.column_stack([_SCENE.means, np.ones(len(_SCENE))])
    unit = (homogeneous @ np.linalg.inv(pose).T)[:, :3] / sizes
    box, ellipsoid = in_box(_SCENE, pose, sizes), in_ellipsoid(_SCENE, pose, sizes)
    np.testing.assert_array_equal(box, np.abs(unit).max(axis=1) <= 1)
    np.testing.assert_array_equal(ellipsoid, np.linalg.norm(unit, axis=1) <= 1)
    assert not (ellipsoid & ~box).any()


def test_the_surface_belongs_to_a_solid() -> None:
    on_axes = random_scene(1, sh_degree=0)
    corner = np.eye(4)
    corner[:3, 3] = on_axes.means[0].astype(np.float64)
    assert in_box(on_axes, corner, [0, 0, 0]).all()
    assert in_sphere(on_axes, corner[:3, 3], 0.0).all()


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="corner must be finite"):
        in_rectangle(_SCENE, _CAMERA, [0, np.nan], [1, 1])
    with pytest.raises(ValueError, match="polygon must be finite numbers of shape"):
        in_lasso(_SCENE, _CAMERA, [[0, 1, 2]])
    with pytest.raises(ValueError, match="radius must be positive"):
        in_brush(_SCENE, _CAMERA, [[0, 1]], 0)
    with pytest.raises(ValueError, match="radius must be finite"):
        in_sphere(_SCENE, [0, 0, 0], -1)
    with pytest.raises(ValueError, match="expected a rotation"):
        in_box(_SCENE, np.diag([2.0, 1, 1, 1]), [1, 1, 1])
    with pytest.raises(ValueError, match="semi_axes must be positive"):
        in_ellipsoid(_SCENE, np.eye(4), [1, 0, 1])
    with pytest.raises(ValueError, match="half_sizes must not be negative"):
        in_box(_SCENE, np.eye(4), [1, -1, 1])
