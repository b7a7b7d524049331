"""Keyframes of nerfstudio's camera-path JSON: read as nerfstudio times them, written so that they come back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes import Camera, load_cameras
from rowsplat.scenes.camera_files import load_keyframes, save_keyframes
from rowsplat.scenes.camera_splines import CameraSpline, Keyframe

_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])


def _spline(cameras: tuple[Camera, ...], closing_s: float | None = None) -> CameraSpline:
    times = (1.0, 2.5, 3.25)
    keyframes = tuple(Keyframe(camera=c, time=t) for c, t in zip(cameras, times, strict=True))
    return CameraSpline(keyframes=keyframes, closing_s=closing_s)


def _entry(camera: Camera, **fields: Any) -> dict[str, Any]:
    matrix = (np.linalg.inv(camera.viewmat) @ _OPENGL).ravel().tolist()
    return {"matrix": matrix, "fov": 60.0, "aspect": 1.5, **fields}


def _file(folder: Path, keyframes: object, **fields: Any) -> Path:
    path = folder / "path.json"
    head = {"camera_type": "perspective", "render_width": 120, "render_height": 80, "fps": 30.0}
    path.write_text(json.dumps({**head, "keyframes": keyframes, **fields}))
    return path


@pytest.mark.parametrize("closing_s", [None, 0.7])
def test_keyframes_come_back_as_they_were_saved(
    cameras: tuple[Camera, ...], closing_s: float | None, tmp_path: Path
) -> None:
    cameras = (*cameras[:2], replace(cameras[2], fx=50.0, fy=50.0))
    spline = _spline(cameras, closing_s)
    save_keyframes(tmp_path / "p.json", spline, fps=25.0)
    again, fps = load_keyframes(tmp_path / "p.json")
    assert fps == 25.0
    assert again.closing_s == closing_s
    assert np.allclose([k.time for k in again.keyframes], [0.0, 1.5, 2.25])
    for found, expected in zip(again.keyframes, cameras, strict=True):
        assert np.allclose(found.camera.viewmat, expected.viewmat, atol=1e-12)
        assert found.camera.fy == pytest.approx(expected.fy)


def test_the_frames_of_a_saved_spline_are_those_of_its_path(
    cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    spline = _spline(cameras)
    save_keyframes(tmp_path / "p.json", spline, fps=20.0)
    frames = load_cameras(tmp_path / "p.json")
    expected = spline.path(20.0)
    assert frames.fps == 20.0
    assert len(frames) == len(expected) == 46
    for found, wanted in zip(frames.cameras, expected.cameras, strict=True):
        assert np.allclose(found.viewmat, wanted.viewmat, atol=1e-9)


def test_times_are_those_that_nerfstudio_gives(cameras: tuple[Camera, ...], tmp_path: Path) -> None:
    keyframes = [
        _entry(cameras[0], override_transition_enabled=True, override_transition_sec=0.25),
        _entry(cameras[1], override_transition_enabled=False, override_transition_sec=9.0),
        _entry(cameras[2], override_transition_enabled=True, override_transition_sec=3.0),
    ]
    path = _file(tmp_path, keyframes, default_transition_sec=2.0)
    spline, fps = load_keyframes(path)
    assert fps == 30.0
    assert spline.closing_s is None
    assert [keyframe.time for keyframe in spline.keyframes] == [0.0, 2.0, 5.0]
    assert np.allclose(spline.keyframes[1].camera.viewmat, cameras[1].viewmat)
    assert spline.keyframes[1].camera.fov_deg == pytest.approx(60.0)
    closed, _ = load_keyframes(_file(tmp_path, keyframes, default_transition_sec=2.0, is_cycle=True))
    assert closed.closing_s == 0.25


def test_one_keyframe_is_enough(cameras: tuple[Camera, ...], tmp_path: Path) -> None:
    still = CameraSpline(keyframes=(Keyframe(camera=cameras[0], time=3.0),))
    save_keyframes(tmp_path / "p.json", still, fps=24.0)
    again, _ = load_keyframes(tmp_path / "p.json")
    assert len(again.keyframes) == len(again.path(24.0)) == 1


@pytest.mark.parametrize(
    ("keyframes", "fields", "text"),
    [
        ([], {}, "keyframes.*at least one camera"),
        (3, {}, "keyframes.*a list of cameras"),
        ([{"fov": 50}], {}, r"keyframes\[0\]\.matrix"),
        ([{"matrix": list(range(16)), "fov": 50}], {}, r"keyframes\[0\]\.matrix"),
        ([{"matrix": np.eye(4).ravel().tolist()}], {}, r"keyframes\[0\]\.fov"),
        (
            [
                {
                    "matrix": np.eye(4).ravel().tolist(),
                    "fov": 50,
                    "override_transition_enabled": True,
                    "override_transition_sec": -1,
                }
            ],
            {},
            r"keyframes\[0\]\.override_transition_sec",
        ),
        (
            [{"matrix": np.eye(4).ravel().tolist(), "fov": 50}] * 2,
            {"default_transition_sec": 0},
            "transition",
        ),
        ([{"matrix": np.eye(4).ravel().tolist(), "fov": 50}], {"fps": 0}, "fps"),
        ([{"matrix": np.eye(4).ravel().tolist(), "fov": 50}], {"camera_type": "fisheye"}, "perspective"),
    ],
)
def test_every_fault_names_its_place_in_one_line(
    keyframes: object, fields: dict[str, Any], text: str, tmp_path: Path
) -> None:
    with pytest.raises(SceneFileError, match=text) as error:
        load_keyframes(_file(tmp_path, keyframes, **fields))
    assert "\n" not in str(error.value)


def test_a_transition_lost_in_rounding_is_told(cameras: tuple[Camera, ...], tmp_path: Path) -> None:
    keyframes = [
        _entry(camera, override_transition_enabled=True, override_transition_sec=seconds)
        for camera, seconds in zip(cameras, (1.0, 1e9, 1e-9), strict=True)
    ]
    with pytest.raises(SceneFileError, match=r"keyframes.*too short"):
        load_keyframes(_file(tmp_path, keyframes))


def test_files_without_keyframes_and_cameras_without_a_place_are_refused(
    cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"frames": []}')
    with pytest.raises(SceneFileError, match="with keyframes"):
        load_keyframes(path)
    odd = _spline((replace(cameras[0], cx=3.0), *cameras[1:]))
    with pytest.raises(SceneFileError, match="centred principal point"):
        save_keyframes(tmp_path / "p.json", odd, fps=24.0)
    assert not (tmp_path / "p.json").exists()
