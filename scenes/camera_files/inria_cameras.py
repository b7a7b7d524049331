"""cameras.json, which INRIA's training code writes beside a trained scene.

A list of `position` (camera centre), `rotation` (camera -> world, rows first, OpenCV axes), `width height
fx fy` [px] and `img_name`; the principal point is the middle.
"""

from __future__ import annotations

import numpy as np

from ..camera import Camera, CameraPath
from .frames import rotation_of
from .json_fields import JsonObject


def read_inria_cameras(entries: list[JsonObject]) -> CameraPath:
    """The cameras of the list.

    Raises:
        SceneFileError: A field is missing or out of range.
    """
    cameras = tuple(_camera(entry) for entry in entries)
    return CameraPath(cameras=cameras, names=tuple(entry.text("img_name") for entry in entries))


def _camera(entry: JsonObject) -> Camera:
    pose = np.eye(4)
    matrix = entry.array("rotation", (3, 3), (9,)).reshape(3, 3)
    pose[:3, :3] = rotation_of(entry.path, f"{entry.place}.rotation", matrix)
    pose[:3, 3] = entry.array("position", (3,))
    width, height = entry.image_side("width"), entry.image_side("height")
    fx, fy = entry.positive("fx"), entry.positive("fy")
    if width is None or height is None:
        missing = "width" if width is None else "height"
        raise entry.error(missing, "expected the image's size, found nothing")
    if fx is None and fy is None:
        raise entry.error("fy", "expected a focal length, found nothing")
    return Camera.from_camtoworld(pose, width=width, height=height, fx=fx, fy=fy)
