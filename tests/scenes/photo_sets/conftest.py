"""One small scene in every kind of folder that `load_photo_set` takes, written by hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rowsplat.scenes import Camera
from scipy.spatial.transform import Rotation

WIDTH, HEIGHT = 96, 64
_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])
_EYES = ([0.0, -0.5, -4.0], [1.0, -0.8, -3.8], [2.0, -1.0, -3.3], [-1.2, 0.3, -3.9])
Writer = Callable[[Path, "Sequence[Camera]"], Path]


@pytest.fixture
def cameras() -> tuple[Camera, ...]:
    """Four cameras around an object, square pixels, principal point in the middle: every format holds them."""
    return tuple(Camera.look_at(eye, [0.1, 0.2, 0.3], width=WIDTH, height=HEIGHT) for eye in _EYES)


def picture(index: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """A smooth picture that differs by `index` and has no symmetry."""
    x, y = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    rgb = np.stack([x, y**2, np.full_like(x, (index + 1) / 10)], axis=-1)
    return Image.fromarray((rgb * 255).round().astype(np.uint8))


def write_pictures(folder: Path, count: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{index:03d}.png" for index in range(count)]
    for index, name in enumerate(names):
        picture(index, size).save(folder / name)
    return names


def opengl(camera: Camera) -> np.ndarray:
    return np.linalg.inv(camera.viewmat) @ _OPENGL


def transforms(folder: Path, cameras: Sequence[Camera], **changes: object) -> Path:
    """A transforms.json with intrinsics for the whole file."""
    names = write_pictures(folder / "images", len(cameras))
    frames = [
        {"file_path": f"images/{name}", "transform_matrix": opengl(camera).tolist()}
        for name, camera in zip(names, cameras, strict=True)
    ]
    c = cameras[0]
    head = {"w": c.width, "h": c.height, "fl_x": c.fx, "fl_y": c.fy, "cx": c.cx, "cy": c.cy}
    return write_json(folder / "transforms.json", {**head, "frames": frames, **changes}).parent


def write_json(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


def _transforms_of_another_size(folder: Path, cameras: Sequence[Camera]) -> Path:
    transforms(folder, [camera.resized(3 * WIDTH, 3 * HEIGHT) for camera in cameras])
    return folder


def _nerf_synthetic(folder: Path, cameras: Sequence[Camera]) -> Path:
    names = write_pictures(folder / "train", len(cameras))
    frames = [
        {"file_path": f"./train/{name.removesuffix('.png')}", "transform_matrix": opengl(camera).tolist()}
        for name, camera in zip(names, cameras, strict=True)
    ]
    angle = 2 * np.arctan(0.5 * WIDTH / cameras[0].fx)
    write_json(folder / "transforms_train.json", {"camera_angle_x": angle, "frames": frames})
    return folder


def quat(camera: Camera) -> np.ndarray:
    return Rotation.from_matrix(camera.viewmat[:3, :3]).as_quat()[[3, 0, 1, 2]]


def colmap_text(folder: Path, cameras: Sequence[Camera]) -> Path:
    names = write_pictures(folder / "images", len(cameras))
    model = folder / "sparse" / "0"
    model.mkdir(parents=True)
    c = cameras[0]
    lens = f"{c.width} {c.height} {c.fx!r} {c.fy!r} {c.cx} {c.cy}"
    (model / "cameras.txt").write_text(f"# comment\n7 PINHOLE {lens}\n")
    lines = [
        f"{i + 1} {' '.join(repr(float(v)) for v in [*quat(x), *x.viewmat[:3, 3]])} 7 {name}\n"
        for i, (x, name) in enumerate(zip(cameras, names, strict=True))
    ]
    (model / "images.txt").write_text("\n".join(lines) + "\n")
    rows = [f"{i} {x} {y} {z} 1 2 3 0.5 1 2" for i, (x, y, z) in enumerate(POINTS)]
    (model / "points3D.txt").write_text("# comment\n" + "\n".join(rows) + "\n")
    return folder


def colmap_binary(folder: Path, cameras: Sequence[Camera]) -> Path:
    names = write_pictures(folder / "images", len(cameras))
    model = folder / "sparse" / "0"
    model.mkdir(parents=True)
    c = cameras[0]
    lens = struct.pack("<QIiQQ4d", 1, 7, 1, c.width, c.height, c.fx, c.fy, c.cx, c.cy)
    (model / "cameras.bin").write_bytes(lens)
    images = struct.pack("<Q", len(cameras))
    for i, (x, name) in enumerate(zip(cameras, names, strict=True)):
        images += struct.pack("<I7dI", i + 1, *quat(x), *x.viewmat[:3, 3], 7)
        images += name.encode() + b"\0" + struct.pack("<Q", i) + bytes(24 * i)
    (model / "images.bin").write_bytes(images)
    points = struct.pack("<Q", len(POINTS))
    for i, xyz in enumerate(POINTS):
        points += struct.pack("<Q3d3BdQ", i, *xyz, 1, 2, 3, 0.5, i) + bytes(8 * i)
    (model / "points3D.bin").write_bytes(points)
    return folder


POINTS = [(0.1, 0.2, 0.3), (-0.5, 0.4, 0.1), (0.6, -0.3, 0.7), (0.0, 0.5, -0.4)]


def llff(folder: Path, cameras: Sequence[Camera]) -> Path:
    write_pictures(folder / "images", len(cameras))
    rows = []
    for x in cameras:
        right, down, forward, centre = x.camtoworld[:3].T
        hwf = np.array([x.height, x.width, x.fx])
        rows.append([*np.stack([down, right, -forward, centre, hwf], axis=1).ravel(), 2.0, 7.0])
    np.save(folder / "poses_bounds.npy", np.array(rows))
    return folder


def idr(folder: Path, cameras: Sequence[Camera]) -> Path:
    write_pictures(folder / "image", len(cameras))
    arrays = {}
    for i, x in enumerate(cameras):
        K = np.eye(4)
        K[:3, :3] = x.K
        arrays[f"world_mat_{i}"] = -2.5 * K @ x.viewmat if i % 2 else K @ x.viewmat
        arrays[f"scale_mat_{i}"] = np.diag([1.5, 1.5, 1.5, 1.0])
    np.savez(folder / "cameras.npz", **arrays)
    return folder


def npz(folder: Path, cameras: Sequence[Camera]) -> Path:
    write_pictures(folder / "rgb", len(cameras))
    np.savez(folder / "condition.npz", K=cameras[0].K, c2w=[x.camtoworld for x in cameras])
    return folder


def projection_text(folder: Path, cameras: Sequence[Camera]) -> Path:
    names = write_pictures(folder / "photos", len(cameras))
    for x, name in zip(cameras, names, strict=True):
        full = x.resized(2 * x.width, 2 * x.height)
        np.savetxt(folder / name.replace(".png", "_P.txt"), full.K @ full.viewmat[:3])
    return folder


WRITERS: dict[str, Writer] = {
    "transforms": transforms,
    "transforms-another-size": _transforms_of_another_size,
    "nerf-synthetic": _nerf_synthetic,
    "colmap-text": colmap_text,
    "colmap-binary": colmap_binary,
    "llff": llff,
    "idr": idr,
    "npz": npz,
    "projection-text": projection_text,
}


@pytest.fixture(params=sorted(WRITERS))
def write_set(request: pytest.FixtureRequest) -> Writer:
    """Writes photos and cameras into a folder in one format; the test runs for each."""
    return WRITERS[request.param]


@pytest.fixture
def shifted(cameras: tuple[Camera, ...]) -> tuple[Camera, ...]:
    """The cameras with principal points off the middle."""
    return tuple(replace(camera, cx=camera.cx + 3.0, cy=camera.cy - 2.0) for camera in cameras)
