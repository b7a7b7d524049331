"""Random programs, for hypothesis."""

from __future__ import annotations

import string

from hypothesis import strategies as st
from rowsplat.scenes.text_edits.color_words import phrases_of_colors
from rowsplat.scenes.text_edits.lexicon import terminals_of_phrases
from rowsplat.scenes.text_edits.nouns import singular
from rowsplat.scenes.text_edits.quantities import number_of_words, plain
from rowsplat.scenes.text_edits.steps import (
    MAX_DEGREES,
    MAX_DISTANCE,
    MAX_FACTOR,
    MAX_UNDO,
    Adjust,
    Axis,
    Direction,
    Duplicate,
    Group,
    Hide,
    Keep,
    Mirror,
    Move,
    MoveBy,
    Put,
    Quantity,
    Recolor,
    Remove,
    Replace,
    Rotate,
    Scale,
    Select,
    ShiftHue,
    ShowAll,
    Style,
    TextProgram,
    Undo,
)
from rowsplat.scenes.text_edits.targets import (
    Combined,
    CurrentSelection,
    Everything,
    Fraction,
    It,
    PartOf,
    Place,
    Relation,
    Size,
    Thing,
)


def _is_open(word: str) -> bool:
    """The word has no meaning of its own in the language."""
    known = (word,) in terminals_of_phrases() or number_of_words([word])[1] > 0
    return not known and not word.endswith("ly") and singular(word) == word


WORDS = st.text(string.ascii_lowercase, min_size=3, max_size=8).filter(_is_open) | st.sampled_from(
    ["chair", "glass", "bus", "café", "t-shirt", "r2d2", "scissors", "stand", "tablet"]
).filter(_is_open)
NOUNS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join) | st.just("thing")
COLORS = st.sampled_from(sorted(set(phrases_of_colors().values()))) | st.integers(0, 0xFFFFFF).map(
    lambda value: f"#{value:06x}"
)
TEXTS = st.text(
    st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\n"), min_size=1, max_size=12
).filter(lambda text: text.strip() != "")


def numbers(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(least, most).map(plain).filter(lambda value: least <= value <= most)


def things(depth: int = 1) -> st.SearchStrategy[Thing]:
    def make(noun: str, size: Size | None, place: Place | None, color: str | None, where: object) -> Thing:
        relation, anchor = where if isinstance(where, tuple) else (None, None)
        return Thing(noun=noun, size=size, place=place, color=color, relation=relation, anchor=anchor)

    where = st.none() if depth == 0 else st.none() | st.tuples(st.sampled_from(Relation), things(depth - 1))
    size, place = st.none() | st.sampled_from(Size), st.none() | st.sampled_from(Place)
    return st.builds(make, NOUNS, size, place, st.none() | COLORS, where)


_WHOLES = things() | st.just(Everything()) | st.just(It()) | st.just(CurrentSelection())
_SIDES = st.sampled_from([place for place in Place if place is not Place.MIDDLE])
_SIMPLE = _WHOLES | st.builds(PartOf, side=_SIDES, fraction=st.sampled_from(Fraction), whole=_WHOLES)
_SEVERAL = st.lists(_SIMPLE, min_size=2, max_size=3).map(tuple)
TARGETS = (
    _SIMPLE
    | st.builds(Combined, items=_SEVERAL)
    | st.builds(
        Combined,
        items=st.lists(_SIMPLE, min_size=1, max_size=2).map(tuple),
        exceptions=st.lists(_SIMPLE, min_size=1, max_size=2).map(tuple),
    )
)
_DEGREES = numbers(-MAX_DEGREES, MAX_DEGREES)
_OFFSETS = numbers(-MAX_DISTANCE, MAX_DISTANCE)
STEPS = st.one_of(
    *(st.builds(kind, target=TARGETS) for kind in (Select, Remove, Keep, Hide, Duplicate)),
    st.just(ShowAll()),
    st.builds(
        Move,
        target=TARGETS,
        direction=st.sampled_from(Direction),
        distance=numbers(0.0, MAX_DISTANCE),
        relative=st.booleans(),
    ),
    st.builds(MoveBy, target=TARGETS, offset=st.tuples(_OFFSETS, _OFFSETS, _OFFSETS)),
    st.builds(Put, target=TARGETS, relation=st.sampled_from(Relation), anchor=things()),
    st.builds(Rotate, target=TARGETS, degrees=_DEGREES, axis=st.sampled_from(Axis)),
    st.builds(Mirror, target=TARGETS, axis=st.sampled_from(Axis)),
    st.builds(Scale, target=TARGETS, factor=numbers(1.0 / MAX_FACTOR, MAX_FACTOR)),
    st.builds(Recolor, target=TARGETS, color=COLORS, amount=st.just(1.0) | numbers(0.0, 1.0)),
    st.builds(ShiftHue, target=TARGETS, degrees=_DEGREES),
    st.builds(Adjust, target=TARGETS, quantity=st.sampled_from(Quantity), factor=numbers(0.0, MAX_FACTOR)),
    st.builds(Style, target=TARGETS, style=TEXTS),
    st.builds(Replace, target=TARGETS, path=TEXTS),
    st.builds(Group, target=TARGETS, name=TEXTS.map(lambda text: f"Ω {text}")),
    st.builds(Undo, count=st.integers(1, MAX_UNDO)),
)
PROGRAMS = st.builds(TextProgram, steps=st.lists(STEPS, min_size=1, max_size=3).map(tuple))
