"""Arrays of .npy and .npz files: nothing is unpickled, and sizes are checked before memory is taken."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tokenize import TokenError

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError

_MAX_BYTES = 64 << 20
_REMEDY = "Save plain arrays of numbers with numpy.save or numpy.savez"
_PARSING_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, ValueError, OverflowError, EOFError),
    *(
        KeyError,
        RuntimeError,
        SyntaxError,
        TokenError,
    ),  # NumPy parses headers as Python, after repairs of its own
)


def read_npy(path: Path) -> NDArray[np.float64]:
    """The array of an .npy file of at most 64 MiB.

    Raises:
        SceneFileError: The file is none, is too large, or holds something else than numbers.
    """
    with _clear_errors(path, ""), path.open("rb") as file:
        return _array(path, "", file.read(_MAX_BYTES + 1))


def array_names(path: Path) -> tuple[str, ...]:
    """Names of the arrays of an .npz file.

    Raises:
        SceneFileError: The file is none.
    """
    with _clear_errors(path, ""), zipfile.ZipFile(path) as archive:
        return tuple(name.removesuffix(".npy") for name in archive.namelist())


def read_npz(path: Path, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """The arrays called `names` of an .npz file, each of at most 64 MiB; others are not read.

    Raises:
        SceneFileError: One is missing, is too large, or holds something else than numbers.
    """
    arrays = dict[str, NDArray[np.float64]]()
    with _clear_errors(path, ""), zipfile.ZipFile(path) as archive:
        members = set(archive.namelist())
        for name in names:
            if f"{name}.npy" not in members:
                raise SceneFileError(path, name, "expected an array, found none of this name", _REMEDY)
            with _clear_errors(path, name), archive.open(f"{name}.npy") as member:
                arrays[name] = _array(path, name, member.read(_MAX_BYTES + 1))
    return arrays


def _array(path: Path, place: str, data: bytes) -> NDArray[np.float64]:
    if len(data) > _MAX_BYTES:
        raise SceneFileError(path, place, f"expected cameras, found over {_MAX_BYTES >> 20} MiB", _REMEDY)
    stream = BytesIO(data)
    version = np.lib.format.read_magic(stream)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(stream)
    if dtype.kind not in "fiu":
        problem = f"expected an array of numbers, found one of {str(dtype)[:40]}"
        raise SceneFileError(path, place, problem, _REMEDY)
    size = math.prod(shape) * dtype.itemsize
    left = len(data) - stream.tell()
    if size > left:
        raise SceneFileError(path, place, f"expected {size} bytes of numbers, found {left}", _REMEDY)
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False).astype(np.float64)


@contextmanager
def _clear_errors(path: Path, place: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise SceneFileError(path, place, problem, "Check the path and its permissions") from None
    except _PARSING_ERRORS as error:
        problem = f"expected arrays of NumPy, found something else ({str(error)[:80]})"
        raise SceneFileError(path, place, problem, _REMEDY) from None
