"""What kind of word each word is: phrases of `lexicon.toml`, colours, sides, sizes to terminals of `grammar.lark`."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from functools import cache

from . import toml_reading
from .color_words import ALSO_NOUNS, phrases_of_colors

_COMPOUNDS = ("traffic light", "street light", "ceiling light", "night light")
"""Nouns that a colour may follow: "make the traffic light blue"."""


@cache
def _phrases() -> dict[str, dict[str, list[str]]]:
    """Sections of the file to terminals, or reasons, to phrases."""
    text = importlib.resources.files("rowsplat.scenes.text_edits").joinpath("lexicon.toml").read_text("utf-8")
    sections: dict[str, dict[str, str]] = toml_reading.loads(text)
    return {
        name: {kind: " ".join(row.split()).split(", ") for kind, row in section.items()}
        for name, section in sections.items()
    }


@cache
def verbs() -> frozenset[str]:
    """Terminals of the verbs, with which a clause begins."""
    return frozenset(_phrases()["verbs"])


@cache
def phrases_of_verbs() -> frozenset[str]:
    """All that a clause may begin with."""
    return frozenset(phrase for row in _phrases()["verbs"].values() for phrase in row)


@cache
def first_words() -> list[str]:
    """Words that a clause may begin with, for suggestions."""
    return sorted({phrase.split()[0] for row in _phrases()["verbs"].values() for phrase in row})


@cache
def terminals_of_phrases() -> dict[tuple[str, ...], tuple[str, str]]:
    """Words of a phrase to its terminal, and to what the terminal's token holds: a colour, or why it is refused."""
    terminals: dict[tuple[str, ...], tuple[str, str]] = {}
    for why, row in _phrases()["refused"].items():
        terminals |= {tuple(phrase.split()): ("STOP", why) for phrase in row}
    for words, color in phrases_of_colors().items():
        kind = "COLOR_NOUN" if words in ALSO_NOUNS else "COLOR"
        if not words.startswith(("light ", "pale ")):  # two words: "make the light blue"
            terminals[tuple(words.split())] = (kind, words if kind == "COLOR_NOUN" else color)
    for section in ("verbs", "words", "left_out"):
        for kind, row in _phrases()[section].items():
            terminals |= {tuple(phrase.split()): (kind, phrase) for phrase in row}
    for kind, phrase in (*_phrases_of_sizes(), *_phrases_of_places()):
        terminals[tuple(phrase.split())] = (kind, phrase)
    for phrase in _COMPOUNDS:
        terminals[tuple(phrase.split())] = ("WORD", phrase)
    return terminals


def _phrases_of_sizes() -> Iterator[tuple[str, str]]:
    """What a thing's extent is called: "its size", "of its original height"."""
    for before in ("its", "the", "their", "it's", "of its", "of the", "of their", "of it's"):
        for own in ("", "own ", "original ", "current ", "former ", "present ", "actual ", "full "):
            for extent in ("size", "height", "width", "length", "depth", "extent", "dimensions", "volume"):
                yield "_OWN_SIZE", f"{before} {own}{extent}"


def _phrases_of_places() -> Iterator[tuple[str, str]]:
    """Sides: "left side", "on the left", "to the left of"."""
    for kind in ("LEFT", "RIGHT", "TOP", "BOTTOM", "FRONT", "REAR", "BACK", "MIDDLE"):
        name = {"REAR": "BACK"}.get(kind, kind)
        for word in _phrases()["words"][kind]:
            for part in ("side", "part", "portion", "section", "end"):
                yield kind, f"{word} {part}"
            for before in ("on", "at", "in"):
                for after in ("", " side", " hand side", "-hand side", " part", " end", " edge"):
                    yield f"AT_{name}", f"{before} the {word}{after}"
    for kind, side in (("LEFT_OF", "left"), ("RIGHT_OF", "right")):
        yield kind, f"{side} of"
        for before in ("to", "on", "at"):
            yield kind, f"{before} {side} of"
            for after in ("", " side", " hand side", "-hand side"):
                yield kind, f"{before} the {side}{after} of"
