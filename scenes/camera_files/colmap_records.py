"""What COLMAP's text and binary files both say: lenses and posed images.

Poses are world -> camera with OpenCV axes, quaternions wxyz (Hamilton); pixel centres lie at +0.5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...kernels.errors import SceneFileError
from .frames import without_trailing_zeros
from .limits import MAX_COORDINATE, MAX_IMAGE_SIDE

# Number of focal lengths, then of distortion coefficients; the principal point stands between them.
_PERSPECTIVE_MODELS = {
    "SIMPLE_PINHOLE": (1, 0),
    "PINHOLE": (2, 0),
    "SIMPLE_RADIAL": (1, 1),
    "RADIAL": (1, 2),
    "OPENCV": (2, 4),
    "FULL_OPENCV": (2, 8),
}
_MODEL_NAMES = (
    *(
        "SIMPLE_PINHOLE",
        "PINHOLE",
        "SIMPLE_RADIAL",
        "RADIAL",
        "OPENCV",
        "OPENCV_FISHEYE",
        "FULL_OPENCV",
        "FOV",
    ),
    *("SIMPLE_RADIAL_FISHEYE", "RADIAL_FISHEYE", "THIN_PRISM_FISHEYE"),
)


@dataclass(frozen=True, kw_only=True)
class ColmapLens:
    """Intrinsics [px] that several images may share; `distortion` as in `Camera`."""

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ColmapImage:
    """One posed photo: `quat` wxyz and `translation` take world to camera; `place` is for error texts."""

    place: str
    name: str
    lens_id: int
    quat: tuple[float, ...]
    translation: tuple[float, ...]


def model_name(path: Path, place: str, model_id: int) -> str:
    """The name of a lens model by its number in a binary file.

    Raises:
        SceneFileError: There is no such model.
    """
    if 0 <= model_id < len(_MODEL_NAMES):
        return _MODEL_NAMES[model_id]
    raise _unknown_model(path, place, f"number {model_id}")


def num_params(path: Path, place: str, model: str) -> int:
    """How many parameters a perspective lens model has.

    Raises:
        SceneFileError: The model is not a perspective one.
    """
    if model not in _PERSPECTIVE_MODELS:
        raise _unknown_model(path, place, model[:40])
    num_focal, num_distortion = _PERSPECTIVE_MODELS[model]
    return num_focal + 2 + num_distortion


def lens_of(path: Path, place: str, model: str, size: tuple[int, int], params: Sequence[float]) -> ColmapLens:
    """The lens of `model` with `size` (width, height) [px] and its parameters in COLMAP's order.

    Raises:
        SceneFileError: The model is not a perspective one, or a value is out of range.
    """
    expected = num_params(path, place, model)
    if len(params) != expected:
        problem = f"expected {expected} parameters of {model}, found {len(params)}"
        raise SceneFileError(path, place, problem, "Export the model again")
    if not all(1 <= side <= MAX_IMAGE_SIDE for side in size):
        problem = f"expected an image of 1 to {MAX_IMAGE_SIDE} pixels a side, found {size[0]}x{size[1]}"
        raise SceneFileError(path, place, problem, "Export the model again")
    num_focal = _PERSPECTIVE_MODELS[model][0]
    focal, (cx, cy) = params[:num_focal], params[num_focal : num_focal + 2]
    if not all(0.0 < f <= MAX_COORDINATE for f in focal) or not all(abs(p) <= MAX_COORDINATE for p in params):
        problem = f"expected positive focal lengths and finite parameters, found {_shown(params)}"
        raise SceneFileError(path, place, problem, "Export the model again")
    distortion = without_trailing_zeros(tuple(params[num_focal + 2 :]))
    width, height = size
    return ColmapLens(
        width=width, height=height, fx=focal[0], fy=focal[-1], cx=cx, cy=cy, distortion=distortion
    )


def check_image_pose(path: Path, image: ColmapImage) -> None:
    """Check that the pose is one.

    Raises:
        SceneFileError: The quaternion is far from length 1, or a number is not finite or absurd.
    """
    if (
        not 0.5 <= math.hypot(*image.quat) <= 2.0
    ):  # COLMAP itself takes any length and scales it to 1; false for NaN
        problem = f"expected a rotation QW QX QY QZ of length 1, found {_shown(image.quat)}"
        raise SceneFileError(path, image.place, problem, "Export the model again")
    if not all(abs(value) <= MAX_COORDINATE for value in image.translation):
        problem = f"expected a finite translation TX TY TZ, found {_shown(image.translation)}"
        raise SceneFileError(path, image.place, problem, "Export the model again")


def _unknown_model(path: Path, place: str, found: str) -> SceneFileError:
    problem = f"expected a perspective lens ({', '.join(_PERSPECTIVE_MODELS)}), found model {found}"
    return SceneFileError(path, place, problem, "Undistort the photos with `colmap image_undistorter` first")


def _shown(values: Sequence[float]) -> str:
    return " ".join(f"{value:.4g}" for value in values)
