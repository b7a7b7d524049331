"""Planes, and photos at several sizes to compare them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera
from ....scenes.photo_sets import PhotoImage
from ..opencv import opencv

LEVELS = 4
"""Sizes of a photo, each half of the one before."""

_LARGEST_SIDE, _LEAST_SIDE = 320, 24  # px
_CONTRAST_WINDOW = 4.0  # standard deviation [px]
_NOISE = np.float32(1e-4)  # variance of a window that says as much as no texture


@dataclass(frozen=True, kw_only=True)
class LargePlane:
    """The points X with `directions[axis] . X = offset`.

    Args:
        axis: Which of the three directions is its normal.
        offset: Along it [scene units].
    """

    axis: int
    offset: float


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoLevel:
    """A photo at one size.

    Args:
        camera: Of H x W pixels.
        pattern: What is left of the colours without the mean around each pixel, at equal contrast, `[H, W, 3]`.
    """

    camera: Camera
    pattern: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class ScaledPhoto:
    """A photo at several sizes, the largest first."""

    levels: tuple[PhotoLevel, ...]

    @classmethod
    def of(cls, photo: PhotoImage) -> ScaledPhoto:
        """The photo, 320 px at most, and up to three times half as large.

        Raises:
            RowsplatError: OpenCV is not installed.
        """
        cv2 = opencv()
        levels = list[PhotoLevel]()
        sides = np.array([photo.camera.width, photo.camera.height])
        largest = sides * min(_LARGEST_SIDE / sides.max(), 1.0)
        for level in range(LEVELS):
            width, height = np.maximum(np.round(largest / 2**level), 1).astype(int).tolist()
            if level and min(width, height) < _LEAST_SIDE:
                break
            picture = cv2.resize(photo.rgb, (width, height), interpolation=cv2.INTER_AREA)
            camera = photo.camera.resized(width, height)
            levels.append(PhotoLevel(camera=camera, pattern=_pattern(cv2, picture)))
        return cls(levels=tuple(levels))


def blurred(cv2: Any, values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """The Gaussian mean around every pixel."""
    return cv2.GaussianBlur(values, (0, 0), sigma)


def _pattern(cv2: Any, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    differences = picture - blurred(cv2, picture, _CONTRAST_WINDOW)
    energy = blurred(cv2, np.einsum("hwc,hwc->hw", differences, differences), _CONTRAST_WINDOW)
    return (differences / np.sqrt(energy + _NOISE)[..., None]).astype(np.float32)
