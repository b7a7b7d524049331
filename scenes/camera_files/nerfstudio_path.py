"""nerfstudio's camera-path JSON: what its viewer writes and `ns-render camera-path` takes.

`camera_path[]` holds `camera_to_world` (16 numbers, rows first, OpenGL axes), `fov` (vertical, degrees) and
`aspect`; `render_width`, `render_height` and `fps` hold for all. Pixels are square and the principal point
is the middle.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...kernels.errors import SceneFileError
from ..camera import OPENGL_TO_OPENCV, Camera, CameraAxes, CameraPath
from .frames import pose_field
from .json_fields import JsonObject

_PERSPECTIVE = "perspective"
_SQUARE_TOLERANCE = 1e-4
_CENTRE_TOLERANCE_PX = 0.01


def read_nerfstudio_path(file: JsonObject, width: int | None, height: int | None) -> CameraPath:
    """The frames of a camera-path file; `width` and `height` [px] stand in where it names no size.

    Raises:
        SceneFileError: A field is missing or out of range, or the cameras are not perspective ones.
    """
    check_perspective(file)
    size = read_size(file, width, height)
    fps = file.positive("fps")
    default_fov = file.angle("default_fov", 180.0)
    frames = file.objects("camera_path")
    cameras = tuple(read_frame(frame, "camera_to_world", size, default_fov) for frame in frames)
    return CameraPath(cameras=cameras) if fps is None else CameraPath(cameras=cameras, fps=fps)


def check_perspective(file: JsonObject) -> None:
    """Refuse fisheye and panorama cameras.

    Raises:
        SceneFileError: The file's cameras are not perspective ones.
    """
    kind = file.text("camera_type").lower() or _PERSPECTIVE
    if kind != _PERSPECTIVE:
        raise file.error(
            "camera_type",
            f"expected {_PERSPECTIVE}, found {kind}",
            "Choose a perspective camera and export again",
        )


def read_size(file: JsonObject, width: int | None, height: int | None) -> tuple[int, int]:
    """Width and height of the pictures [px]: the file's, else those given.

    Raises:
        SceneFileError: There is neither, or the file's is out of range.
    """
    found_width, found_height = file.image_side("render_width"), file.image_side("render_height")
    if found_width is not None and found_height is not None:
        return found_width, found_height
    if width is not None and height is not None:
        return width, height
    missing = "render_width" if found_width is None else "render_height"
    raise file.error(missing, "expected the size of the pictures, found nothing", "Give a width and a height")


def read_frame(frame: JsonObject, matrix: str, size: tuple[int, int], default_fov: float | None) -> Camera:
    """The camera of one entry of a list, whose camera -> world matrix is the field `matrix`.

    Raises:
        SceneFileError: A field is missing or out of range.
    """
    fov = frame.angle("fov", 180.0) or default_fov
    if fov is None:
        raise frame.error(
            "fov", "expected a field of view, found nothing", "Add the vertical angle in degrees"
        )
    pose = pose_field(frame, matrix)
    return Camera.from_camtoworld(pose, axes=CameraAxes.OPENGL, fov_deg=fov, width=size[0], height=size[1])


def nerfstudio_path_json(path: Path, cameras: CameraPath) -> dict[str, Any]:
    """The content of the camera-path file `path`, for `read_nerfstudio_path` and nerfstudio's own viewer.

    Raises:
        SceneFileError: Sizes differ, pixels are not square, or a principal point is not the middle.
    """
    for index, camera in enumerate(cameras.cameras):
        _check_expressible(path, index, camera, cameras.cameras[0])
    first = cameras.cameras[0]
    matrices = [_opengl_numbers(camera) for camera in cameras.cameras]
    shapes = [{"fov": camera.fov_deg, "aspect": camera.width / camera.height} for camera in cameras.cameras]
    frames = [{"camera_to_world": m, **shape} for m, shape in zip(matrices, shapes, strict=True)]
    override = {"override_transition_enabled": False, "override_transition_sec": None}
    keyframes = [{"matrix": m, **shape, **override} for m, shape in zip(matrices, shapes, strict=True)]
    return {
        "camera_type": _PERSPECTIVE,
        "render_height": first.height,
        "render_width": first.width,
        "fps": cameras.fps,
        "seconds": len(cameras) / cameras.fps,
        "is_cycle": False,
        "smoothness_value": 0.0,
        "default_transition_sec": 1.0 / cameras.fps,
        "keyframes": keyframes,
        "camera_path": frames,
    }


def _check_expressible(path: Path, index: int, camera: Camera, first: Camera) -> None:
    if (camera.width, camera.height) != (first.width, first.height):
        problem = f"cameras of one size are needed, found {camera.width}x{camera.height}"
    elif abs(camera.fx / camera.fy - 1.0) > _SQUARE_TOLERANCE:
        problem = f"square pixels are needed, found fx={camera.fx:g}, fy={camera.fy:g}"
    elif max(abs(camera.cx - camera.width / 2), abs(camera.cy - camera.height / 2)) > _CENTRE_TOLERANCE_PX:
        problem = f"a centred principal point is needed, found cx={camera.cx:g}, cy={camera.cy:g}"
    else:
        return
    remedy = "Save a transforms.json, which can hold any pinhole camera"
    raise SceneFileError(path, f"camera_path[{index}]", problem, remedy)


def _opengl_numbers(camera: Camera) -> list[float]:
    return (camera.camtoworld @ OPENGL_TO_OPENCV).ravel().tolist()
