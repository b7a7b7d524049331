"""Keyframes of nerfstudio's camera-path JSON, which its viewer turns into frames when it saves and loads.

`keyframes[]` holds `matrix` (16 numbers, rows first, OpenGL axes), `fov` (vertical, degrees), `aspect`, and the time
from the keyframe before: `override_transition_sec` where `override_transition_enabled`, else `default_transition_sec`
of the file. The first keyframe's counts only where `is_cycle`: it is the way back from the last one.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from ...kernels.errors import RowsplatError, SceneFileError
from ..camera import Camera, CameraPath
from ..camera_splines import CameraSpline, Keyframe
from .json_fields import JsonObject, read_json
from .nerfstudio_path import check_perspective, nerfstudio_path_json, read_frame, read_size

_DEFAULT_TRANSITION_S = 0.5  # nerfstudio's own, for files that name none
_DEFAULT_FPS = 24.0


def load_keyframes(
    path: str | Path, *, width: int | None = None, height: int | None = None
) -> tuple[CameraSpline, float]:
    """Keyframes and frame rate of a nerfstudio camera-path JSON; its frames, if any, are not looked at.

    Args:
        path: The file.
        width: Width of the pictures where the file names none [px].
        height: Height of the pictures where the file names none [px].

    Returns:
        The spline through the keyframes, the first one at time 0, closed where the file is a cycle; frames a second.

    Raises:
        SceneFileError: The file cannot be read, has no keyframes, or one of its fields is wrong.
    """
    path = Path(path)
    content = read_json(path)
    if not isinstance(content, dict) or "keyframes" not in content:
        problem = "expected a nerfstudio camera path with keyframes, found none"
        raise SceneFileError(
            path, "keyframes", problem, "Give a file that nerfstudio's viewer or rowsplat saved"
        )
    file = JsonObject(path=path, place="", values=cast("dict[str, object]", content))
    check_perspective(file)
    size = read_size(file, width, height)
    default_fov = file.angle("default_fov", 180.0)
    default_transition = file.positive("default_transition_sec") or _DEFAULT_TRANSITION_S
    entries = file.objects("keyframes")
    cameras = [read_frame(entry, "matrix", size, default_fov) for entry in entries]
    transitions = [_transition(entry, default_transition) for entry in entries]
    is_cycle = file.value("is_cycle") is True
    spline = _spline(file, cameras, transitions, is_cycle=is_cycle)
    return spline, file.positive("fps") or _DEFAULT_FPS


def _transition(entry: JsonObject, default: float) -> float:
    """Time from the keyframe before [s]."""
    if entry.value("override_transition_enabled") is not True:
        return default
    return entry.positive("override_transition_sec") or default


def _spline(
    file: JsonObject, cameras: list[Camera], transitions: list[float], *, is_cycle: bool
) -> CameraSpline:
    time, keyframes = 0.0, [Keyframe(camera=cameras[0], time=0.0)]
    for camera, transition in zip(cameras[1:], transitions[1:], strict=True):
        time += transition
        keyframes.append(Keyframe(camera=camera, time=time))
    try:
        return CameraSpline(keyframes=tuple(keyframes), closing_s=transitions[0] if is_cycle else None)
    except RowsplatError:
        problem = "expected transitions of some length, found one too short for the others"
        raise file.error("keyframes", problem, "Lengthen the transitions") from None


def nerfstudio_spline_json(path: Path, spline: CameraSpline, fps: float) -> dict[str, Any]:
    """The content of the camera-path file `path` with the keyframes of `spline` and the frames between them.

    Raises:
        SceneFileError: Pixels are not square, or a principal point is not the middle.
        RowsplatError: The path is too long for a file.
    """
    cameras = tuple(keyframe.camera for keyframe in spline.keyframes)
    times = [keyframe.time for keyframe in spline.keyframes]
    transitions = [spline.closing_s, *(later - earlier for earlier, later in pairwise(times))]
    of_keyframes = nerfstudio_path_json(path, CameraPath(cameras=cameras, fps=fps))
    of_frames = nerfstudio_path_json(path, spline.path(fps))
    keyframes = [
        {
            **entry,
            "override_transition_enabled": transition is not None,
            "override_transition_sec": transition,
        }
        for entry, transition in zip(of_keyframes["keyframes"], transitions, strict=True)
    ]
    given = [transition for transition in transitions if transition is not None]
    return {
        **of_frames,
        "seconds": spline.duration,
        "is_cycle": spline.closing_s is not None,
        "default_transition_sec": sum(given) / len(given) if given else _DEFAULT_TRANSITION_S,
        "keyframes": keyframes,
    }
