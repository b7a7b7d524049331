"""One entry for all camera files; the content decides what a file is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from ...kernels.errors import SceneFileError
from ..camera import Camera, CameraPath
from .colmap import COLMAP_FILES, find_colmap_model, read_colmap
from .frames import warn_of_distortion
from .inria_cameras import read_inria_cameras
from .json_fields import JsonObject, objects_of, read_bytes, read_json
from .limits import MAX_IMAGE_SIDE, MAX_TEXT_BYTES
from .nerfstudio_path import read_nerfstudio_path
from .transforms_json import read_transforms

_KINDS = "a nerfstudio camera path, a transforms.json, an INRIA cameras.json or a COLMAP model"
_JSON_IN_FOLDER = ("transforms.json", "transforms_train.json", "cameras.json")


def load_cameras(path: str | Path, *, width: int | None = None, height: int | None = None) -> CameraPath:
    """The cameras of a file or folder.

    Args:
        path: nerfstudio camera-path JSON, transforms.json (instant-ngp, nerfstudio, NeRF-synthetic), INRIA
            cameras.json, a file of a COLMAP model, or a folder that holds one of these (also `sparse/0`).
        width: Width that the pictures shall have [px].
        height: Height that the pictures shall have [px]. The vertical field of view stays; with only one of
            the two given, the other follows each camera's own aspect.

    Returns:
        The frames in the file's order (COLMAP: by image name), OpenCV axes, the file's world frame.

    Raises:
        SceneFileError: The file cannot be read or is wrong; the text names the field, line or offset.
        ValueError: `width` or `height` is out of range.
    """
    for name, side in (("width", width), ("height", height)):
        if side is not None and not 1 <= side <= MAX_IMAGE_SIDE:
            raise ValueError(f"{name} must be 1 to {MAX_IMAGE_SIDE} pixels, got {side}")
    cameras = _read(Path(path), width, height)
    warn_of_distortion(Path(path), cameras.cameras)
    if width is None and height is None:
        return cameras
    return replace(cameras, cameras=tuple(_reframed(camera, width, height) for camera in cameras.cameras))


def _reframed(camera: Camera, width: int | None, height: int | None) -> Camera:
    if width is None:
        width = round(camera.width * (height or camera.height) / camera.height)
    if height is None:
        height = round(camera.height * width / camera.width)
    return camera.reframed(max(width, 1), max(height, 1))


def _read(path: Path, width: int | None, height: int | None) -> CameraPath:
    if path.is_dir():
        return _read_folder(path, width, height)
    if path.name in COLMAP_FILES:
        return read_colmap(path.parent)
    if not _looks_like_json(path):
        raise SceneFileError(path, "", f"expected {_KINDS}, found something else", "Give one of these")
    return _read_json(path, width, height)


def _read_folder(folder: Path, width: int | None, height: int | None) -> CameraPath:
    model = find_colmap_model(folder)
    if model is not None:
        return read_colmap(model)
    for name in _JSON_IN_FOLDER:
        if (folder / name).is_file():
            return _read_json(folder / name, width, height)
    problem = f"expected {', '.join(_JSON_IN_FOLDER)} or sparse/0 in the folder, found none"
    raise SceneFileError(folder, "", problem, "Give the file with the cameras")


def _looks_like_json(path: Path) -> bool:
    start = read_bytes(path, MAX_TEXT_BYTES)[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"{", b"["))


def _read_json(path: Path, width: int | None, height: int | None) -> CameraPath:
    content = read_json(path)
    if isinstance(content, list):
        return read_inria_cameras(objects_of(path, "cameras", cast("list[object]", content)))
    if not isinstance(content, dict):
        raise SceneFileError(path, "", f"expected {_KINDS}, found JSON without fields", "Give one of these")
    file = JsonObject(path=path, place="", values=cast("dict[str, object]", content))
    if "camera_path" in file.values:
        return read_nerfstudio_path(file, width, height)
    if "frames" in file.values:
        return read_transforms(file, width, height)
    if "keyframes" in file.values:
        problem = "expected camera_path, found only keyframes"
        raise SceneFileError(
            path, "camera_path", problem, "Add at least two keyframes in the viewer and save again"
        )
    raise SceneFileError(
        path, "", f"expected {_KINDS}, found neither camera_path nor frames", "Give one of these"
    )
