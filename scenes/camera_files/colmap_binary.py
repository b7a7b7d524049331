"""COLMAP's cameras.bin and images.bin, little-endian, every count checked against the bytes that are left.

pycolmap reads these too, but returns truncated files as if they were whole and may hang on damaged ones.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

from ...kernels.errors import SceneFileError
from .colmap_records import ColmapImage, ColmapLens, lens_of, model_name, num_params
from .limits import MAX_KEYPOINT_FILE_BYTES

_CAMERA_HEADER = struct.Struct("<IiQQ")  # id, model, width, height
_IMAGE_HEADER = struct.Struct("<I7dI")  # id, QW QX QY QZ, TX TY TZ, camera id
_COUNT = struct.Struct("<Q")
_KEYPOINT_BYTES = 24
_MAX_NAME_BYTES = 4096
_SMALLEST_CAMERA = _CAMERA_HEADER.size + 3 * 8
_SMALLEST_IMAGE = _IMAGE_HEADER.size + 1 + _COUNT.size


class _BoundedFile:
    """A file that tells, with its offset, when it ends too early."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file = path, file
        self._size = os.fstat(file.fileno()).st_size
        if self._size > MAX_KEYPOINT_FILE_BYTES:
            raise self.error("expected a COLMAP file", f"{self._size >> 20} MiB")

    def error(self, expected: str, found: str) -> SceneFileError:
        place = f"offset {self._file.tell()}"
        remedy = "The file is damaged or cut off; copy or export it again"
        return SceneFileError(self.path, place, f"{expected}, found {found}", remedy)

    def unpack(self, layout: struct.Struct) -> tuple[float, ...]:
        self.check_left(layout.size)
        return layout.unpack(self._file.read(layout.size))

    def count(self, smallest: int) -> int:
        """A count of records that take at least `smallest` bytes each."""
        count = int(self.unpack(_COUNT)[0])
        self.check_left(count * smallest)
        return count

    def check_left(self, size: int) -> None:
        left = self._size - self._file.tell()
        if size > left:
            raise self.error(f"expected {size} more bytes", f"{left}")

    def skip(self, size: int) -> None:
        self.check_left(size)
        self._file.seek(size, os.SEEK_CUR)

    def name(self) -> str:
        """Text up to the next zero byte."""
        start = self._file.tell()
        head, end, _ = self._file.read(_MAX_NAME_BYTES).partition(b"\0")
        self._file.seek(start)
        if not end:
            raise self.error("expected an image name that ends with a zero byte", "none")
        self._file.seek(len(head) + 1, os.SEEK_CUR)
        return head.decode("utf-8", errors="replace")


def read_binary_lenses(path: Path) -> dict[int, ColmapLens]:
    """The lenses of cameras.bin by their number.

    Raises:
        SceneFileError: The file is damaged or has a lens that is not a perspective one.
    """
    with _opened(path) as raw:
        file = _BoundedFile(path, raw)
        return dict(_lens(file, index) for index in range(file.count(_SMALLEST_CAMERA)))


def read_binary_images(path: Path) -> list[ColmapImage]:
    """The posed images of images.bin, in the file's order; keypoints are skipped.

    Raises:
        SceneFileError: The file is damaged.
    """
    with _opened(path) as raw:
        file = _BoundedFile(path, raw)
        return [_image(file, index) for index in range(file.count(_SMALLEST_IMAGE))]


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise SceneFileError(path, "", problem, "Check the path and its permissions") from None


def _lens(file: _BoundedFile, index: int) -> tuple[int, ColmapLens]:
    place = f"camera {index}"
    lens_id, model_id, width, height = (int(value) for value in file.unpack(_CAMERA_HEADER))
    model = model_name(file.path, place, model_id)
    params = file.unpack(struct.Struct(f"<{num_params(file.path, place, model)}d"))
    return lens_id, lens_of(file.path, place, model, (width, height), params)


def _image(file: _BoundedFile, index: int) -> ColmapImage:
    values = file.unpack(_IMAGE_HEADER)
    name = file.name()
    file.skip(int(file.unpack(_COUNT)[0]) * _KEYPOINT_BYTES)
    return ColmapImage(
        place=f"image {index}", name=name, lens_id=int(values[8]), quat=values[1:5], translation=values[5:8]
    )
