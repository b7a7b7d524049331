"""A log, on this machine alone, of sentences and the programs that their writers accepted: one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path

from ...kernels.errors import RowsplatError, SceneFileError, one_line
from ...scenes.text_edits.steps import TextProgram
from .canonical import read_canonical
from .sentences.examples import Example

_MOST_BYTES = 2**26
_MOST_CHARACTERS = 2000


def log_accepted(path: Path, text: str, program: TextProgram) -> None:
    """Append what was said and the program that was accepted for it; the file is made if it does not exist.

    Raises:
        SceneFileError: The file cannot be written.
    """
    line = json.dumps({"text": text, "program": str(program)}, ensure_ascii=False)
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as error:
        raise SceneFileError(
            path, "", f"cannot be written: {error.strerror}", "Choose another file"
        ) from error


def read_accepted(path: Path) -> tuple[Example, ...]:
    """The pairs of a log, in its order.

    Raises:
        SceneFileError: The file cannot be read, or a line is no such pair.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise SceneFileError(
                path, "", f"expected at most {_MOST_BYTES:,} bytes, found {size:,}", "Split it"
            )
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SceneFileError(path, "", f"cannot be read: {one_line(error)}", "Choose another file") from error
    return tuple(_pair(path, number, line) for number, line in enumerate(lines, 1) if line.strip())


def _pair(path: Path, number: int, line: str) -> Example:
    try:
        entry = json.loads(line)
        text, program = entry["text"], entry["program"]
        if not isinstance(text, str) or not isinstance(program, str):
            raise TypeError("text and program must be strings")
        if max(len(text), len(program)) > _MOST_CHARACTERS:
            raise ValueError(f"more than {_MOST_CHARACTERS} characters")
        return Example(text=text, program=read_canonical(program))
    except (ValueError, KeyError, TypeError, RowsplatError) as error:
        problem = f"is no accepted pair: {one_line(error)}"
        raise SceneFileError(path, f"line {number}", problem, "Delete the line") from error
