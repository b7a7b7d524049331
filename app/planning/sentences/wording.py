"""Phrases with choices in them, and the small rules of English that the generated sentences need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import TypeVar

_CHOICE = re.compile(r"\(([^()]*)\)")
_SPACES = re.compile(r" {2,}")
_IRREGULAR = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "mouse": "mice",
    "goose": "geese",
    "foot": "feet",
    "shelf": "shelves",
    "bookshelf": "bookshelves",
    "leaf": "leaves",
    "knife": "knives",
    "sheep": "sheep",
    "fish": "fish",
    "cactus": "cacti",
}

T = TypeVar("T")


def expand(rng: Random, template: str, **slots: str) -> str:
    """`template` with one alternative of every `(a|b|)` and `{slots}` filled in; groups may be nested."""
    while match := _CHOICE.search(template):
        choice = rng.choice(match.group(1).split("|"))
        template = template[: match.start()] + choice + template[match.end() :]
    return _SPACES.sub(" ", template.format(**slots)).strip()


def weighted(rng: Random, choices: Sequence[tuple[float, T]]) -> T:
    """One of `choices`, each given with its weight."""
    return rng.choices([value for _, value in choices], [weight for weight, _ in choices])[0]


def plural(noun: str) -> str:
    """Plural of `noun`; of several words the last is changed."""
    *before, last = noun.split(" ")
    return " ".join([*before, _plural_word(last)])


def article(noun: str) -> str:
    """`a` or `an`, whichever goes with `noun`."""
    return "an" if noun[:1].lower() in "aeiou" else "a"


def _plural_word(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"
