"""What a language model may write for a text: a regular expression of all programs that its words can mean.

Numbers, nouns, colours and names are those that the text can mean; what is done to them, the model chooses. A program
that it writes under this constraint is read back by `canonical.read_canonical`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import Enum

from ...scenes.text_edits.steps import Axis, Direction, Quantity, quoted
from ...scenes.text_edits.targets import Fraction, Place, Relation, Size
from .prompts import REFUSE, normalized
from .spoken_numbers import NumberWords, numbers_in
from .spoken_words import SpokenWords, words_in

MAX_STEPS = 6
"""Steps of a program that a model writes."""

_SPECIAL = frozenset(r"\.+*?()|[]{}^$#&-~/")
_NOTHING = "[^\\s\\S]"


def output_pattern(text: str, names: Collection[str] = ()) -> str:
    """Regular expression (of Rust) of the answers to `text`: programs of up to `MAX_STEPS` steps, or the refusal."""
    said = normalized(text)
    words = words_in(said, names)
    step = _any(_steps(_target(words), _thing(words, related=False), words, numbers_in(said)))
    return f"{REFUSE}|{step}(\n{step}){{0,{MAX_STEPS - 1}}}"


def _steps(target: str, anchor: str, words: SpokenWords, said: NumberWords) -> Iterable[str]:
    directions, axes, relations = _values(Direction), _values(Axis), _values(Relation)
    colors, quotations = _words(words.colors), _words(map(quoted, words.phrases))
    files = _words(map(quoted, words.files))
    yield f"(select|remove|keep|hide|duplicate) {target}"
    yield "show everything"
    yield "undo"
    yield f"undo {_words(said.counts)} steps"
    yield f"move {target} {directions} by ({_words(said.lengths)}|{_words(said.relative)}%)"
    if len(said.coordinates) > 1:
        coordinate = _words(said.coordinates)
        yield f"move {target} by {coordinate} {coordinate} {coordinate}"
    yield f"put {target} {relations} {anchor}"
    yield f"rotate {target} by {_words(said.degrees)} degrees around {axes}"
    yield f"mirror {target} along {axes}"
    yield f"scale {target} by {_words(said.factors - {'0'})}"
    yield f"recolor {target} {colors}"
    yield f"tint {target} {colors} by {_words(said.shares)}%"
    yield f"shift hue of {target} by {_words(said.degrees)} degrees"
    yield f"multiply {_values(Quantity)} of {target} by {_words(said.factors)}"
    yield f"style {target} like {quotations}"
    yield f"replace {target} with {files}"
    yield f"group {target} as {quotations}"


def _target(words: SpokenWords) -> str:
    thing = _thing(words, related=True)
    whole = f"(everything|it|the selection|{thing})"
    sides = _words(place.value for place in Place if place is not Place.MIDDLE)
    simple = f"(the {sides} {_values(Fraction)} of {whole}|{whole})"
    return f"{simple}( and {simple}){{0,3}}( except {simple}( and {simple})?)?"


def _thing(words: SpokenWords, *, related: bool) -> str:
    color = f"({_words(words.colors)} )?" if words.colors else ""
    plain = f"the ({_values(Size)} )?({_values(Place)} )?{color}{_words(words.nouns)}"
    return f"{plain}( {_values(Relation)} {plain})?" if related else plain


def _values(kind: type[Enum]) -> str:
    return _words(member.value for member in kind)


def _words(alternatives: Iterable[str]) -> str:
    """One of `alternatives`, letter by letter; nothing matches if there are none."""
    return _any(_escaped(word) for word in sorted(alternatives)) if alternatives else _NOTHING


def _any(patterns: Iterable[str]) -> str:
    joined = "|".join(patterns)
    return f"({joined})" if joined else _NOTHING


def _escaped(word: str) -> str:
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in word)
