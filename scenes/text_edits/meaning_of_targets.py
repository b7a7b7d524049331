"""From the grammar's trees to targets, numbers and amounts: the parts of steps.

Lark calls the method of a rule's name, or of its alias, with what the parts of the rule mean.
"""

from __future__ import annotations

from fractions import Fraction as Ratio
from typing import TypeVar, cast

from lark import Token, Transformer, v_args

from .color_words import color_of_words
from .nouns import singular
from .quantities import Measure, Number, Tone, Unit, plain
from .steps import Quantity
from .targets import (
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

_PLACES = {place.name: place for place in Place} | {
    "LEFTMOST": Place.LEFT,
    "RIGHTMOST": Place.RIGHT,
    "REAR": Place.BACK,
}
Whole = Thing | Everything | It | CurrentSelection
_Property = Size | Place | str


class ContradictionError(ValueError):
    """Words that fit the grammar and not each other; the message is "problem. remedy"."""


_Class = TypeVar("_Class", bound=type)


def of_parts(meaning: _Class) -> _Class:
    """Let the methods of a class take what the parts of a rule mean as arguments, where lark gives a list."""
    return cast("_Class", v_args(inline=True)(meaning))


@of_parts
class MeaningOfTargets(Transformer[Token, object]):
    """Targets, numbers and amounts."""

    # what is meant

    def target(self, items: tuple[Simple, ...], exceptions: tuple[Simple, ...] = ()) -> Target:
        return (
            items[0] if len(items) == 1 and not exceptions else Combined(items=items, exceptions=exceptions)
        )

    def everything_else(self) -> Target:
        return Combined(items=(Everything(),), exceptions=(It(),))

    def items(self, *items: Simple) -> tuple[Simple, ...]:
        return items

    def everything(self) -> Everything:
        return Everything()

    def it(self) -> It:
        return It()

    def selection(self) -> CurrentSelection:
        return CurrentSelection()

    def thing(self, thing: Thing) -> Thing:
        return thing

    def related_thing(self, thing: Thing, relation: tuple[Relation, Thing]) -> Thing:
        return _with(thing, relation=relation[0], anchor=relation[1])

    def colored_thing(self, thing: Thing, color: str) -> Thing:
        return _with(thing, color=color)

    def all_of_color(self, color: str) -> Thing:
        return Thing(noun="thing", color=color)

    def all_related(self, relation: tuple[Relation, Thing]) -> Thing:
        return Thing(noun="thing", relation=relation[0], anchor=relation[1])

    def placed_thing(self, thing: Thing, place: Place) -> Thing:
        return _with(thing, place=place)

    def named_thing(self, *parts: _Property | _Noun) -> Thing:
        *properties, noun = parts
        thing = Thing(noun=str(noun))
        for value in properties:
            key = "size" if isinstance(value, Size) else "place" if isinstance(value, Place) else "color"
            thing = _with(thing, **{key: value})
        return thing

    def size(self, token: Token) -> Size:
        return Size[token.type]

    def place(self, token: Token) -> Place:
        return _PLACES[token.type]

    def lower(self) -> Place:
        return Place.BOTTOM

    def some_thing(self, *_: Token) -> _Noun:
        return _Noun("thing")

    def noun(self, *tokens: Token) -> _Noun:
        last = tokens[-1]
        if last.type in ("NAME", "STRING"):
            return _Noun(last.value)
        return _Noun(singular(_joined(tokens)))

    noun_of_color = noun

    def at_place(self, token: Token) -> Place:
        return Place[token.type.removeprefix("AT_")]

    def relation(self, relation: Relation, anchor: Thing) -> tuple[Relation, Thing]:
        return relation, anchor

    def rel(self, token: Token) -> Relation:
        return Relation[token.type]

    def on(self) -> Relation:
        return Relation.ON

    def near(self) -> Relation:
        return Relation.NEAR

    def part(self, side: Place, fraction: Fraction, whole: Whole) -> PartOf:
        if side is Place.MIDDLE:
            raise ContradictionError(
                "a part has a side, and the middle is none. Say the top half, the left third, ..."
            )
        return PartOf(side=side, fraction=fraction, whole=whole)

    def half_at(self, side: Place, whole: Whole) -> PartOf:
        return self.part(side, Fraction.HALF, whole)

    def left_half(self, _: Token, whole: Whole) -> PartOf:
        return self.part(Place.LEFT, Fraction.HALF, whole)

    def right_half(self, _: Token, whole: Whole) -> PartOf:
        return self.part(Place.RIGHT, Fraction.HALF, whole)

    def part_possessed(self, whole: Whole, side: Place, fraction: Fraction) -> PartOf:
        return self.part(side, fraction, whole)

    def part_of_it(self, side: Place, fraction: Fraction) -> PartOf:
        return self.part(side, fraction, It())

    def fraction(self, token: Token) -> Fraction:
        return Fraction[token.type]

    def color(self, *tokens: Token) -> str:
        if len(tokens) == 1:
            return color_of_words(tokens[0].value) or tokens[0].value
        words = f"{tokens[0].value} {tokens[1].value}"
        color = color_of_words(words) or color_of_words(f"light {tokens[1].value}")
        if color is None:
            raise ContradictionError(f"{words} is no colour with a name. Write it in figures, like #ff8800")
        return color

    def plain_color(self, *parts: Token | str) -> str:
        return str(parts[-1])

    # how much

    def number(self, token: Token) -> Number:
        return token if isinstance(token, Number) else token.value

    def one(self, *_: Token) -> Number:
        return Number(value=Ratio(1))

    def half_number(self, *_: Token) -> Number:
        return Number(value=Ratio(1, 2), is_part=True)

    def third_number(self, *_: Token) -> Number:
        return Number(value=Ratio(1, 3), is_part=True)

    def quarter_number(self, *_: Token) -> Number:
        return Number(value=Ratio(1, 4), is_part=True)

    def slight(self, *_: Token) -> Tone:
        return Tone.SLIGHT

    def strong(self, *_: Token) -> Tone:
        return Tone.STRONG

    def measure(self, number: Number) -> Measure:
        return Measure(number=number)

    def percent(self, number: Number) -> Measure:
        return Measure(number=number, unit=Unit.PERCENT)

    def times(self, number: Number) -> Measure:
        return Measure(number=number, unit=Unit.FACTOR)

    def twice(self, *_: Token) -> Measure:
        return self.times(Number(value=Ratio(2)))

    def thrice(self, *_: Token) -> Measure:
        return self.times(Number(value=Ratio(3)))

    def colors(self) -> tuple[Quantity, int]:
        return Quantity.SATURATION, 1

    def quantity(self, token: Token) -> tuple[Quantity, int]:
        """The quantity, and 1 if more of the word is more of it."""
        if token.type == "TRANSPARENCY":
            return Quantity.OPACITY, -1
        return Quantity[token.type], 1


class _Noun(str):
    """A noun, told from a colour."""

    __slots__ = ()


def _joined(tokens: tuple[Token, ...]) -> str:
    """The words with spaces between them, except before 's."""
    return " ".join(str(token.value) for token in tokens).replace(" 's", "'s")


def _with(thing: Thing, **properties: object) -> Thing:
    """`thing` with one more property.

    Raises:
        ContradictionError: It has another one of this kind.
    """
    for key, value in properties.items():
        known = getattr(thing, key)
        if known is not None and known != value and key != "anchor":
            words = [v.value if isinstance(v, Size | Place | Relation) else str(v) for v in (known, value)]
            raise ContradictionError(
                f"one thing cannot be {words[0]} and {words[1]} at once. Name two things instead"
            )
    return Thing(**{key: getattr(thing, key) for key in Thing.__dataclass_fields__} | properties)  # type: ignore[arg-type]


def float_of(number: Number) -> float:
    """To the 12 digits of a program."""
    return plain(number.value)
