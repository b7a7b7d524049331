"""Nouns that mean a part of any scene, whatever it shows."""

from __future__ import annotations

from collections.abc import Callable

from .context import GroundingContext
from .found import Found

_CLAIMED = 0.5  # weight of a label
_LEAST_LEFT = 0.3  # of what was found

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
    found = next(find(context) for words, find in _MEANINGS if word in words)
    return None if found is None else _without_named(found, context)


def _without_named(found: Found, context: GroundingContext) -> Found:
    """Without Gaussians that a label claims: a carpet is not the floor; all of it if labels claim most."""
    if found is context.structure.foreground or not context.labels:
        return found
    claimed = context.label_weights.max(axis=1) >= _CLAIMED
    left = found.mask & ~claimed
    if left.sum() < _LEAST_LEFT * found.mask.sum():
        return found
    return Found(mask=left, confidence=found.confidence, why=found.why)
