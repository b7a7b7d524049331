"""Writing cameras, for our own commands and for nerfstudio's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..camera import CameraPath
from ..camera_splines import CameraSpline
from ..formats.atomic_writing import write_atomically
from .nerfstudio_keyframes import nerfstudio_spline_json
from .nerfstudio_path import nerfstudio_path_json
from .transforms_json import transforms_json


def save_camera_path(path: str | Path, cameras: CameraPath, *, overwrite: bool = False) -> None:
    """Write a nerfstudio camera-path JSON.

    Args:
        path: The file.
        cameras: Frames of one size, with square pixels and a centred principal point; distortion is dropped.
        overwrite: Replace a file that is there.

    Raises:
        SceneFileError: The format cannot express a camera, the file is there, or it cannot be written.
    """
    _write_json(Path(path), nerfstudio_path_json(Path(path), cameras), overwrite)


def save_keyframes(path: str | Path, spline: CameraSpline, *, fps: float, overwrite: bool = False) -> None:
    """Write a nerfstudio camera-path JSON with the keyframes of `spline` and the frames between them.

    Args:
        path: The file.
        spline: Keyframes with square pixels and a centred principal point. Times count from the first one.
        fps: Frames a second.
        overwrite: Replace a file that is there.

    Raises:
        SceneFileError: The format cannot express a camera, the file is there, or it cannot be written.
        RowsplatError: The path has too many frames.
    """
    _write_json(Path(path), nerfstudio_spline_json(Path(path), spline, fps), overwrite)


def save_transforms(path: str | Path, cameras: CameraPath, *, overwrite: bool = False) -> None:
    """Write a transforms.json with every frame's own intrinsics, lens distortion and image name.

    Raises:
        SceneFileError: The file is there and `overwrite` is false, or it cannot be written.
    """
    _write_json(Path(path), transforms_json(cameras), overwrite)


def _write_json(path: Path, content: dict[str, Any], overwrite: bool) -> None:
    text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    write_atomically(path, [text.encode()], overwrite=overwrite)
