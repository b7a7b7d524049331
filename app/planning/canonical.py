"""Canonical sentences back to programs: the inverse of `str` of a program, and nothing more.

The grammar of `parse_edits` reads ordinary English and looks at every word; what a language model writes under the
constraint of `output_grammar` is canonical already, and nouns in it may be any words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from ...scenes.text_edits.color_words import color_of_words, phrases_of_colors
from ...scenes.text_edits.steps import (
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
    Step,
    Style,
    TextProgram,
    Undo,
)
from ...scenes.text_edits.targets import (
    Combined,
    CurrentSelection,
    Everything,
    Fraction,
    It,
    PartOf,
    Place,
    Relation,
    Simple,
    Size,
    Target,
    Thing,
)

_NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
E = TypeVar("E", bound=Enum)


def read_canonical(text: str) -> TextProgram:
    """The program that prints as `text`.

    Raises:
        ValueError: A line is no canonical sentence, or a number in it is out of range.
    """
    return TextProgram(steps=tuple(_step(line) for line in text.splitlines()))


def _step(line: str) -> Step:
    for pattern, make in _STEPS:
        if match := pattern.fullmatch(line):
            return make(*match.groups())
    raise ValueError(f"is no canonical sentence: {line!r}")


def _target(words: str) -> Target:
    whole, _, excepted = words.partition(" except ")
    items = tuple(map(_simple, whole.split(" and ")))
    exceptions = tuple(map(_simple, excepted.split(" and "))) if excepted else ()
    return items[0] if len(items) == 1 and not exceptions else Combined(items=items, exceptions=exceptions)


def _simple(words: str) -> Simple:
    part = _PART.fullmatch(words)
    if part:
        whole = _simple(part[3])
        if isinstance(whole, PartOf):
            raise ValueError("a part of a part")
        return PartOf(side=Place(part[1]), fraction=Fraction(part[2]), whole=whole)
    if words in _WHOLES:
        return _WHOLES[words]
    return _thing(words)


def _thing(words: str) -> Thing:
    if not words.startswith("the "):
        raise ValueError(f"is no thing: {words!r}")
    related = _RELATED.search(words)
    relation, anchor = (Relation(related[1]), _thing(related[2])) if related else (None, None)
    names = (words[: related.start()] if related else words).split(" ")[1:]
    size = _take(names, Size)
    place = _take(names, Place)
    color = names.pop(0) if len(names) > 1 and _is_color(names[0]) else None
    return Thing(noun=" ".join(names), size=size, place=place, color=color, relation=relation, anchor=anchor)


def _take(names: list[str], kind: type[E]) -> E | None:
    """The first word, taken away, if it is of `kind` and another follows."""
    if len(names) > 1 and names[0] in {member.value for member in kind}:
        return kind(names.pop(0))
    return None


def _is_color(word: str) -> bool:
    return word in phrases_of_colors() or (word.startswith("#") and color_of_words(word) == word)


def _color(word: str) -> str:
    if not _is_color(word):
        raise ValueError(f"is no colour: {word!r}")
    return word


def _about(step: Callable[..., Step]) -> Callable[[str], Step]:
    return lambda target: step(target=_target(target))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


_WHOLES: dict[str, Simple] = {"everything": Everything(), "it": It(), "the selection": CurrentSelection()}
_SIDES = "|".join(place.value for place in Place if place is not Place.MIDDLE)
_PART = re.compile(rf"the ({_SIDES}) ({'|'.join(fraction.value for fraction in Fraction)}) of (.+)")
_RELATED = re.compile(rf" ({'|'.join(relation.value for relation in Relation)}) (the .+)")


def _undo(count: str) -> Step:
    return Undo(count=int(count))


def _move_by(target: str, x: str, y: str, z: str) -> Step:
    return MoveBy(target=_target(target), offset=(float(x), float(y), float(z)))


def _move(target: str, way: str, far: str, percent: str) -> Step:
    distance = _hundredth(far) if percent else float(far)
    return Move(target=_target(target), direction=Direction(way), distance=distance, relative=bool(percent))


def _put(target: str, relation: str, anchor: str) -> Step:
    return Put(target=_target(target), relation=Relation(relation), anchor=_thing(anchor))


def _rotate(target: str, degrees: str, axis: str) -> Step:
    return Rotate(target=_target(target), degrees=float(degrees), axis=Axis(axis))


def _mirror(target: str, axis: str) -> Step:
    return Mirror(target=_target(target), axis=Axis(axis))


def _scale(target: str, factor: str) -> Step:
    return Scale(target=_target(target), factor=float(factor))


def _recolor(target: str, color: str) -> Step:
    return Recolor(target=_target(target), color=_color(color))


def _tint(target: str, color: str, share: str) -> Step:
    return Recolor(target=_target(target), color=_color(color), amount=_hundredth(share))


def _shift_hue(target: str, degrees: str) -> Step:
    return ShiftHue(target=_target(target), degrees=float(degrees))


def _adjust(quantity: str, target: str, factor: str) -> Step:
    return Adjust(target=_target(target), quantity=Quantity(quantity), factor=float(factor))


def _style(target: str, style: str) -> Step:
    return Style(target=_target(target), style=_unquoted(style))


def _replace(target: str, path: str) -> Step:
    return Replace(target=_target(target), path=_unquoted(path))


def _group(target: str, name: str) -> Step:
    return Group(target=_target(target), name=_unquoted(name))


def _hundredth(percent: str) -> float:
    return float(f"{float(percent) / 100:.12g}")


def _one_of(kind: type[Enum]) -> str:
    return f"({'|'.join(member.value for member in kind)})"


_PATTERNS: tuple[tuple[str, Callable[..., Step]], ...] = (
    ("show everything", ShowAll),
    ("undo", Undo),
    (r"undo (\d{1,4}) steps", _undo),
    ("select (.+)", _about(Select)),
    ("remove (.+)", _about(Remove)),
    ("keep (.+)", _about(Keep)),
    ("hide (.+)", _about(Hide)),
    ("duplicate (.+)", _about(Duplicate)),
    (rf"move (.+) by ({_NUMBER}) ({_NUMBER}) ({_NUMBER})", _move_by),
    (rf"move (.+) {_one_of(Direction)} by ({_NUMBER})(%?)", _move),
    (rf"put (.+?) {_one_of(Relation)} (the .+)", _put),
    (rf"rotate (.+) by ({_NUMBER}) degrees around {_one_of(Axis)}", _rotate),
    (rf"mirror (.+) along {_one_of(Axis)}", _mirror),
    (rf"scale (.+) by ({_NUMBER})", _scale),
    (r"recolor (.+) (\S+)", _recolor),
    (rf"tint (.+) (\S+) by ({_NUMBER})%", _tint),
    (rf"shift hue of (.+) by ({_NUMBER}) degrees", _shift_hue),
    (rf"multiply {_one_of(Quantity)} of (.+) by ({_NUMBER})", _adjust),
    (f"style (.+) like {_QUOTED}", _style),
    (f"replace (.+) with {_QUOTED}", _replace),
    (f"group (.+) as {_QUOTED}", _group),
)
_STEPS = tuple((re.compile(pattern), make) for pattern, make in _PATTERNS)
