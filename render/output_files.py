"""Files that appear whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..kernels.errors import RowsplatError


def require_writable_place(path: Path) -> None:
    """Check, before long work, that a file can be put at `path`.

    Raises:
        RowsplatError: The folder does not exist or may not be written to, or `path` is a folder.
    """
    folder = path.parent
    if not folder.is_dir():
        raise RowsplatError(
            f"{path}: the folder {folder} does not exist. Create it or choose another output."
        )
    if path.is_dir():
        raise RowsplatError(f"{path}: is a folder, expected the name of a file.")
    if not os.access(folder, os.W_OK):
        raise RowsplatError(
            f"{path}: no permission to write into the folder {folder}. Choose another output."
        )


@contextmanager
def replacing_file(path: Path) -> Generator[Path, None, None]:
    """Give a temporary name in the folder of `path`, moved onto `path` at the end, removed if anything fails.

    Cancelling counts as failing, so that Ctrl-C leaves the old file or none, never half of one.
    """
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def filling_folder(folder: Path) -> Generator[Path, None, None]:
    """Give a temporary folder whose files are moved into `folder` at the end, or removed if anything fails.

    `folder` itself is made if it does not exist, then only at the end.
    """
    place = folder if folder.is_dir() else folder.parent
    temporary = place / f".{folder.name}.{os.getpid()}.part"
    temporary.mkdir()
    try:
        yield temporary
        folder.mkdir(exist_ok=True)
        for file in sorted(temporary.iterdir()):
            os.replace(file, folder / file.name)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
