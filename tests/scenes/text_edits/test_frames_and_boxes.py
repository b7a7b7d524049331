"""The frame that words speak of, and boxes along it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rowsplat.scenes import Camera, Gaussians
from rowsplat.scenes.edits import IndexMask
from rowsplat.scenes.text_edits.frame_boxes import frame_box
from rowsplat.scenes.text_edits.scene_frame import SceneFrame, up_of_cameras
from rowsplat.scenes.text_edits.steps import Axis, Direction

from .blocks import COUNT, block


def _camera(eye: tuple[float, float, float], up: tuple[float, float, float]) -> Camera:
    return Camera.look_at(eye, (0.0, 0.0, 0.0), up=up, width=64, height=48)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.0, 6.28), st.floats(-1.4, 1.4), st.sampled_from([(0, -1, 0), (0, 0, 1), (0, 1, 0)]))
def test_directions_are_as_the_camera_sees_them(
    azimuth: float, elevation: float, up: tuple[float, float, float]
) -> None:
    upward = np.array(up, dtype=np.float64)
    across = np.roll(upward, 1)
    level = np.cos(azimuth) * across + np.sin(azimuth) * np.cross(upward, across)
    eye = 5.0 * (np.cos(elevation) * level + np.sin(elevation) * upward)
    camera = _camera((eye[0], eye[1], eye[2]), up)
    frame = SceneFrame.of_camera(camera, up)
    seen = {
        direction: camera.viewmat[:3, :3] @ frame.direction(direction) for direction in Direction
    }  # camera axes: x right, y down, z away
    assert seen[Direction.RIGHT][0] == pytest.approx(1.0)
    assert seen[Direction.UP][1] < 0
    assert seen[Direction.FORWARD][2] < 0
    np.testing.assert_allclose(seen[Direction.LEFT], -seen[Direction.RIGHT])
    np.testing.assert_allclose(frame.axis(Axis.UP), upward, atol=1e-9)
    np.testing.assert_allclose(
        np.cross(frame.axis(Axis.RIGHT), frame.axis(Axis.UP)), frame.axis(Axis.FORWARD), atol=1e-9
    )


def test_a_camera_that_lies_on_its_side_has_a_frame() -> None:
    pose = np.eye(4)
    pose[:3, :3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    camera = Camera.from_camtoworld(pose, width=64, height=48)
    frame = SceneFrame.of_camera(camera)
    np.testing.assert_allclose(frame.up, (0, -1, 0), atol=1e-9)
    np.testing.assert_allclose(frame.forward, (0, 0, -1), atol=1e-9)


@pytest.mark.parametrize("up", [(0, -1, 0), (0, 0, 1), (1, 0, 0)])
def test_up_is_the_axis_that_is_up_for_most_cameras(up: tuple[float, float, float]) -> None:
    across = np.roll(np.array(up, dtype=np.float64), 1)
    other = np.cross(up, across)
    eyes = [3 * (np.cos(a) * across + np.sin(a) * other) + 1.5 * np.array(up) for a in np.linspace(0, 6, 9)]
    cameras = [_camera((eye[0], eye[1], eye[2]), up) for eye in eyes]
    assert up_of_cameras(cameras) == tuple(map(float, up))
    assert up_of_cameras([]) == (0.0, -1.0, 0.0)


def test_a_frame_that_is_not_right_handed_is_refused() -> None:
    with pytest.raises(ValueError, match="right-handed"):
        SceneFrame(forward=(0.0, 0.0, 1.0))


def test_the_box_of_a_block_is_the_block() -> None:
    box = frame_box(block((-1, 2, 3), (1, 5, 4), (1, 0, 0)), SceneFrame())
    np.testing.assert_allclose([box.low, box.high], [[-1, 2, 3], [1, 5, 4]], atol=1e-4)
    np.testing.assert_allclose(box.middle, [0, -3.5, -3.5], atol=1e-4)
    np.testing.assert_allclose(box.foot, [0, -2, -3.5], atol=1e-4)


def test_stray_and_faint_gaussians_do_not_move_the_box() -> None:
    solid = block((0, 0, 0), (1, 1, 1), (1, 0, 0))
    means, logits = solid.means.copy(), solid.logit_opacities.copy()
    means[0], logits[0] = [100.0, 100.0, 100.0], 0.0  # half as opaque: 0.3 % of all, 0.5 % may stick out
    means[1:20] += 50.0
    logits[1:20] = -12.0
    strays = Gaussians(
        means=means,
        quats=solid.quats,
        log_scales=solid.log_scales,
        logit_opacities=logits,
        sh_coeffs=solid.sh_coeffs,
    )
    box = frame_box(strays, SceneFrame())
    np.testing.assert_allclose([box.low, box.high], [[0, 0, 0], [1, 1, 1]], atol=1e-3)


def test_the_extent_of_large_gaussians_counts() -> None:
    one = Gaussians(
        means=np.zeros((1, 3), np.float32),
        quats=np.array([[np.cos(np.pi / 4), 0, 0, np.sin(np.pi / 4)]], np.float32),  # a quarter turn about z
        log_scales=np.log(np.array([[0.5, 0.25, 2.0]], np.float32)),
        logit_opacities=np.zeros(1, np.float32),
        sh_coeffs=np.zeros((1, 1, 3), np.float32),
    )
    box = frame_box(one, SceneFrame())
    np.testing.assert_allclose(box.high, [0.25, 0.5, 2.0], atol=1e-5)
    np.testing.assert_allclose(box.low, -box.high, atol=1e-6)


def test_a_box_is_of_the_mask_alone_and_never_of_nothing() -> None:
    scene = block((0, 0, 0), (1, 1, 1), (1, 0, 0))
    upper = IndexMask.from_bool(scene.means[:, 1] < -0.5)
    np.testing.assert_allclose(frame_box(scene, SceneFrame(), upper).low[1], 0.6, atol=1e-4)
    with pytest.raises(ValueError, match="at least one"):
        frame_box(scene, SceneFrame(), IndexMask.none(COUNT))
