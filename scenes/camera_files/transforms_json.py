"""transforms.json of NeRF-synthetic, instant-ngp and nerfstudio.

`frames[].transform_matrix` is camera -> world with OpenGL axes. Intrinsics `w h fl_x fl_y cx cy` [px], or
the angles `camera_angle_x camera_angle_y` [rad], and distortion `k1 k2 p1 p2 k3` stand in the file or in each
frame; a frame wins.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from ..camera import OPENGL_TO_OPENCV, Camera, CameraAxes, CameraPath
from .frames import pose_field, without_trailing_zeros
from .image_sizes import image_size
from .json_fields import JsonObject

_DISTORTION = ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")
_PINHOLE_MODELS = (
    "",
    "PINHOLE",
    "SIMPLE_PINHOLE",
    "SIMPLE_RADIAL",
    "RADIAL",
    "OPENCV",
    "FULL_OPENCV",
    "PERSPECTIVE",
)


def read_transforms(file: JsonObject, width: int | None, height: int | None) -> CameraPath:
    """The cameras of a transforms file.

    A size that is not in the file is that of the frame's image, if there is one beside the file, else `width`
    and `height` [px].

    Raises:
        SceneFileError: A field is missing or out of range, or the lens is not a perspective one.
    """
    frames = file.objects("frames")
    cameras = tuple(_camera(file, frame, width, height) for frame in frames)
    return CameraPath(cameras=cameras, names=tuple(frame.text("file_path") for frame in frames))


def _camera(file: JsonObject, frame: JsonObject, width: int | None, height: int | None) -> Camera:
    pose = pose_field(frame, "transform_matrix")
    fields = replace(frame, inherited=file.values)
    _check_lens(fields)
    size = _image_size(fields, width, height)
    fx, fy = _focal_lengths(fields, *size)
    return Camera.from_camtoworld(
        pose,
        axes=CameraAxes.OPENGL,
        width=size[0],
        height=size[1],
        fx=fx,
        fy=fy,
        cx=_principal_point(fields, "cx"),
        cy=_principal_point(fields, "cy"),
        distortion=without_trailing_zeros(tuple(fields.number(name) or 0.0 for name in _DISTORTION)),
    )


def _check_lens(fields: JsonObject) -> None:
    model = fields.text("camera_model").upper()
    remedy = "Undistort the photos to PINHOLE cameras first"
    if model not in _PINHOLE_MODELS:
        raise fields.error("camera_model", f"expected a perspective lens, found {model[:40]}", remedy)
    if fields.value("is_fisheye"):
        raise fields.error("is_fisheye", "expected a perspective lens, found a fisheye", remedy)


def _image_size(fields: JsonObject, width: int | None, height: int | None) -> tuple[int, int]:
    w, h = fields.image_side("w"), fields.image_side("h")
    if w is not None and h is not None:
        return w, h
    size = image_size(fields.path.parent, fields.text("file_path"))
    if size is not None:
        return size
    if width is not None and height is not None:
        return width, height
    missing = "w" if w is None else "h"
    raise fields.error(
        missing, "expected the image's size, found neither it nor the image", "Give a width and a height"
    )


def _focal_lengths(fields: JsonObject, width: int, height: int) -> tuple[float, float]:
    fx = _focal_length(fields, "fl_x", "camera_angle_x", width)
    fy = _focal_length(fields, "fl_y", "camera_angle_y", height)
    if fx is None and fy is None:
        raise fields.error("fl_x", "expected fl_x or camera_angle_x, found neither", "Add one of them")
    return fx or fy or 0.0, fy or fx or 0.0


def _focal_length(fields: JsonObject, length: str, angle: str, pixels: int) -> float | None:
    given = fields.positive(length)
    if given is not None:
        return given
    radians = fields.angle(angle, math.pi)
    return None if radians is None else 0.5 * pixels / math.tan(radians / 2.0)


def _principal_point(fields: JsonObject, name: str) -> float | None:
    value = fields.number(name)
    if value is not None and abs(value) > 1e6:
        raise fields.error(name, f"expected a principal point in pixels, found {value:g}")
    return value


def transforms_json(cameras: CameraPath) -> dict[str, Any]:
    """The content of a transforms file with every camera's own intrinsics."""
    names = cameras.names or tuple(f"images/{index:05d}.png" for index in range(len(cameras)))
    frames = [_frame(camera, name) for camera, name in zip(cameras.cameras, names, strict=True)]
    return {"camera_model": "OPENCV", "frames": frames}


def _frame(camera: Camera, name: str) -> dict[str, Any]:
    return {
        "file_path": name,
        "w": camera.width,
        "h": camera.height,
        "fl_x": camera.fx,
        "fl_y": camera.fy,
        "cx": camera.cx,
        "cy": camera.cy,
        **dict(zip(_DISTORTION, camera.distortion, strict=False)),
        "transform_matrix": (camera.camtoworld @ OPENGL_TO_OPENCV).tolist(),
    }
