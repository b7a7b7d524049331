"""Camera splines: exact at keyframes, smooth between them, rigid everywhere."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import Camera
from rowsplat.scenes.camera_splines import MAX_FRAMES, CameraSpline, Keyframe, spline_path

_STEP = 1e-4  # s, of numerical derivatives


def _random_keyframes(seed: int, count: int, *, fps: float = 30.0) -> tuple[Keyframe, ...]:
    """Keyframes on whole frames, with any rotation, position and lens."""
    random = np.random.default_rng(seed)
    frames = np.cumsum(random.integers(5, 60, size=count)) + 7
    keyframes: list[Keyframe] = []
    for frame in frames:
        left, _, right = np.linalg.svd(random.normal(size=(3, 3)))
        pose = np.eye(4)
        pose[:3, :3] = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
        pose[:3, 3] = random.normal(scale=3.0, size=3)
        camera = Camera.from_camtoworld(pose, width=64, height=48, fov_deg=random.uniform(20, 90))
        keyframes.append(Keyframe(camera=camera, time=float(frame / fps)))
    return tuple(keyframes)


def _state(camera: Camera) -> np.ndarray:
    """Everything about a camera that must be smooth, `[16]`."""
    pose = camera.camtoworld
    lens = [math.log(camera.fx), math.log(camera.fy), camera.cx, camera.cy]
    return np.concatenate([pose[:3].ravel(), lens])


def _velocity(spline: CameraSpline, time: float, side: int) -> np.ndarray:
    """One-sided derivative of second order at `time`."""
    h = side * _STEP
    now, near, far = (_state(spline.at(time + step)) for step in (0.0, h, 2 * h))
    return (4 * near - far - 3 * now) / (2 * h)


def _angle(one: Camera, other: Camera) -> float:
    turn = one.viewmat[:3, :3] @ other.viewmat[:3, :3].T
    return math.acos(min(1.0, max(-1.0, (np.trace(turn) - 1.0) / 2.0)))


@given(seed=st.integers(0, 10_000), count=st.integers(1, 6), loop=st.booleans())
@settings(max_examples=30, deadline=None)
def test_every_keyframe_is_a_frame_of_its_path_to_the_last_bit(seed: int, count: int, loop: bool) -> None:
    keyframes = _random_keyframes(seed, count)
    path = spline_path(keyframes, fps=30.0, loop=loop)
    for keyframe in keyframes:
        frame = path.cameras[round((keyframe.time - keyframes[0].time) * 30.0)]
        assert np.array_equal(frame.viewmat, keyframe.camera.viewmat)
        assert frame.fy == keyframe.camera.fy


@given(seed=st.integers(0, 10_000), count=st.integers(2, 6), loop=st.booleans())
@settings(max_examples=30, deadline=None)
def test_position_rotation_and_lens_change_without_a_kink(seed: int, count: int, loop: bool) -> None:
    keyframes = _random_keyframes(seed, count)
    spline = CameraSpline(keyframes=keyframes, closing_s=0.9 if loop else None)
    for keyframe in keyframes if loop else keyframes[1:-1]:
        before, after = (_velocity(spline, keyframe.time, side) for side in (-1, 1))
        assert np.allclose(before, after, atol=1e-3 * (1.0 + np.abs(after).max()))
        near = _state(spline.at(keyframe.time + 1e-9))
        assert np.allclose(near, _state(keyframe.camera), atol=1e-6)


@given(seed=st.integers(0, 10_000), count=st.integers(1, 6), loop=st.booleans())
@settings(max_examples=30, deadline=None)
def test_every_frame_is_a_rigid_motion_with_a_lens(seed: int, count: int, loop: bool) -> None:
    for camera in spline_path(_random_keyframes(seed, count), fps=24.0, loop=loop).cameras:
        rotation = camera.viewmat[:3, :3]
        assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(rotation) > 0
        assert (camera.width, camera.height) == (64, 48)


def test_two_keyframes_are_joined_straight_at_constant_speed_and_log_focal_length() -> None:
    first = Camera.look_at([0, 0, -4], [0, 0, 0], width=40, height=30, fov_deg=30)
    last = Camera.from_camtoworld(np.diag([1.0, 1, 1, 1]), width=40, height=30, fx=2 * first.fx)
    last = replace(last, viewmat=np.array([[0, 0, 1, 0], [0, 1, 0, 0], [-1, 0, 0, 2], [0, 0, 0, 1.0]]))
    spline = CameraSpline(keyframes=(Keyframe(camera=first, time=1.0), Keyframe(camera=last, time=3.0)))
    quarter = spline.at(1.5)
    assert np.allclose(quarter.position, 0.75 * first.position + 0.25 * last.position)
    assert quarter.fx == pytest.approx(first.fx * 2**0.25)
    assert _angle(first, quarter) == pytest.approx(math.pi / 8)


def test_turning_past_half_a_turn_never_flips() -> None:
    # a whole turn in steps of 100 degrees passes where the quaternion of a matrix changes its sign
    poses = [Camera.orbit([0, 0, 0], distance=2, azimuth_deg=100.0 * k, width=8, height=8) for k in range(8)]
    keyframes = [Keyframe(camera=camera, time=float(k)) for k, camera in enumerate(poses)]
    cameras = spline_path(keyframes, fps=50.0).cameras
    steps = [_angle(one, other) for one, other in pairwise(cameras)]
    assert np.allclose(steps, math.radians(2.0), atol=1e-6)
    ups = np.array([camera.camtoworld[:3, 1] for camera in cameras])
    assert np.allclose(ups, [0, 1, 0], atol=1e-9)


def test_equal_neighbours_stand_still_and_nothing_overshoots() -> None:
    here = Camera.look_at([0, 0, -4], [0, 0, 0], width=40, height=30)
    there = Camera.look_at([9, 0, -4], [0, 0, 0], width=40, height=30)
    order = (here, there, there, here)
    spline = CameraSpline(keyframes=tuple(Keyframe(camera=c, time=float(t)) for t, c in enumerate(order)))
    for time in np.linspace(1.0, 2.0, 23):
        assert np.allclose(spline.at(float(time)).viewmat, there.viewmat, atol=1e-12)
    xs = [spline.at(float(time)).position[0] for time in np.linspace(0.0, 3.0, 91)]
    assert min(xs) >= -1e-9
    assert max(xs) <= 9.0 + 1e-9


def test_a_path_does_not_depend_on_where_the_world_s_axes_point() -> None:
    keyframes = _random_keyframes(3, 5)
    motion = Camera.look_at([1, 2, 3], [5, -4, 9], up=[0.3, 1, 0.2], width=8, height=8).viewmat
    moved = [
        replace(k, camera=replace(k.camera, viewmat=k.camera.viewmat @ np.linalg.inv(motion)))
        for k in keyframes
    ]
    for one, other in zip(spline_path(keyframes).cameras, spline_path(moved).cameras, strict=True):
        assert np.allclose(other.viewmat @ motion, one.viewmat, atol=1e-9)


def test_a_loop_comes_back_and_repeats() -> None:
    keyframes = _random_keyframes(5, 4)
    spline = CameraSpline(keyframes=keyframes, closing_s=2.0)
    path = spline.path(30.0)
    assert len(path) == round(spline.duration * 30.0)
    assert np.allclose(
        spline.at(keyframes[1].time + 3 * spline.duration).viewmat, keyframes[1].camera.viewmat
    )
    gap = np.linalg.norm(path.cameras[-1].position - path.cameras[0].position)
    steps = [np.linalg.norm(a.position - b.position) for a, b in pairwise(path.cameras)]
    assert gap <= 1.5 * max(steps)


def test_one_keyframe_is_a_still_and_none_is_refused() -> None:
    (keyframe,) = _random_keyframes(1, 1)
    for loop in (False, True):
        assert spline_path([keyframe], loop=loop).cameras == (keyframe.camera,)
    for loop in (False, True):
        with pytest.raises(ValueError, match="at least one keyframe"):
            spline_path([], loop=loop)


def test_order_of_keyframes_does_not_matter_but_equal_times_are_refused() -> None:
    keyframes = _random_keyframes(2, 4)
    for one, other in zip(spline_path(keyframes).cameras, spline_path(keyframes[::-1]).cameras, strict=True):
        assert np.array_equal(one.viewmat, other.viewmat)
    with pytest.raises(RowsplatError, match="same time"):
        spline_path([*keyframes, replace(keyframes[0])])


def test_all_frames_have_the_first_keyframe_s_size() -> None:
    small, large = _random_keyframes(4, 2)
    large = replace(large, camera=large.camera.reframed(300, 200))
    cameras = spline_path([small, large]).cameras
    assert {(camera.width, camera.height) for camera in cameras} == {(64, 48)}
    assert cameras[-1].fov_deg == pytest.approx(large.camera.fov_deg)


def test_keyframes_nearer_than_a_frame_keep_their_times() -> None:
    a, b, c = _random_keyframes(4, 3)
    path = spline_path([replace(a, time=0.0), replace(b, time=0.01), replace(c, time=1.0)], fps=10.0)
    assert len(path) == 11
    assert np.array_equal(path.cameras[0].viewmat, a.camera.viewmat)
    assert np.array_equal(path.cameras[-1].viewmat, c.camera.viewmat)


@pytest.mark.parametrize(
    ("change", "error"), [({"time": math.nan}, ValueError), ({"time": MAX_FRAMES / 24.0}, RowsplatError)]
)
def test_impossible_times_are_refused(change: dict, error: type[Exception]) -> None:
    first, last = _random_keyframes(4, 2)
    with pytest.raises(error):
        spline_path([replace(first, time=0.0), replace(last, **change)])
    with pytest.raises(ValueError, match="fps"):
        spline_path([first], fps=0.0)
