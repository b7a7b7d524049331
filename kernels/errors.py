"""Errors that are the user's to fix: the command line prints them as one line and exits with code 2."""

from __future__ import annotations

from pathlib import Path


def one_line(text: object) -> str:
    """`str(text)` with all white space as single spaces, so that an error fits one line."""
    return " ".join(str(text).split())


class RowsplatError(Exception):
    """Something the user can mend; `str()` is one clear line without a traceback."""


class SceneFileError(RowsplatError):
    """A file that cannot be read or written.

    Args:
        path: The file at fault.
        place: Offset, element or field where the fault is, or "" when it is the whole file.
        problem: What was expected and what was found.
        remedy: What the user can do.
    """

    def __init__(self, path: str | Path, place: str, problem: str, remedy: str) -> None:
        """Join the four parts into one line."""
        self.path, self.place, self.problem, self.remedy = Path(path), place, problem, remedy
        where = f"{path}: {place}" if place else f"{path}"
        super().__init__(one_line(f"{where}: {problem}. {remedy}."))


class BackendError(RowsplatError):
    """A rendering back end that was asked for and cannot be had on this machine."""
