"""The same three cameras, written by hand in every file type that `load_cameras` takes."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rowsplat.scenes import Camera

_WIDTH, _HEIGHT = 120, 80
_EYES = ([0.0, -0.5, -4.0], [3.0, -1.0, -2.0], [-2.0, 0.5, 3.0])
_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])
Writer = Callable[[Path, "tuple[Camera, ...]"], Path]


@pytest.fixture
def cameras() -> tuple[Camera, ...]:
    """Three cameras with square pixels and a centred principal point, which every file type can hold."""
    return tuple(
        Camera.look_at(eye, [0.1, 0.2, 0.3], width=_WIDTH, height=_HEIGHT, fov_deg=60) for eye in _EYES
    )


def _opengl(camera: Camera) -> np.ndarray:
    return np.linalg.inv(camera.viewmat) @ _OPENGL


def _quat(camera: Camera) -> np.ndarray:
    """wxyz of the view rotation, from its axis and angle."""
    rotation = camera.viewmat[:3, :3]
    angle = np.arccos((np.trace(rotation) - 1) / 2)
    skew = rotation - rotation.T
    axis = np.array([skew[2, 1], skew[0, 2], skew[1, 0]]) / (2 * np.sin(angle))
    return np.array([np.cos(angle / 2), *(np.sin(angle / 2) * axis)])


def _nerfstudio(folder: Path, cameras: tuple[Camera, ...]) -> Path:
    frames = [{"camera_to_world": _opengl(c).ravel().tolist(), "fov": 60.0, "aspect": 1.5} for c in cameras]
    content = {"camera_type": "perspective", "render_height": _HEIGHT, "render_width": _WIDTH, "fps": 30}
    return _json(folder / "path.json", {**content, "camera_path": frames})


def _transforms(folder: Path, cameras: tuple[Camera, ...]) -> Path:
    c = cameras[0]
    frames = [
        {"file_path": f"images/{i}.png", "transform_matrix": _opengl(x).tolist()}
        for i, x in enumerate(cameras)
    ]
    head = {"w": c.width, "h": c.height, "fl_x": c.fx, "fl_y": c.fy, "cx": c.cx, "cy": c.cy}
    return _json(folder / "transforms.json", {**head, "frames": frames})


def _inria(folder: Path, cameras: tuple[Camera, ...]) -> Path:
    entries = [
        {
            "id": i,
            "img_name": f"{i}",
            "width": c.width,
            "height": c.height,
            "position": c.position.tolist(),
            "rotation": c.viewmat[:3, :3].T.tolist(),
            "fx": c.fx,
            "fy": c.fy,
        }
        for i, c in enumerate(cameras)
    ]
    return _json(folder / "cameras.json", entries)


def _colmap_text(folder: Path, cameras: tuple[Camera, ...]) -> Path:
    model = folder / "sparse" / "0"
    model.mkdir(parents=True)
    c = cameras[0]
    (model / "cameras.txt").write_text(
        f"# comment\n7 PINHOLE {c.width} {c.height} {c.fx} {c.fy} {c.cx} {c.cy}\n"
    )
    lines = ["# comment"]
    for i, camera in enumerate(cameras):
        pose = " ".join(map(repr, map(float, [*_quat(camera), *camera.viewmat[:3, 3]])))
        lines += [f"{i + 1} {pose} 7 {i}.png", "10.5 20.5 -1 30 40 5" if i else ""]
    (model / "images.txt").write_text("\n".join(lines) + "\n")
    return folder


def _colmap_binary(folder: Path, cameras: tuple[Camera, ...]) -> Path:
    model = folder / "sparse" / "0"
    model.mkdir(parents=True)
    c = cameras[0]
    lens = struct.pack("<QIiQQ4d", 1, 7, 1, c.width, c.height, c.fx, c.fy, c.cx, c.cy)
    (model / "cameras.bin").write_bytes(lens)
    images = struct.pack("<Q", len(cameras))
    for i, camera in enumerate(cameras):
        images += struct.pack("<I7dI", i + 1, *_quat(camera), *camera.viewmat[:3, 3], 7)
        images += f"{i}.png".encode() + b"\0" + struct.pack("<Q", 2 * i) + bytes(24 * 2 * i)
    (model / "images.bin").write_bytes(images)
    return folder


def _json(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


WRITERS: dict[str, Writer] = {
    "nerfstudio": _nerfstudio,
    "transforms": _transforms,
    "inria": _inria,
    "colmap-text": _colmap_text,
    "colmap-binary": _colmap_binary,
}


@pytest.fixture(params=sorted(WRITERS))
def write_cameras(request: pytest.FixtureRequest) -> Writer:
    """Writes cameras into a folder in one file type; the test runs for each."""
    return WRITERS[request.param]


@pytest.fixture
def write_all_kinds() -> dict[str, Writer]:
    """The writer of every file type."""
    return WRITERS
