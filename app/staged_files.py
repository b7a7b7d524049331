"""Several output files that appear together: all are written under other names before the first is moved."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class StagedFiles:
    """Files on their way to their places."""

    _folders: dict[Path, Path] = field(default_factory=dict[Path, Path])
    _moves: list[tuple[Path, Path]] = field(default_factory=list[tuple[Path, Path]])

    def place(self, path: Path) -> Path:
        """Where to write what is to be moved to `path`: the same name in another folder, on the same disk."""
        parent = path.parent
        if parent not in self._folders:
            self._folders[parent] = Path(tempfile.mkdtemp(prefix=".rowsplat-", dir=parent))
        staged = self._folders[parent] / path.name
        self._moves.append((staged, path))
        return staged

    def move(self) -> None:
        """Put all files into their places; what is there is replaced."""
        for staged, path in self._moves:
            os.replace(staged, path)

    def remove(self) -> None:
        """Remove what was not moved."""
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def staged_files() -> Generator[StagedFiles, None, None]:
    """Give names to write to; the files are moved when the block ends well, and removed otherwise."""
    staged = StagedFiles()
    try:
        yield staged
        staged.move()
    finally:
        staged.remove()
