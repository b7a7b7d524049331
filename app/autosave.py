"""Keeps the work where a crash cannot take it: a project file per running window, removed when it is closed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..kernels.errors import RowsplatError
from .project import SUFFIX, Project, save_project

INTERVAL_S = 30.0
"""Between two autosaves."""

_PREFIX, _COLOURS = "autosave-", "-colours"


class Autosave:
    """The autosaved project of this process in `folder`, which is made if it does not exist."""

    def __init__(self, folder: Path) -> None:
        """Write nothing yet."""
        self._folder = folder
        self.path = folder / f"{_PREFIX}{os.getpid()}{SUFFIX}"
        self._saved: object = None

    @property
    def colours(self) -> Path:
        """Folder for colours that are computed in this window, which its project names; made when it is needed."""
        return _colours_of(self.path)

    def save(self, project: Project) -> str:
        """Write the project if it changed; what went wrong in one line, or ""."""
        changed = (project.document, project.keyframes)
        if changed == self._saved or not project.document.scenes:
            return ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            save_project(self.path, project)
        except (RowsplatError, OSError) as error:
            return f"autosave failed: {error}"
        self._saved = changed
        return ""

    def discard(self) -> None:
        """Remove what was kept: the work was saved, or is not wanted."""
        self.remove(self.path)

    def remove(self, path: Path) -> None:
        """Remove an autosaved project and the colours of its window."""
        path.unlink(missing_ok=True)
        shutil.rmtree(_colours_of(path), ignore_errors=True)

    def left_behind(self) -> list[Path]:
        """Autosaved projects of windows that did not close, newest first."""
        found = [path for path in self._folder.glob(f"{_PREFIX}*{SUFFIX}") if not _is_running(path)]
        return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _colours_of(path: Path) -> Path:
    return path.with_name(path.stem + _COLOURS)


def _is_running(path: Path) -> bool:
    """Whether the process that wrote the file is there; another user's counts as there."""
    digits = path.stem.removeprefix(_PREFIX)
    if not digits.isdigit():
        return False
    if int(digits) == os.getpid():
        return True
    try:
        os.kill(int(digits), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OSError, OverflowError):
        return True
    return True
