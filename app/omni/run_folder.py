"""The folder of a reconstruction: whose it is, whether it is finished, and how finished files get there.

`unfinished/` holds views that were found, until all are. Results are made in a hidden folder and then moved, the file
`reconstruct.json` last: who finds that file finds all others.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...kernels.errors import RowsplatError

RECORD = "reconstruct.json"
"""What was done, for programs; there only when all is done."""

PROJECT = "project.rowsplat"
"""What opens in the viewer."""

_VERSION = 1
_PARTIAL = ".reconstruct-"
_MOST_BYTES = 64 << 20
_KEY = "rowsplat_reconstruction"


class RunFolder:
    """Where one reconstruction is written.

    Args:
        path: May not exist yet; else empty, or what an earlier run left.

    Raises:
        RowsplatError: Something else is at `path`, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        """Only look."""
        self.path = path
        self._require_ours()

    @property
    def unfinished(self) -> Path:
        """Folder with the views that were found so far."""
        return self.path / "unfinished"

    @property
    def views_kept(self) -> int:
        """How many views an interrupted run has left."""
        return len(list(self.unfinished.glob("depth-*.npz")))

    def record(self) -> dict[str, Any] | None:
        """The content of `reconstruct.json`, or `None` where there is none that can be read."""
        path = self.path / RECORD
        try:
            if path.stat().st_size > _MOST_BYTES:
                return None
            value = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) and value.get(_KEY) == _VERSION else None

    def forget_unfinished(self) -> None:
        """Remove the views of an interrupted run."""
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def clear_leavings(self) -> None:
        """Remove what a killed run was in the middle of writing."""
        if self.path.is_dir():
            for partial in self.path.glob(f"{_PARTIAL}*"):
                shutil.rmtree(partial, ignore_errors=True)

    def remove_if_empty(self) -> None:
        """Leave no trace of a run that found nothing."""
        for folder in (self.unfinished, self.path):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    @contextmanager
    def publishing(self, record: dict[str, Any]) -> Generator[Path, None, None]:
        """Give a folder for the results, moved into place at the end, or removed if anything fails.

        Args:
            record: What `reconstruct.json` will hold; may be filled until the end.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        partial = self.path / f"{_PARTIAL}{os.getpid()}"
        partial.mkdir()
        try:
            yield partial
            text = json.dumps({_KEY: _VERSION, **record}, indent=1, allow_nan=False)
            (partial / RECORD).write_text(text + "\n", encoding="utf-8")
            self._move_in(partial)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def _move_in(self, partial: Path) -> None:
        (self.path / RECORD).unlink(missing_ok=True)
        for made in sorted(partial.iterdir(), key=lambda path: path.name == RECORD):
            place = self.path / made.name
            if place.is_dir():
                shutil.rmtree(place)
            os.replace(made, place)

    def _require_ours(self) -> None:
        path = self.path
        if path.exists() and not path.is_dir():
            raise RowsplatError(f"{path}: is a file, expected a folder. Choose another --out.")
        if not path.exists():
            if path.parent.exists() and not os.access(path.parent, os.W_OK):
                raise RowsplatError(f"{path}: no permission to make this folder. Choose another --out.")
            return
        if not os.access(path, os.W_OK):
            raise RowsplatError(f"{path}: no permission to write into this folder. Choose another --out.")
        others = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
        if others and self.record() is None and not self.unfinished.is_dir():
            raise RowsplatError(
                f"{path}: holds something else, such as {others[0].name}. Choose an empty or a new folder with --out."
            )
