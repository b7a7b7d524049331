"""Damaged camera files give one clear line that names the place, and nothing else."""

from __future__ import annotations

import json
import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes import Camera, load_cameras

_MUTATIONS_PER_KIND = 40
_EYE = np.eye(4).tolist()


def _transforms(**change: Any) -> dict[str, Any]:
    frames = [{"transform_matrix": _EYE}, {"transform_matrix": _EYE}]
    return {"w": 40, "h": 30, "fl_x": 20, "frames": frames, **change}


def _with_matrix(matrix: Any) -> dict[str, Any]:
    return _transforms(frames=[{"transform_matrix": _EYE}, {"transform_matrix": matrix}])


def _path(**change: Any) -> dict[str, Any]:
    frames = [{"camera_to_world": np.eye(4).ravel().tolist(), "fov": 50, "aspect": 1}]
    return {"render_width": 40, "render_height": 30, "fps": 24, "camera_path": frames, **change}


_TRANSPOSED = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 2, 3, 1]]
_HUGE = [[1, 0, 0, 1e300], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
_MATRIX = r"frames\[1\]\.transform_matrix"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (_with_matrix([[1, 0], [0, 1]]), _MATRIX + ".*4x4"),
        (_with_matrix("eye"), _MATRIX),
        (_with_matrix(None), _MATRIX + ".*nothing"),
        (_with_matrix([[float("nan")] * 4] * 4), _MATRIX + ".*finite"),
        (_with_matrix(_HUGE), _MATRIX + ".*finite"),
        (_with_matrix(np.diag([2.0, 2, 2, 1]).tolist()), _MATRIX + ".*scale"),
        (_with_matrix(np.diag([1.0, 1, -1, 1]).tolist()), _MATRIX + ".*mirror"),
        (_with_matrix(np.diag([1.0, 1, 0, 1]).tolist()), _MATRIX + ".*inverse"),
        (_with_matrix(_TRANSPOSED), _MATRIX + ".*transposed"),
        (_transforms(frames=[]), "frames.*at least one camera"),
        (_transforms(frames=[3]), r"frames\[0\]"),
        (_transforms(frames="x"), "frames"),
        (_transforms(w=-3), "json: w:.*whole number of pixels"),
        (_transforms(w=10**9), "json: w:"),
        (_transforms(h=2.5), "json: h:"),
        (_transforms(fl_x=0), "json: fl_x:.*positive"),
        (_transforms(fl_x=None), "fl_x.*camera_angle_x"),
        (_transforms(fl_x=None, camera_angle_x=4.0), "json: camera_angle_x"),
        (_transforms(cx=10**400), "json: cx"),
        (_transforms(fl_x=True), "fl_x"),
        (_transforms(camera_model="OPENCV_FISHEYE"), "camera_model.*Undistort"),
        (_transforms(k1="x"), "k1"),
        (_path(camera_path=[]), "camera_path.*at least one camera"),
        (_path(render_width=None), "render_width.*Give a width"),
        (_path(render_height=0), "render_height"),
        (_path(fps=-1), "fps"),
        (_path(camera_type="equirectangular"), "camera_type"),
        (_path(camera_path=[{"camera_to_world": [1] * 15, "fov": 50}]), r"camera_path\[0\]\.camera_to_world"),
        (_path(camera_path=[{"camera_to_world": np.eye(4).ravel().tolist()}]), r"camera_path\[0\]\.fov"),
        (_path(camera_path=[{"camera_to_world": np.eye(4).ravel().tolist(), "fov": 180}]), r"\.fov.*180"),
        ({"keyframes": [], "default_fov": 50}, "camera_path.*keyframes"),
        (
            [{"position": [0, 0, 0], "rotation": _EYE, "width": 4, "height": 4, "fx": 4}],
            r"cameras\[0\]\.rotation",
        ),
        ([{"position": [0, 0], "rotation": np.eye(3).tolist()}], r"cameras\[0\]\.position"),
        ([], "at least one camera"),
        ({"hello": 1}, "nerfstudio camera path"),
    ],
)
def test_every_fault_names_its_place_in_one_line(content: Any, text: str, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text(json.dumps(content))
    with pytest.raises(SceneFileError, match=text) as error:
        load_cameras(file)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400 + len(str(file))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ply\n",
        b'{"frames": [',
        b"\xff\xfe{",
        b"[" * 100_000,
        b'{"frames": [{"x": ' + b"9" * 6000 + b"}]}",
        b"[1, 2]",
    ],
)
def test_what_is_no_camera_file_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(data)
    with pytest.raises(SceneFileError):
        load_cameras(tmp_path / "c.json")


def test_missing_files_and_empty_folders_say_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SceneFileError, match="cannot be read"):
        load_cameras(tmp_path / "none.json")
    with pytest.raises(SceneFileError, match=r"transforms\.json"):
        load_cameras(tmp_path)


