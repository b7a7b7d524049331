"""Four-channel 8-bit images as data: WebP or PNG in, lossless WebP out."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray

from .byte_source import DAMAGED, ByteSource

_MAX_PIXELS = 1 << 26  # below the size at which Pillow begins to warn of decompression bombs

_NOT_AN_IMAGE = "Export the scene again; its images must be lossless WebP or PNG"


def image_size(source: ByteSource) -> tuple[int, int]:
    """Width and height [px] from the header alone: decoders allocate the canvas before they look at the data.

    Raises:
        SceneFileError: It is not a WebP or PNG image.
    """
    head = source.bytes(0, min(32, len(source)), "image header").ljust(32, b"\0")
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return struct.unpack(">II", head[16:24])
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8 ":
        raise source.error("image header", "expected lossless WebP, found lossy WebP", _NOT_AN_IMAGE)
    raise source.error("image header", f"expected a WebP or PNG image, found {head[:12]!r}", _NOT_AN_IMAGE)


def decode_image(source: ByteSource, max_pixels: int) -> NDArray[np.uint8]:
    """Pixels of a lossless image, `[H, W, 4]` RGBA.

    Raises:
        SceneFileError: It has more than `max_pixels`, is damaged, or is no such image.
    """
    from PIL import Image

    width, height = image_size(source)
    largest = min(max_pixels, _MAX_PIXELS)
    if width * height > largest:
        problem = f"expected at most {largest} pixels for this scene, found {width} x {height}"
        raise source.error("image header", problem, DAMAGED)
    try:
        image = Image.open(io.BytesIO(source.data.data), formats=("WEBP", "PNG"))
        if image.size != (width, height):
            raise ValueError(f"its canvas is {image.size[0]} x {image.size[1]}")
        return np.asarray(image if image.mode == "RGBA" else image.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise source.error("image", f"cannot be decoded ({error})", DAMAGED) from error


def encode_image(pixels: NDArray[np.uint8]) -> bytes:
    """Lossless WebP of `[H, W, 4]` RGBA pixels; colours under alpha 0 are kept."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", lossless=True, exact=True, quality=70, method=4)
    return buffer.getvalue()
