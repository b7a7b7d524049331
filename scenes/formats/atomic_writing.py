"""Write a file completely or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...kernels.errors import SceneFileError


def write_atomically(path: Path, chunks: Iterable[Any], *, overwrite: bool) -> None:
    """Write `chunks` (buffers) to a temporary name beside `path`, then move it there.

    Raises:
        SceneFileError: `path` exists and `overwrite` is false, or the folder cannot be written.
    """
    refuse_existing(path, overwrite=overwrite)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
        os.replace(temporary, path)
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error})"
        raise SceneFileError(
            path, "", problem, "Check that the folder exists, is writable and has room"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Raise `SceneFileError` if `path` exists and may not be replaced."""
    if path.is_dir():
        raise SceneFileError(path, "", "is a folder, expected the name of a file to write", "Name a file")
    if path.exists() and not overwrite:
        raise SceneFileError(path, "", "already exists", "Choose another name or ask to overwrite it")
