"""Where a style comes from: a name of a file or folder to the editor that it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ...kernels.errors import RowsplatError
from ...scenes.photo_sets.decoding import PHOTO_SUFFIXES
from .colour_transfer import ColourTransfer
from .types import ViewEditor


@dataclass(frozen=True, kw_only=True)
class StyleSource:
    """One kind of style.

    Args:
        what: What it is, for help texts and errors.
        matches: Whether a path is one of these.
        load: (path, instruction or `None`) -> editor.
    """

    what: str
    matches: Callable[[Path], bool]
    load: Callable[[Path, str | None], ViewEditor]


def editor_of(style: str | Path, *, prompt: str | None = None) -> ViewEditor:
    """The editor that a file or folder makes.

    Args:
        style: One of `STYLE_SOURCES`.
        prompt: The instruction, for those that need one; ignored by the others.

    Raises:
        RowsplatError: It is none of these, or cannot be read, or the instruction is missing.
    """
    path = Path(style)
    try:
        source = next((source for source in STYLE_SOURCES if source.matches(path)), None)
    except (OSError, ValueError):  # too long a name, or one with a zero byte
        source = None
    if source is None:
        known = ", ".join(source.what for source in STYLE_SOURCES)
        raise RowsplatError(
            f"style {str(style)[:80]!r} is none of these on this machine: {known}. Check the path."
        )
    return source.load(path, prompt)


def _network(path: Path, prompt: str | None) -> ViewEditor:
    del prompt
    from .fast_style import FastStyle  # loads torch

    return FastStyle.of_file(path)


def _reference(path: Path, prompt: str | None) -> ViewEditor:
    del prompt
    return ColourTransfer.of_file(path)


def _pipeline(path: Path, prompt: str | None) -> ViewEditor:
    from .instruct_pix2pix import InstructPix2Pix

    if prompt is None or not prompt.strip():
        raise RowsplatError(f"{path}: edits by an instruction and got none. Say what to do.")
    return InstructPix2Pix.of_folder(path, prompt)


STYLE_SOURCES = (
    StyleSource(
        what="a style network (.npz)",
        matches=lambda path: path.suffix.lower() == ".npz" and path.is_file(),
        load=_network,
    ),
    StyleSource(
        what="a picture to take colours from",
        matches=lambda path: path.suffix.lower() in PHOTO_SUFFIXES and path.is_file(),
        load=_reference,
    ),
    StyleSource(
        what="a folder with an InstructPix2Pix pipeline",
        matches=lambda path: (path / "unet").is_dir(),
        load=_pipeline,
    ),
)
"""All kinds of style, in the order in which they are tried."""
