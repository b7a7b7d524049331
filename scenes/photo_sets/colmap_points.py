"""COLMAP's points3D.bin and points3D.txt: positions only, every count checked against the bytes that are there."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera_files.limits import MAX_COORDINATE

_MAX_FILE_BYTES = 4 << 30
_RECORD = struct.Struct("<Q3d3BdQ")  # id, x y z, r g b, error, length of the track
_TRACK_ENTRY_BYTES = 8
_REMEDY = "The file is damaged or cut off; copy or export it again"


def read_colmap_points(model: Path) -> NDArray[np.float64] | None:
    """The points `[N, 3]` of a model, world frame, or `None` where it has none.

    Raises:
        SceneFileError: The file is damaged.
    """
    binary, text = model / "points3D.bin", model / "points3D.txt"
    # the same suffix as the images, which come in both when a model was converted in place
    if binary.is_file() and ((model / "images.bin").is_file() or not text.is_file()):
        points = _binary_points(binary)
    elif text.is_file():
        points = _text_points(text)
    else:
        return None
    sensible = (np.abs(points) <= MAX_COORDINATE).all(axis=1)  # false for NaN
    return points[sensible] if sensible.any() else None


def _binary_points(path: Path) -> NDArray[np.float64]:
    with path.open("rb") as file:
        size = path.stat().st_size
        if size > _MAX_FILE_BYTES:
            raise SceneFileError(path, "", f"expected points of a scene, found {size >> 20} MiB", _REMEDY)
        data = file.read()
    if size < 8:
        raise SceneFileError(path, "", f"expected a count of points, found {size} bytes", _REMEDY)
    count = int(struct.unpack_from("<Q", data)[0])
    if count * _RECORD.size > size - 8:
        raise SceneFileError(path, "offset 0", f"expected {count} points, found {size} bytes", _REMEDY)
    points, offset = np.empty((count, 3)), 8
    for index in range(count):
        if offset + _RECORD.size > len(data):
            problem = f"expected point {index} of {count}, found the end"
            raise SceneFileError(path, f"offset {offset}", problem, _REMEDY)
        _, points[index, 0], points[index, 1], points[index, 2], *_, track = _RECORD.unpack_from(data, offset)
        offset += _RECORD.size + track * _TRACK_ENTRY_BYTES
    if offset > len(data):
        raise SceneFileError(
            path, f"offset {len(data)}", f"expected {offset - len(data)} more bytes", _REMEDY
        )
    return points


def _text_points(path: Path) -> NDArray[np.float64]:
    rows = list[tuple[float, ...]]()
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            words = line.split(maxsplit=4)
            if not words or words[0].startswith(b"#"):
                continue
            try:
                rows.append(tuple(float(word) for word in (words[1], words[2], words[3])))
            except (ValueError, IndexError):
                problem = "expected POINT3D_ID X Y Z ..., found something else"
                raise SceneFileError(path, f"line {number}", problem, "Export the model again") from None
    return np.array(rows, dtype=np.float64).reshape(-1, 3)
