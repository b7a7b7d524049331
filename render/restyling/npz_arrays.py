"""Arrays of an .npz file whose names and shapes are known beforehand: checked in the headers, nothing is unpickled."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError

_PARSING_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, ValueError, OverflowError, EOFError, NotImplementedError),
    *(KeyError, RuntimeError, SyntaxError, TokenError),  # NumPy parses headers as Python
)


def read_arrays(
    path: Path, shapes: Mapping[str, tuple[int, ...]], *, remedy: str
) -> dict[str, NDArray[np.float32]]:
    """The arrays of an .npz file as float32.

    Args:
        path: The file.
        shapes: Name -> shape of all arrays that it must hold, no more and no fewer.
        remedy: What the user can do if it does not.

    Raises:
        SceneFileError: The file cannot be read, or an array is missing, unknown, no plain numbers, not finite or has
            another shape.
    """
    place = ""
    try:
        with zipfile.ZipFile(path) as archive:
            _require_names(path, {name.removesuffix(".npy") for name in archive.namelist()}, shapes, remedy)
            arrays = dict[str, NDArray[np.float32]]()
            for place, shape in shapes.items():
                with archive.open(f"{place}.npy") as member:
                    arrays[place] = _read(path, place, member, shape, remedy)
            return arrays
    except OSError as error:
        raise SceneFileError(
            path, "", f"cannot be read ({error.strerror or error})", "Check the path"
        ) from None
    except _PARSING_ERRORS as error:
        problem = f"expected arrays of NumPy, found something else ({str(error)[:80]})"
        raise SceneFileError(path, place, problem, remedy) from None


def _require_names(path: Path, found: set[str], expected: Mapping[str, tuple[int, ...]], remedy: str) -> None:
    for name in expected:
        if name not in found:
            raise SceneFileError(path, name, f"this array is missing ({len(found)} found)", remedy)
    if unknown := sorted(found - set(expected)):
        raise SceneFileError(path, unknown[0][:80], "this array is unknown", remedy)


def _read(
    path: Path, name: str, member: IO[bytes], expected: tuple[int, ...], remedy: str
) -> NDArray[np.float32]:
    version = np.lib.format.read_magic(member)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = header(member)
    if shape != expected or dtype.kind != "f" or fortran:
        wanted = f"expected floats of shape {list(expected)} in C order"
        raise SceneFileError(path, name, f"{wanted}, found {str(dtype)[:40]} {list(shape)}", remedy)
    size = math.prod(shape) * dtype.itemsize
    data = member.read(size)
    if len(data) < size:
        raise SceneFileError(path, name, f"expected {size} bytes of numbers, found {len(data)}", remedy)
    array = np.frombuffer(data, dtype).reshape(shape).astype(np.float32)
    if not np.isfinite(array).all():
        raise SceneFileError(path, name, "expected finite numbers, found others", remedy)
    return array
