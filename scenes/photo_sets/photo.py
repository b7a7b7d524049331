"""One posed photo, whose picture is read when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError, SceneFileError
from ..camera import Camera
from .decoding import decoded_photo, photo_header, resized_array, size_within
from .undistortion import undistorted

_OPAQUE = 0.5


class Background(Enum):
    """What is seen through the transparent parts of a photo."""

    WHITE = "white"
    BLACK = "black"


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoImage:
    """A photo's picture with the camera that it fits.

    Args:
        rgb: `[H, W, 3]` float32, 0 to 1, as stored (sRGB), on the background that was asked for.
        alpha: `[H, W]` float32, 0 to 1, coverage of what the photo shows; `None` where all of it counts.
        camera: The pinhole camera of this very size, without distortion.
    """

    rgb: NDArray[np.float32]
    alpha: NDArray[np.float32] | None
    camera: Camera

    @property
    def opaque(self) -> NDArray[np.bool_] | None:
        """`[H, W]`, where the photo shows something rather than nothing; `None` where all of it counts."""
        return None if self.alpha is None else self.alpha >= _OPAQUE


@dataclass(frozen=True, eq=False, kw_only=True)
class Photo:
    """A photo and its camera.

    Args:
        name: What the set calls it; unique in the set.
        camera: Pinhole camera of the undistorted picture at the photo's own size.
        source: The image file, or its pixels `[H, W, 3 or 4]`, uint8 or float in 0 to 1 (straight alpha).
        lens: Camera with the distortion that is removed when the picture is read, at the same size; `None`
            where the photo is free of it.
        mask: Image file or `[H, W]` array that takes the place of alpha, 0 (or 0.0) where nothing counts.
        orientation: EXIF orientation, 1 to 8, that is applied to the pixels of the file when it is read.
        near_far: Depths between which the scene lies, as the set's file says [scene units].
        split: "train", "test", "val", or "" where the set is not divided.

    Raises:
        ValueError: Sizes of camera, lens or pixels differ, the camera has distortion, or near is not below far.
    """

    name: str
    camera: Camera
    source: Path | NDArray[np.generic]
    lens: Camera | None = None
    mask: Path | NDArray[np.generic] | None = None
    orientation: int = 1
    near_far: tuple[float, float] | None = None
    split: str = ""

    def __post_init__(self) -> None:
        """Check that the parts belong together."""
        size = (self.camera.width, self.camera.height)
        if any(self.camera.distortion):
            raise ValueError(f"camera of {self.name} must be free of distortion: give it as lens")
        if self.lens is not None and (self.lens.width, self.lens.height) != size:
            raise ValueError(f"lens of {self.name} must have the camera's size {size}")
        for part, channels in ((self.source, (3, 4)), (self.mask, ())):
            if isinstance(part, np.ndarray):
                _check_pixels(self.name, part, size, channels)
        if self.orientation not in range(1, 9):
            raise ValueError(f"orientation must be 1 to 8, got {self.orientation}")
        if self.near_far is not None and not 0 < self.near_far[0] < self.near_far[1] < np.inf:
            raise ValueError(f"near_far of {self.name} must be 0 < near < far, got {self.near_far}")

    @property
    def path(self) -> Path | None:
        """The image file, or `None` for pixels in memory."""
        return self.source if isinstance(self.source, Path) else None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the full picture [px]."""
        return self.camera.width, self.camera.height

    def camera_at(self, max_side: int | None = None) -> Camera:
        """The camera of `image(max_side)`, without reading it."""
        return self.camera.resized(*size_within(self.size, max_side))

    def image(self, max_side: int | None = None, *, background: Background = Background.WHITE) -> PhotoImage:
        """Read the photo, upright and free of distortion.

        Args:
            max_side: The longer side is scaled down to this [px]; never up.
            background: What transparent parts become.

        Raises:
            SceneFileError: The file is missing, damaged, or no longer of the camera's size.
            RowsplatError: Removing distortion needs OpenCV and it is not installed.
            ValueError: `max_side` is not positive.
        """
        size = size_within(self.size, max_side)
        rgba = self._pixels(size)
        if self.mask is not None:
            rgba = np.dstack([rgba[..., :3], self._mask(size)])
        if self.lens is not None:
            rgba = undistorted(rgba, self.lens.resized(*size), self.camera.resized(*size))
        alpha = np.ascontiguousarray(rgba[..., 3]) if rgba.shape[2] == 4 else None
        rgb = np.ascontiguousarray(rgba[..., :3])
        if alpha is not None:
            colour = np.float32(background is Background.WHITE)
            rgb = colour + alpha[..., None] * (rgb - colour)
        return PhotoImage(rgb=rgb, alpha=alpha, camera=self.camera.resized(*size))

    def _pixels(self, size: tuple[int, int]) -> NDArray[np.float32]:
        if isinstance(self.source, np.ndarray):
            return resized_array(self.source, size)
        header = photo_header(self.source)
        if header.upright_size(self.orientation) != self.size:
            problem = (
                f"expected the {self.size[0]}x{self.size[1]} photo that was there when the set was opened, "
                f"found {header.width}x{header.height}"
            )
            raise SceneFileError(self.source, "", problem, "Open the photo set again")
        return decoded_photo(self.source, orientation=self.orientation, size=size)

    def _mask(self, size: tuple[int, int]) -> NDArray[np.float32]:
        if isinstance(self.mask, Path):
            values = decoded_photo(self.mask, orientation=self.orientation, size=size)
            return values[..., 3] if values.shape[2] == 4 else values[..., 0]
        if self.mask is None:
            raise RowsplatError(f"{self.name} has no mask.")
        return resized_array(self.mask[..., None], size)[..., 0]


def _check_pixels(
    name: str, pixels: NDArray[np.generic], size: tuple[int, int], channels: tuple[int, ...]
) -> None:
    shape = list(pixels.shape)
    if shape[:2] != [size[1], size[0]] or (channels and (len(shape) != 3 or shape[2] not in channels)):
        raise ValueError(f"pixels of {name} must fit a camera of {size[0]}x{size[1]}, got {shape}")
    if not channels and len(shape) != 2:
        raise ValueError(f"mask of {name} must have shape [H, W], got {shape}")
    if pixels.dtype != np.uint8 and pixels.dtype.kind not in "fb":
        raise ValueError(f"pixels of {name} must be uint8 or float, got {pixels.dtype}")
