"""Every camera file type puts a point where it belongs, and what is written is read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes import Camera, CameraPath, load_cameras, save_camera_path, save_transforms

_POINTS = np.array([[0.1, 0.2, 0.3], [0.5, -0.4, 0.2], [-0.3, 0.6, -0.5]])


def _pixels(camera: Camera) -> np.ndarray:
    local = _POINTS @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    assert (local[:, 2] > 0).all()
    return (local @ camera.K.T)[:, :2] / local[:, 2:]


def _assert_same(found: tuple[Camera, ...], expected: tuple[Camera, ...]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert (one.width, one.height) == (other.width, other.height)
        assert np.allclose(_pixels(one), _pixels(other), atol=1e-6)
        assert np.allclose(one.position, other.position, atol=1e-9)


def test_points_are_seen_where_they_should_in_every_file_type(
    write_cameras: Callable, cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    _assert_same(load_cameras(write_cameras(tmp_path, cameras)).cameras, cameras)


def test_identity_in_an_opengl_file_looks_along_minus_z(tmp_path: Path) -> None:
    frames = [{"transform_matrix": np.eye(4).tolist()}]
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"w": 100, "h": 100, "fl_x": 50, "frames": frames}))
    x, y, depth, _ = load_cameras(path).cameras[0].viewmat @ [0.1, 0.1, -1.0, 1.0]
    assert x > 0 > y
    assert depth > 0


def test_identity_in_a_colmap_file_looks_along_plus_z(tmp_path: Path) -> None:
    (tmp_path / "cameras.txt").write_text("1 SIMPLE_RADIAL 100 80 70 50 40 0.25\n")
    (tmp_path / "images.txt").write_text("1 1 0 0 0 0 0 0 1 a photo.jpg\n\n")
    path = load_cameras(tmp_path)
    assert np.array_equal(path.cameras[0].viewmat, np.eye(4))
    assert path.names == ("a photo.jpg",)
    assert path.cameras[0].distortion == (0.25,)


def test_any_size_keeps_the_vertical_field_of_view(
    write_cameras: Callable, cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    path = write_cameras(tmp_path, cameras)
    wide = load_cameras(path, width=400, height=160).cameras[1]
    assert (wide.width, wide.height) == (400, 160)
    assert np.allclose(_pixels(wide) - [200, 80], 2 * (_pixels(cameras[1]) - [60, 40]), atol=1e-5)
    narrow = load_cameras(path, width=60).cameras[1]
    assert (narrow.width, narrow.height) == (60, 40)
    assert np.allclose(_pixels(narrow), _pixels(cameras[1]) / 2, atol=1e-5)


def test_camera_path_is_read_as_it_was_saved(cameras: tuple[Camera, ...], tmp_path: Path) -> None:
    file = tmp_path / "path.json"
    save_camera_path(file, CameraPath(cameras=cameras, fps=12.5))
    again = load_cameras(file)
    _assert_same(again.cameras, cameras)
    assert again.fps == 12.5
    keyframes = json.loads(file.read_text())["keyframes"]
    assert [len(frame["matrix"]) for frame in keyframes] == [16, 16, 16]


def test_transforms_keep_every_camera_s_own_lens_and_name(
    cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    odd = replace(cameras[0], fx=90.0, fy=80.0, cx=55.0, cy=45.0, width=130, distortion=(0.1, 0.0, 0.01))
    path = CameraPath(cameras=(odd, *cameras[1:]), names=("a.png", "b.png", "c.png"))
    save_transforms(tmp_path / "t.json", path)
    again = load_cameras(tmp_path / "t.json")
    _assert_same(again.cameras, path.cameras)
    assert again.names == path.names
    assert [camera.distortion for camera in again.cameras] == [(0.1, 0.0, 0.01), (), ()]


def test_a_camera_path_refuses_what_nerfstudio_cannot_express(
    cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    for change in ({"fx": 10.0}, {"cx": 3.0}, {"width": 7, "cx": 3.5}):
        odd = CameraPath(cameras=(cameras[0], replace(cameras[1], **change)))
        with pytest.raises(SceneFileError, match=r"camera_path\[1\].*transforms\.json"):
            save_camera_path(tmp_path / "p.json", odd)
    assert list(tmp_path.iterdir()) == []


def test_files_are_replaced_only_when_asked_and_leave_nothing_behind(
    cameras: tuple[Camera, ...], tmp_path: Path
) -> None:
    file = tmp_path / "path.json"
    file.write_text("mine")
    for save in (save_camera_path, save_transforms):
        with pytest.raises(SceneFileError):
            save(file, CameraPath(cameras=cameras))
    assert file.read_text() == "mine"
    save_camera_path(file, CameraPath(cameras=cameras), overwrite=True)
    assert len(load_cameras(file)) == 3
    assert [entry.name for entry in tmp_path.iterdir()] == ["path.json"]


def test_frames_win_over_the_file_and_angles_stand_in_for_lengths(tmp_path: Path) -> None:
    frame = {"transform_matrix": np.eye(4).tolist()}
    content = {
        "w": 200,
        "h": 100,
        "camera_angle_x": np.pi / 2,
        "frames": [frame, {**frame, "fl_x": 70, "cx": 90}],
    }
    (tmp_path / "t.json").write_text(json.dumps(content))
    first, second = load_cameras(tmp_path / "t.json").cameras
    assert (first.fx, first.fy, first.cx, first.cy) == pytest.approx((100, 100, 100, 50))
    assert (second.fx, second.fy, second.cx) == (70, 70, 90)


def test_size_comes_from_the_photo_but_never_from_outside_the_folder(tmp_path: Path) -> None:
    from PIL import Image

    inner = tmp_path / "inner"
    inner.mkdir()
    Image.new("RGB", (30, 20)).save(inner / "a.png")
    Image.new("RGB", (50, 40)).save(tmp_path / "secret.png")
    frame = {"file_path": "./a", "transform_matrix": np.eye(4).tolist()}
    (inner / "t.json").write_text(json.dumps({"camera_angle_x": 1.0, "frames": [frame]}))
    assert load_cameras(inner / "t.json").cameras[0].width == 30
    for name in ("../secret.png", str(tmp_path / "secret.png")):
        (inner / "t.json").write_text(
            json.dumps({"camera_angle_x": 1.0, "frames": [{**frame, "file_path": name}]})
        )
        with pytest.raises(SceneFileError, match="Give a width and a height"):
            load_cameras(inner / "t.json")
        assert load_cameras(inner / "t.json", width=8, height=4).cameras[0].width == 8


def test_distortion_is_said_once_and_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    frames = [{"transform_matrix": np.eye(4).tolist()}] * 3
    (tmp_path / "t.json").write_text(json.dumps({"w": 9, "h": 9, "fl_x": 9, "k1": 0.5, "frames": frames}))
    assert [camera.distortion for camera in load_cameras(tmp_path / "t.json").cameras] == [(0.5,)] * 3
    assert ["distortion" in record.message for record in caplog.records] == [True]


def test_pycolmap_writes_what_we_read(cameras: tuple[Camera, ...], tmp_path: Path) -> None:
    pycolmap = pytest.importorskip("pycolmap")
    model = pycolmap.Reconstruction()
    c = cameras[0]
    lens = pycolmap.Camera(
        model="OPENCV",
        width=c.width,
        height=c.height,
        params=[c.fx, c.fy, c.cx, c.cy, 0.1, 0, 0, 0.02],
        camera_id=3,
    )
    model.add_camera_with_trivial_rig(lens)
    for index, camera in enumerate(cameras):
        pose = pycolmap.Rigid3d(pycolmap.Rotation3d(camera.viewmat[:3, :3]), camera.viewmat[:3, 3])
        keypoints = np.random.default_rng(index).uniform(0, 80, (5 * index, 2))
        image = pycolmap.Image(name=f"{index}.jpg", keypoints=keypoints, camera_id=3, image_id=9 - index)
        model.add_image_with_trivial_frame(image, pose)
    for kind in ("binary", "text"):
        (tmp_path / kind).mkdir()
        getattr(model, f"write_{kind}")(str(tmp_path / kind))
        again = load_cameras(tmp_path / kind)
        _assert_same(again.cameras, cameras)
        assert again.names == ("0.jpg", "1.jpg", "2.jpg")
        assert again.cameras[2].distortion == (0.1, 0.0, 0.0, 0.02)


@pytest.mark.shared_data
def test_nerf_synthetic_cameras_look_at_the_chair(shared_data_dir: Path) -> None:
    path = load_cameras(shared_data_dir / "posed" / "chair" / "transforms_train.json")
    assert len(path) == 100
    for camera in path.cameras:
        assert (camera.width, camera.height) == (400, 400)
        x, y, depth, _ = camera.viewmat @ [0, 0, 0, 1]
        assert np.hypot(x, y) < 0.01 * depth
    assert path.cameras[0].fx == pytest.approx(
        400 / 800 * 1111.1110, rel=1e-4
    )  # 1111 px at 800 px is well known


@pytest.mark.shared_data
def test_phone_photos_surround_the_fox(shared_data_dir: Path) -> None:
    path = load_cameras(shared_data_dir / "posed" / "fox" / "transforms.json", width=360)
    assert len(path) == 67
    assert (path.cameras[0].width, path.cameras[0].height) == (360, 640)
    assert path.cameras[0].fx == pytest.approx(1375.52 / 3)
    assert path.cameras[0].distortion[:2] == (0.0578421, -0.0805099)
    positions = np.stack([camera.position for camera in path.cameras])
    axes = np.stack([camera.camtoworld[:3, 2] for camera in path.cameras])
    outwards = np.eye(3) - axes[:, :, None] * axes[:, None]
    nearest = np.linalg.solve(outwards.sum(0), np.einsum("nij,nj->i", outwards, positions))
    depths = np.einsum("ni,ni->n", nearest - positions, axes)
    assert (depths > 0).all()  # all look forwards at the point where their views meet
    views = np.stack([_pixel(camera, nearest) for camera in path.cameras])
    assert np.mean((views > 0).all(1) & (views < [360, 640]).all(1)) > 0.9


def _pixel(camera: Camera, point: np.ndarray) -> np.ndarray:
    local = camera.K @ (camera.viewmat[:3, :3] @ point + camera.viewmat[:3, 3])
    return local[:2] / local[2]