@pytest.mark.parametrize("place", [0, 8, 16])
def test_absurd_colmap_counts_cost_no_memory(
    place: int, write_all_kinds: dict[str, Callable], cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    model = write_all_kinds["colmap-binary"](tmp_path, cameras) / "sparse" / "0"
    name, offset = ("cameras.bin", place) if place else ("images.bin", 0)
    data = bytearray((model / name).read_bytes())
    struct.pack_into("<Q", data, offset, 2**62)
    (model / name).write_bytes(data)
    tracemalloc.start()
    with pytest.raises(SceneFileError, match=r"offset|camera 0"):
        load_cameras(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_every_truncation_of_a_binary_model_is_noticed(
    write_all_kinds: dict[str, Callable], cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    model = write_all_kinds["colmap-binary"](tmp_path, cameras) / "sparse" / "0"
    for name in ("cameras.bin", "images.bin"):
        whole = (model / name).read_bytes()
        for size in range(len(whole)):
            (model / name).write_bytes(whole[:size])
            with pytest.raises(SceneFileError, match=f"{name}.*offset"):
                load_cameras(tmp_path)
        (model / name).write_bytes(whole)
    assert len(load_cameras(tmp_path)) == 3


@pytest.mark.parametrize(
    ("lens", "images", "text"),
    [
        ("1 OPENCV_FISHEYE 9 9 1 1 1 1 0 0 0 0", "1 1 0 0 0 0 0 0 1 a", "line 1.*image_undistorter"),
        ("1 PINHOLE 9 9 1 1 1", "1 1 0 0 0 0 0 0 1 a", "line 1: expected 4 parameters"),
        ("1 PINHOLE -9 9 1 1 1 1", "1 1 0 0 0 0 0 0 1 a", "line 1.*whole number"),
        ("1 PINHOLE 99999 9 1 1 1 1", "1 1 0 0 0 0 0 0 1 a", "line 1.*99999"),
        ("1 PINHOLE 9 9 nan 1 1 1", "1 1 0 0 0 0 0 0 1 a", "line 1.*finite"),
        ("1 PINHOLE 9 9 1 0 1 1", "1 1 0 0 0 0 0 0 1 a", "line 1.*positive focal"),
        ("1 PINHOLE 9 9 1 1 1 1", "1 0 0 0 0 0 0 0 1 a", "line 1.*length 1"),
        ("1 PINHOLE 9 9 1 1 1 1", "1 1 0 0 0 0 0 inf 1 a", "line 1.*finite"),
        ("1 PINHOLE 9 9 1 1 1 1", "1 1 0 0 0 0 0 0 2 a", "line 1.*CAMERA_ID 2"),
        ("1 PINHOLE 9 9 1 1 1 1", "1 1 0 0 0 0 0 0 1", "line 1.*9 words"),
        (
            "1 PINHOLE 9 9 1 1 1 1",
            "1 1 0 0 0 0 0 0 1 a\n2 1 0 0 0 0 0 0 1 b",
            "line 2.*empty line after each",
        ),
        ("1 PINHOLE 9 9 1 1 1 1", "# nothing", "at least one posed image"),
        ("", "1 1 0 0 0 0 0 0 1 a", "CAMERA_ID 1"),
    ],
)
def test_faults_of_colmap_text_name_the_line(lens: str, images: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "cameras.txt").write_text(lens + "\n")
    (tmp_path / "images.txt").write_text(images + "\n")
    with pytest.raises(SceneFileError, match=text):
        load_cameras(tmp_path / "images.txt")


def test_keypoint_lines_of_any_length_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "cameras.txt").write_text("1 PINHOLE 9 9 1 1 1 1\n")
    keypoints = "1.5 2.5 -1 " * 50_000
    (tmp_path / "images.txt").write_text(f"1 1 0 0 0 0 0 0 1 a\n{keypoints}\n2 1 0 0 0 0 0 0 1 b\n")
    assert load_cameras(tmp_path).names == ("a", "b")


def test_damaged_files_give_only_clean_errors(
    write_cameras: Callable, cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    entry = write_cameras(tmp_path, cameras)
    files = sorted(file for file in tmp_path.rglob("*") if file.is_file())
    whole = {file: file.read_bytes() for file in files}
    rng, refused = random.Random(11), 0
    for _ in range(_MUTATIONS_PER_KIND):
        file = rng.choice(files)
        file.write_bytes(_mutated(whole[file], rng))
        refused += _is_refused(entry)
        file.write_bytes(whole[file])
    assert refused > _MUTATIONS_PER_KIND // 4
    assert len(load_cameras(entry)) == 3


def _mutated(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    length = rng.choice([1, 2, 8, 30])
    junk = rng.choice(
        [rng.randbytes(length), b"\0" * length, b"\xff" * length, b"-1e999", b"NaN", b"null", b"[", b""]
    )
    kind = rng.randrange(3)
    if kind == 0:
        return data[:start]
    if kind == 1:
        return data[:start] + junk + data[start + len(junk) :]
    return data[:start] + junk + data[start:]


def _is_refused(entry: Path) -> bool:
    try:
        path = load_cameras(entry)
    except SceneFileError as error:
        line = str(error)
    else:
        assert all(np.isfinite(camera.viewmat).all() for camera in path.cameras)
        return False
    assert "\n" not in line
    assert len(line) < 1000
    return True
