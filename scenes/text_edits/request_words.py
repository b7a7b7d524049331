"""The frames of requests: what stands before, after and around a thing, a state or a command (`requests.toml`)."""

from __future__ import annotations

import importlib.resources
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from . import toml_reading
from .color_words import phrases_of_colors

_PART = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A pattern of a whole clause, and the command that it stands for, or a word for how it is made."""

    pattern: re.Pattern[str]
    plain: str


@dataclass(frozen=True, kw_only=True)
class RequestWords:
    """All patterns of requests.

    Args:
        leads: One thing that a request begins with and does not need.
        tails: All that it ends with and does not need.
        tidying: Patterns and what is written in their place, to be applied one after the other.
        frames: Likely ones first.
    """

    leads: re.Pattern[str]
    tails: re.Pattern[str]
    tidying: tuple[tuple[re.Pattern[str], str], ...]
    frames: tuple[Frame, ...]


@cache
def request_words() -> RequestWords:
    """The patterns of requests in the file."""
    sections = _sections()
    parts = sections["parts"] | {"color": _pattern_of_colors()}
    leads, tails = ("|".join(sections[name]["rows"]) for name in ("leads", "tails"))
    return RequestWords(
        leads=_compiled(f"^(?:{leads})", parts),
        tails=_compiled(rf"(?:[,\s]+(?:{tails}))+$", parts),
        tidying=tuple((_compiled(row, parts), plain) for row, plain in sections["tidying"]["rows"]),
        frames=tuple(
            Frame(pattern=_compiled(row, parts), plain=plain) for row, plain in sections["frames"]["rows"]
        ),
    )


@cache
def pattern_of_state(kind: str) -> re.Pattern[str]:
    """The pattern of one kind of wanted states."""
    return _compiled(_sections()["states"][kind], {})


@cache
def _sections() -> dict[str, Any]:
    """The file."""
    file = importlib.resources.files("rowsplat.scenes.text_edits").joinpath("requests.toml")
    return toml_reading.loads(file.read_text("utf-8"))


def _compiled(row: str, parts: dict[str, str]) -> re.Pattern[str]:
    """A pattern with its parts filled in, which may have parts in turn."""
    while _PART.search(row):
        row = _PART.sub(lambda name: parts[name[1]], row)
    return re.compile(row, re.IGNORECASE)


def _pattern_of_colors() -> str:
    """Any colour, the longest first."""
    names = sorted(phrases_of_colors(), key=lambda name: (-len(name), name))
    return rf"(?:(?:bright|deep|vivid|light|pale) )?(?:{'|'.join(names)}|#\w+)"
