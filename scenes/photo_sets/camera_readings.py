"""How the cameras of a file may have to be read, other than as given.

Notation: V world -> camera `[4, 4]` as given, D = diag(1, -1, -1, 1) between OpenGL and OpenCV axes. Where a file
holds M and was read as camera -> world, V = M^-1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..camera import OPENGL_TO_OPENCV, Camera

_SIZE_FACTORS = (0.25, 1 / 3, 0.4, 0.5, 2 / 3, 1.5, 2.0, 2.5, 3.0, 4.0)
Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class CameraReading:
    """A hypothesis about cameras.

    Args:
        description: What the file then holds, such as "the cameras have OpenGL axes".
        remedy: What to do about it.
        apply: The camera as it then is, from the given one; of the same size.
    """

    description: str
    remedy: str
    apply: Callable[[Camera], Camera]


AS_GIVEN = CameraReading(
    description="the cameras are as given", remedy="Nothing", apply=lambda camera: camera
)
"""The hypothesis that nothing is wrong."""


def other_readings() -> Iterator[CameraReading]:
    """The mistakes that are made with cameras, the usual ones first."""
    D = OPENGL_TO_OPENCV
    negate = "Negate the second and third column of each camera-to-world matrix"
    invert = "Invert the matrices"
    yield _posed(
        "the camera axes are the other way round (OpenGL and OpenCV mixed up)", negate, lambda V: D @ V
    )
    yield _posed("world-to-camera and camera-to-world are mixed up", invert, np.linalg.inv)
    both = "world-to-camera and camera-to-world are mixed up, and OpenGL and OpenCV axes"
    yield _posed(both, f"{invert} and negate the second and third row", lambda V: np.linalg.inv(V) @ D)
    yield _posed(both, f"{invert} and negate the second and third row", lambda V: D @ np.linalg.inv(V))
    yield _posed(both, f"{invert} and negate the second and third row", lambda V: D @ np.linalg.inv(V) @ D)
    yield _posed("the rotations are transposed", "Transpose the rotations", _with_rotation_transposed)
    yield _posed(
        "the camera axes are in LLFF's order down, right, backwards",
        "Reorder the columns of each rotation",
        lambda V: np.array([[0.0, 1, 0, 0], [1, 0, 0, 0], [0, 0, -1, 0], [0, 0, 0, 1]]) @ V,
    )
    yield _posed(
        "the translations are the cameras' positions", "Multiply them by minus the rotation", _with_position
    )
    for factor in _SIZE_FACTORS:
        times = f"{factor:.3g} times"
        yield CameraReading(
            description=f"the intrinsics are for pictures {1 / factor:.3g} times as large as these photos",
            remedy=f"Multiply fx, fy, cx and cy by {factor:.3g}",
            apply=lambda camera, factor=factor: _with_intrinsics(camera, factor, factor),
        )
        yield CameraReading(
            description=f"the focal lengths should be {times} as long",
            remedy=f"Multiply fx and fy by {factor:.3g}",
            apply=lambda camera, factor=factor: _with_intrinsics(camera, factor, 1.0),
        )


def _posed(description: str, remedy: str, change: Callable[[Matrix], NDArray[Any]]) -> CameraReading:
    return CameraReading(
        description=description,
        remedy=remedy,
        apply=lambda camera: replace(camera, viewmat=change(camera.viewmat)),
    )


def _with_rotation_transposed(viewmat: Matrix) -> Matrix:
    """The camera stays where it is."""
    changed = viewmat.copy()
    changed[:3, :3] = viewmat[:3, :3].T
    changed[:3, 3] = changed[:3, :3] @ viewmat[:3, :3].T @ viewmat[:3, 3]
    return changed


def _with_position(viewmat: Matrix) -> Matrix:
    changed = viewmat.copy()
    changed[:3, 3] = -viewmat[:3, :3] @ viewmat[:3, 3]
    return changed


def _with_intrinsics(camera: Camera, focal: float, principal: float) -> Camera:
    return replace(
        camera,
        fx=camera.fx * focal,
        fy=camera.fy * focal,
        cx=camera.cx * principal,
        cy=camera.cy * principal,
    )
