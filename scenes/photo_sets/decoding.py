"""Image files: what their headers say, and their pixels, turned upright and scaled down."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera_files.limits import MAX_IMAGE_SIDE

MAX_PIXELS = 160_000_000
"""Pixels of a photo; checked in its header before memory is taken. Decoded, such a photo has 640 MB."""

PHOTO_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
"""File names that are taken for photos, in lower case."""

_EXIF_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)


@dataclass(frozen=True, kw_only=True)
class PhotoHeader:
    """What an image file says before its pixels: stored size [px] and EXIF orientation, 1 to 8."""

    width: int
    height: int
    exif_orientation: int

    def upright_size(self, orientation: int) -> tuple[int, int]:
        """Width and height [px] once `orientation` is applied."""
        return (self.height, self.width) if orientation in _TURNED else (self.width, self.height)


def photo_header(path: Path) -> PhotoHeader:
    """The header of the image file `path`; no pixel is decoded.

    Raises:
        SceneFileError: The file cannot be read, is no image, or is absurdly large.
    """
    with _opened(path) as image:
        orientation = _orientation(image)
        width, height = image.size
    if not (0 < width <= MAX_IMAGE_SIDE and 0 < height <= MAX_IMAGE_SIDE and width * height <= MAX_PIXELS):
        problem = f"expected a photo of at most {MAX_PIXELS // 10**6} million pixels, found {width}x{height}"
        raise SceneFileError(path, "", problem, "Scale the photo down")
    return PhotoHeader(width=width, height=height, exif_orientation=orientation)


def size_within(size: tuple[int, int], max_side: int | None) -> tuple[int, int]:
    """`size` (width, height) scaled down so that the longer side is at most `max_side` [px].

    Raises:
        ValueError: `max_side` is not positive.
    """
    if max_side is None:
        return size
    if max_side < 1:
        raise ValueError(f"max_side must be positive, got {max_side}")
    longest = max(size)
    if longest <= max_side:
        return size
    width, height = (max(1, round(side * max_side / longest)) for side in size)
    return width, height


def decoded_photo(path: Path, *, orientation: int, size: tuple[int, int]) -> NDArray[np.float32]:
    """The pixels of `path` with `orientation` applied, scaled to `size` (width, height) [px].

    Returns:
        `[H, W, 3]`, or `[H, W, 4]` with straight alpha where the file has transparency; 0 to 1.

    Raises:
        SceneFileError: The file cannot be read or is damaged.
    """
    from PIL import Image

    with _opened(path) as image:
        picture = _as_rgb(image)
        if orientation != 1:
            picture = picture.transpose(Image.Transpose(_TRANSPOSES[orientation]))
        if picture.size != size:  # Pillow weights colours with alpha here
            picture = picture.resize(size, Image.Resampling.BOX, reducing_gap=3.0)
        return np.divide(np.asarray(picture), 255.0, dtype=np.float32)


def resized_array(pixels: NDArray[np.generic], size: tuple[int, int]) -> NDArray[np.float32]:
    """Pixels `[H, W, C]`, uint8 or float, as float32 in 0 to 1, scaled to `size` (width, height) [px]."""
    from PIL import Image

    values = pixels.astype(np.float32)
    if pixels.dtype == np.uint8:
        values /= np.float32(255.0)
    if (values.shape[1], values.shape[0]) == size:
        return values
    has_alpha = values.shape[2] == 4
    if has_alpha:
        values[..., :3] *= values[..., 3:]
    planes = [
        np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BOX)) for plane in _planes(values)
    ]
    scaled = np.stack(planes, axis=-1)
    if has_alpha:
        scaled[..., :3] /= np.maximum(scaled[..., 3:], np.float32(1e-6))
    return scaled


# Image.Transpose: FLIP_LEFT_RIGHT 0, FLIP_TOP_BOTTOM 1, ROTATE_90 2, _180 3, _270 4, TRANSPOSE 5, TRANSVERSE 6
_TRANSPOSES = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}


def _planes(values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [np.ascontiguousarray(values[..., channel]) for channel in range(values.shape[2])]


def _as_rgb(image: Any) -> Any:
    """The Pillow image as 8-bit RGB or RGBA."""
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):  # convert() would clip these at 255
        values = np.asarray(image).astype(np.float32)
        scale = 255.0 if image.mode == "F" else 255.0 / 65535.0
        return Image.fromarray(np.clip(values * scale, 0, 255).round().astype(np.uint8)).convert("RGB")
    transparent = "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def _orientation(image: Any) -> int:
    try:
        value = image.getexif().get(_EXIF_ORIENTATION, 1)
    except Exception:  # Pillow's parsers raise all kinds; damaged EXIF is no reason to refuse a photo
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


@contextmanager
def _opened(path: Path) -> Generator[Any]:
    """The Pillow image of a file; whatever Pillow raises while it is open becomes one clear line."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes are ours to check; oddities in EXIF are no news
            with Image.open(path) as image:
                yield image
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise SceneFileError(path, "", problem, "Check the path and its permissions") from None
    except SceneFileError:
        raise
    except Image.DecompressionBombError:
        problem = f"expected a photo of at most {MAX_PIXELS // 10**6} million pixels, found far more"
        raise SceneFileError(path, "", problem, "Scale the photo down") from None
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
    ) as error:
        problem = f"expected a whole image, found a damaged or foreign file ({str(error)[:80]})"
        raise SceneFileError(path, "", problem, "Copy the photo again or leave it out") from None
