"""COLMAP's cameras.txt and images.txt."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ...kernels.errors import SceneFileError
from .colmap_records import ColmapImage, ColmapLens, lens_of
from .json_fields import decoded, read_text

_MAX_LINE_BYTES = 1 << 16
_REMEDY = "Export the model again with `colmap model_converter --output_type TXT`"


def read_text_lenses(path: Path) -> dict[int, ColmapLens]:
    """The lenses of cameras.txt by their number.

    Raises:
        SceneFileError: A line is not `CAMERA_ID MODEL WIDTH HEIGHT PARAMS[]`, or its lens is a fisheye.
    """
    lenses: dict[int, ColmapLens] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        place = f"line {number}"
        if len(words) < 5:
            problem = f"expected CAMERA_ID MODEL WIDTH HEIGHT PARAMS, found {len(words)} words"
            raise SceneFileError(path, place, problem, _REMEDY)
        lens_id, width, height = (_integer(path, place, words[index]) for index in (0, 2, 3))
        params = _numbers(path, place, words[4:])
        lenses[lens_id] = lens_of(path, place, words[1], (width, height), params)
    return lenses


def read_text_images(path: Path) -> list[ColmapImage]:
    """The posed images of images.txt, in the file's order; the keypoint line after each is skipped.

    Raises:
        SceneFileError: A line is not `IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME`, or is not followed by
            keypoints.
    """
    try:
        with path.open("rb") as file:
            return list(_images(path, file))
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise SceneFileError(path, "", problem, "Check the path and its permissions") from None


def _images(path: Path, file: BinaryIO) -> Iterator[ColmapImage]:
    lines = _lines(file)
    for number, line in lines:
        if line.strip() and not line.lstrip().startswith(b"#"):
            yield _image(path, f"line {number}", line)
            _check_keypoints(path, *next(lines, (number + 1, b"")))


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines, each cut after `_MAX_LINE_BYTES`: a line of keypoints may be far longer."""
    number = 0
    while line := file.readline(_MAX_LINE_BYTES):
        number += 1
        yield number, line
        while line and not line.endswith(b"\n"):
            line = file.readline(_MAX_LINE_BYTES)


def _image(path: Path, place: str, line: bytes) -> ColmapImage:
    words = decoded(path, line).split(maxsplit=9)
    if len(words) != 10:
        problem = f"expected IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME, found {len(words)} words"
        raise SceneFileError(path, place, problem, _REMEDY)
    pose = _numbers(path, place, words[1:8])
    lens_id = _integer(path, place, words[8])
    return ColmapImage(
        place=place, name=words[9].strip(), lens_id=lens_id, quat=pose[:4], translation=pose[4:]
    )


def _check_keypoints(path: Path, number: int, line: bytes) -> None:
    if len(line) < _MAX_LINE_BYTES and len(line.split()) % 3 != 0:
        problem = "expected a line of keypoints X Y POINT3D_ID, or an empty one, after every image"
        raise SceneFileError(path, f"line {number}", problem, "Add an empty line after each image line")


def _integer(path: Path, place: str, word: str) -> int:
    if word.isascii() and word.isdigit() and len(word) <= 19:
        return int(word)
    raise SceneFileError(path, place, f"expected a whole number, found {word[:40]!r}", _REMEDY)


def _numbers(path: Path, place: str, words: list[str]) -> tuple[float, ...]:
    return tuple(_number(path, place, word) for word in words)


def _number(path: Path, place: str, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SceneFileError(path, place, f"expected a finite number, found {word[:40]!r}", _REMEDY)
    return value
