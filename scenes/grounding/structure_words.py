"""Nouns that mean a part of any scene, whatever it shows."""

from __future__ import annotations

from collections.abc import Callable

from .context import GroundingContext
from .found import Found

ANYTHING = ("thing", "object", "item", "one", "shape", "stuff", "splat", "gaussian")
"""Nouns that say nothing but that something is there."""

_FOREGROUND = ("foreground", "subject", "main thing", "main object", "main subject")
_MEANINGS: tuple[tuple[tuple[str, ...], Callable[[GroundingContext], Found | None]], ...] = (
    (("floor", "ground", "ground plane"), lambda context: context.structure.floor),
    (("table", "table top", "tabletop", "desk", "desktop"), lambda context: context.structure.table),
    (("wall",), lambda context: context.structure.walls),
    (("ceiling",), lambda context: context.structure.ceiling),
    (("background", "surroundings", "backdrop"), lambda context: context.structure.background),
    (_FOREGROUND, lambda context: context.structure.foreground),
    (
        ("floater", "floating bit", "speck", "stray splat", "stray gaussian", "artifact"),
        lambda context: context.structure.floaters,
    ),
)

STRUCTURE_WORDS = tuple(word for words, _ in _MEANINGS for word in words)
"""All of them but those of `ANYTHING`."""


def structural_part(word: str, context: GroundingContext) -> Found | None:
    """What `word`, one of `STRUCTURE_WORDS`, means in a scene; `None` if the scene has no such part."""
    return next(find(context) for words, find in _MEANINGS if word in words)
