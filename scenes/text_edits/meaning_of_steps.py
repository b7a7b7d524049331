"""From the grammar's trees to steps. The tables of docs/edit-language.md are here and in `quantities`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction as Ratio
from typing import cast

from lark import Token, v_args

from .meaning_of_targets import Contradiction, MeaningOfTargets, float_of
from .quantities import Measure, Number, Tone, Unit, factor_of, plain
from .steps import (
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
    Undo,
)
from .targets import Everything, It, Relation, Target, Thing

_METER = Ratio(1)
_METRES = {
    "METER": Ratio(1),
    "CENTIMETER": Ratio(1, 100),
    "MILLIMETER": Ratio(1, 1000),
    "KILOMETER": Ratio(1000),
    "INCH": Ratio(254, 10000),
    "FOOT": Ratio(3048, 10000),
    "YARD": Ratio(9144, 10000),
}
_OPPOSITE = {
    Direction.UP: Direction.DOWN,
    Direction.LEFT: Direction.RIGHT,
    Direction.FORWARD: Direction.BACK,
}
_OPPOSITE |= {there: here for here, there in _OPPOSITE.items()}
_DIRECTIONS = {direction.name: direction for direction in Direction} | {
    "FRONT": Direction.FORWARD,
    "REAR": Direction.BACK,
}
_RELATIVE_DISTANCE = {Tone.PLAIN: 0.5, Tone.SLIGHT: 0.1, Tone.STRONG: 2.0}
_DEGREES = {Tone.PLAIN: 90.0, Tone.SLIGHT: 15.0, Tone.STRONG: 180.0}
_TINTS = {Tone.PLAIN: 0.5, Tone.SLIGHT: 0.2, Tone.STRONG: 0.8}
_HALF_OPAQUE = 0.5

_TURNS = {"LEFT": 1, "COUNTERCLOCKWISE": 1, "RIGHT": -1, "CLOCKWISE": -1}
_TILTS = {
    "FORWARD": (Axis.RIGHT, 1),
    "FRONT": (Axis.RIGHT, 1),
    "BACK": (Axis.RIGHT, -1),
    "REAR": (Axis.RIGHT, -1),
    "LEFT": (Axis.FORWARD, 1),
    "COUNTERCLOCKWISE": (Axis.FORWARD, 1),
    "RIGHT": (Axis.FORWARD, -1),
    "CLOCKWISE": (Axis.FORWARD, -1),
}
_AXES = {"UP": Axis.UP, "VERTICAL": Axis.UP, "RIGHT": Axis.RIGHT, "FORWARD": Axis.FORWARD}
_MIRRORS = {"HORIZONTALLY": Axis.RIGHT, "VERTICALLY": Axis.UP, "FRONT_TO_BACK": Axis.FORWARD}
_TIMES = {"DOUBLE": Ratio(2), "TRIPLE": Ratio(3), "QUADRUPLE": Ratio(4), "HALVE": Ratio(1, 2)}

_SIZE = "size"
_COMPARATIVES: dict[str, tuple[Quantity | str, int]] = {
    "BIGGER": (_SIZE, 1),
    "SMALLER": (_SIZE, -1),
    "BRIGHTER": (Quantity.BRIGHTNESS, 1),
    "DARKER": (Quantity.BRIGHTNESS, -1),
    "DULLER": (Quantity.SATURATION, -1),
    "FAINTER": (Quantity.OPACITY, -1),
    "BRIGHTEN": (Quantity.BRIGHTNESS, 1),
    "DARKEN": (Quantity.BRIGHTNESS, -1),
    "SATURATE": (Quantity.SATURATION, 1),
    "FADE": (Quantity.OPACITY, -1),
    "LARGE": (_SIZE, 1),
    "SMALL": (_SIZE, -1),
    "BRIGHT": (Quantity.BRIGHTNESS, 1),
    "DARK": (Quantity.BRIGHTNESS, -1),
    "SATURATED": (Quantity.SATURATION, 1),
    "VIVID": (Quantity.SATURATION, 1),
    "CONTRASTY": (Quantity.CONTRAST, 1),
    "OPAQUE": (Quantity.OPACITY, 1),
    "TRANSPARENT": (Quantity.OPACITY, -1),
    "ENLARGE": (_SIZE, 1),
    "SHRINK": (_SIZE, -1),
}

Look = Callable[[Target], Step]
"""What is to be done to a target that is not known yet."""


@dataclass(frozen=True)
class _Angle:
    degrees: float


@dataclass(frozen=True)
class _Turning:
    word: str


def _changed(target: Target, what: Quantity | str, factor: Ratio | float) -> Step:
    """The step that multiplies a size or a quantity."""
    if isinstance(what, Quantity):
        return Adjust(target=target, quantity=what, factor=plain(factor))
    return Scale(target=target, factor=plain(factor))


@v_args(inline=True)
class MeaningOfSteps(MeaningOfTargets):
    """Steps; every rule of a clause gives one or a list of them."""

    def clause(self, *clauses: Step | list[Step]) -> list[Step]:
        steps: list[Step] = []
        for clause in clauses:
            steps += clause if isinstance(clause, list) else [clause]
        return steps

    def select(self, target: Target) -> Step:
        return Select(target=target)

    def remove(self, target: Target) -> Step:
        return Remove(target=target)

    def keep(self, target: Target) -> Step:
        return Keep(target=target)

    def hide(self, target: Target) -> Step:
        return Hide(target=target)

    def show_all(self) -> Step:
        return ShowAll()

    # moving

    def move(self, *parts: object) -> list[Step]:
        tone, parts = _tone_first(parts)
        return self._moved(parts, tone)

    def nudge(self, *parts: object) -> list[Step]:
        return self._moved(_tone_first(parts)[1], Tone.SLIGHT)

    def _moved(self, parts: tuple[object, ...], tone: Tone) -> list[Step]:
        """A step for each heading of each target."""
        steps: list[Step] = []
        for target, headings in zip(parts[::2], parts[1::2], strict=True):
            who = cast("Target", target)
            for heading in cast("tuple[_Heading, ...]", headings):
                steps.append(heading.step(who, tone))
                who = It()
        return steps

    def headings(self, *headings: _Heading) -> tuple[_Heading, ...]:
        return headings

    def heading(self, *parts: Direction | _Distance) -> _Heading:
        direction = next(part for part in parts if isinstance(part, Direction))
        distance = next((part for part in parts if isinstance(part, _Distance)), None)
        return _Heading(direction, distance)

    def direction(self, token: Token) -> Direction:
        return _DIRECTIONS[token.type]

    def direction_down(self) -> Direction:
        return Direction.DOWN

    def heading_up(self, *parts: Token | _Distance) -> _Heading:
        return _Heading(Direction.UP, next((part for part in parts if isinstance(part, _Distance)), None))

    def heading_down(self, *parts: Token | _Distance) -> _Heading:
        return _Heading(Direction.DOWN, next((part for part in parts if isinstance(part, _Distance)), None))

    def move_up(self, *parts: object) -> Step:
        tone, (target, heading) = _tone_first(parts)
        return cast("_Heading", heading).step(cast("Target", target), tone)

    move_down = move_up

    def make_up(self, target: Target, *rest: Token | _Distance) -> Step:
        return self.heading_up(*rest).step(target, Tone.PLAIN)

    def make_down(self, target: Target, *rest: Token | _Distance) -> Step:
        return self.heading_down(*rest).step(target, Tone.PLAIN)

    def move_first(self, *parts: object) -> Step:
        tone, (direction, target, *rest) = _tone_first(parts)
        distance = cast("_Distance", rest[0]) if rest else None
        return _Heading(cast("Direction", direction), distance).step(cast("Target", target), tone)

    def move_by(self, target: Target, offset: tuple[float, float, float]) -> Step:
        return MoveBy(target=target, offset=offset)

    def vector(self, x: Number, y: Number, z: Number) -> tuple[float, float, float]:
        return float_of(x), float_of(y), float_of(z)

    def length(self, number: Number | Token, unit: Ratio = _METER) -> _Distance:
        return _Distance((number.value if isinstance(number, Number) else Ratio(1, 2)) * unit)

    def one_length(self, unit: Ratio) -> _Distance:
        return _Distance(unit)

    def unit(self, token: Token) -> Ratio:
        return _METRES[token.type]

    def relative_percent(self, number: Number) -> _Distance:
        return _Distance(number.value / 100, relative=True)

    def relative_length(self, number: Number) -> _Distance:
        return _Distance(number.value, relative=True)

    def twice_length(self, *_: Token) -> _Distance:
        return _Distance(Ratio(2), relative=True)

    def own_length(self) -> _Distance:
        return _Distance(Ratio(1), relative=True)

    def distance_tone(self, tone: Tone) -> _Distance:
        return _Distance(Ratio(str(_RELATIVE_DISTANCE[tone])), relative=True)

    # putting

    def put(self, *parts: Target | Relation | Thing) -> list[Step]:
        triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        return [
            Put(
                target=cast("Target", target),
                relation=cast("Relation", relation),
                anchor=cast("Thing", anchor),
            )
            for target, relation, anchor in triples
        ]

    def put_copy(self, target: Target, relation: Relation, anchor: Thing) -> list[Step]:
        return [Duplicate(target=target), Put(target=It(), relation=relation, anchor=anchor)]

    # turning

    def rotate(self, *parts: object) -> Step:
        tone, (target, *how) = _tone_first(parts)
        axes = [part for part in how if isinstance(part, Axis)]
        turnings = [part for part in how if isinstance(part, _Turning)]
        angles = [part for part in how if isinstance(part, _Angle)]
        _at_most_one(axes, turnings, angles)
        degrees = angles[0].degrees if angles else _DEGREES[tone]
        if turnings:
            if turnings[0].word not in _TURNS:
                raise Contradiction('this way is for tilting. Say "tilt it forward", or "rotate it left"')
            degrees *= _TURNS[turnings[0].word]
        return Rotate(
            target=cast("Target", target), degrees=plain(degrees), axis=axes[0] if axes else Axis.UP
        )

    def tilt(self, *parts: object) -> Step:
        return self._tilted(parts, None)

    def roll(self, *parts: object) -> Step:
        return self._tilted(parts, "RIGHT")

    def _tilted(self, parts: tuple[object, ...], otherwise: str | None) -> Step:
        """A rotation around right or forward."""
        tone, (target, *how) = _tone_first(parts)
        axes = [part for part in how if isinstance(part, Axis)]
        turnings = [part for part in how if isinstance(part, _Turning)]
        angles = [part for part in how if isinstance(part, _Angle)]
        _at_most_one(axes, turnings, angles)
        degrees = angles[0].degrees if angles else _DEGREES[tone]
        word = turnings[0].word if turnings else otherwise
        if axes:
            return Rotate(target=cast("Target", target), degrees=plain(degrees), axis=axes[0])
        if word is None:
            raise Contradiction('which way to tilt is missing. Say "tilt it forward", back, left or right')
        axis, sign = _TILTS[word]
        return Rotate(target=cast("Target", target), degrees=plain(sign * degrees), axis=axis)

    def turn_around(self, *parts: object) -> Step:
        return Rotate(target=cast("Target", parts[-1]), degrees=180.0)

    def upside_down(self, target: Target, *_: Token) -> Step:
        return Rotate(target=target, degrees=180.0, axis=Axis.FORWARD)

    def turning(self, token: Token) -> _Turning:
        return _Turning(token.type)

    def around(self, token: Token) -> Axis:
        return _AXES[token.type]

    def around_up(self) -> Axis:
        return Axis.UP

    def half_way(self) -> _Angle:
        return _Angle(180.0)

    def degrees(self, number: Number) -> _Angle:
        return _Angle(float(number.value))

    def radians(self, number: Number) -> _Angle:
        return _Angle(math.degrees(float(number.value)))

    def turns(self, number: Number | Token) -> _Angle:
        return _Angle(360.0 * (float(number.value) if isinstance(number, Number) else 0.5))

    def full_turn(self) -> _Angle:
        return _Angle(360.0)

    def angle_tone(self, tone: Tone) -> _Angle:
        return _Angle(_DEGREES[tone])

    def mirror(self, target: Target, token: Token | None = None) -> Step:
        if token is None:
            return Mirror(target=target, axis=Axis.RIGHT)
        return Mirror(target=target, axis=_MIRRORS.get(token.type) or _AXES[token.type])

    # size

    def scale_by(self, target: Target, measure: Measure) -> Step:
        return Scale(target=target, factor=plain(factor_of(measure, 0)))

    def scale_more(self, *parts: object) -> Step:
        tone, (growth, target, *amount) = _tone_first(parts)
        measure = cast("Measure | Tone", amount[0]) if amount else tone
        sign = _COMPARATIVES[cast("Token", growth).type][1]
        return Scale(target=cast("Target", target), factor=plain(factor_of(measure, sign)))

    def scale_to(self, _: Token, target: Target, measure: Measure) -> Step:
        return self.scale_by(target, measure)

    def scale_way(self, target: Target, way: Token, amount: Measure | Tone = Tone.PLAIN) -> Step:
        return Scale(target=target, factor=plain(factor_of(amount, 1 if way.type == "UP" else -1)))

    def scale_way_to(self, target: Target, _: Token, measure: Measure) -> Step:
        return self.scale_by(target, measure)

    def times_verb(self, token: Token) -> Ratio:
        return _TIMES[token.type]

    def scale_times(self, factor: Ratio, target: Target) -> Step:
        return Scale(target=target, factor=plain(factor))

    def size_of(self, target: Target) -> Target:
        return target

    def scale_up(self, target: Target, amount: Measure | Tone = Tone.PLAIN) -> Step:
        return Scale(target=target, factor=plain(factor_of(amount, 1)))

    def scale_down(self, target: Target, amount: Measure | Tone = Tone.PLAIN) -> Step:
        return Scale(target=target, factor=plain(factor_of(amount, -1)))

    # copies, colours

    def duplicate(self, target: Target) -> Step:
        return Duplicate(target=target)

    def recolor(self, target: Target, color: str) -> Step:
        return Recolor(target=target, color=color)

    def color_of(self, target: Target) -> Target:
        return target

    def tint(self, *parts: object) -> Step:
        tone, (target, *rest) = _tone_first(parts)
        tone, rest = (
            _tone_first(tuple(rest), tone) if len(rest) > 1 and isinstance(rest[0], Tone) else (tone, rest)
        )
        color, *amount = rest
        measure = cast("Measure | Tone", amount[0]) if amount else tone
        share = _TINTS[measure] if isinstance(measure, Tone) else factor_of(measure, 0)
        return Recolor(target=cast("Target", target), color=str(color), amount=plain(share))

    def shift_hue(self, target: Target, angle: _Angle) -> Step:
        return ShiftHue(target=target, degrees=plain(angle.degrees))

    def hue_of(self, target: Target) -> Target:
        return target

    # brightness and the like

    def quantity_of(self, *parts: object) -> tuple[Target, Quantity, int]:
        """Quantity and target in either order."""
        first, second = parts
        if isinstance(first, tuple):
            first, second = second, first
        quantity, sign = cast("tuple[Quantity, int]", second)
        return cast("Target", first), quantity, sign

    def multiply(self, of: tuple[Target, Quantity, int], measure: Measure) -> Step:
        target, quantity, sign = of
        factor = factor_of(measure, 0)
        return Adjust(target=target, quantity=quantity, factor=plain(factor if sign > 0 else 1 - factor))

    def increase(self, of: tuple[Target, Quantity, int], amount: Measure | Tone = Tone.PLAIN) -> Step:
        return _changed(of[0], of[1], factor_of(amount, of[2]))

    def decrease(self, of: tuple[Target, Quantity, int], amount: Measure | Tone = Tone.PLAIN) -> Step:
        return _changed(of[0], of[1], factor_of(amount, -of[2]))

    def its_quantity(self, quantity: tuple[Quantity, int]) -> tuple[Target, Quantity, int]:
        return It(), *quantity

    def adjust_to(self, verb: Token, target: Target, measure: Measure) -> Step:
        return _changed(target, _COMPARATIVES[verb.type][0], factor_of(measure, 0))

    def brightening(self, token: Token) -> Token:
        return token

    def multiply_times(self, factor: Ratio, of: tuple[Target, Quantity, int]) -> Step:
        return _changed(of[0], of[1], factor if of[2] > 0 else 1 / factor)

    def adjust_verb(self, *parts: object) -> Step:
        tone, (verb, target, *amount) = _tone_first(parts)
        what, sign = _COMPARATIVES[cast("Token", verb).type]
        measure = cast("Measure | Tone", amount[0]) if amount else tone
        return _changed(cast("Target", target), what, factor_of(measure, sign))

    def desaturate(self, target: Target, amount: Measure | Tone | None = None) -> Step:
        return _changed(target, Quantity.SATURATION, 0.0 if amount is None else factor_of(amount, -1))

    def give_more(self, *parts: object) -> Step:
        return self._given(parts, 1)

    def give_less(self, *parts: object) -> Step:
        return self._given(parts, -1)

    def add_more(self, *parts: object) -> Step:
        return self._given((parts[-1], *parts[:-1]), 1)

    def _given(self, parts: tuple[object, ...], sign: int) -> Step:
        """More or less of a quantity, perhaps with a tone."""
        target, *tone, of = parts
        quantity, way = cast("tuple[Quantity, int]", of)
        return _changed(
            cast("Target", target), quantity, factor_of(cast("Tone", (*tone, Tone.PLAIN)[0]), sign * way)
        )

    # style, replacing, names, undo

    def style(self, target: Target, style: str) -> Step:
        return Style(target=target, style=style)

    def style_applied(self, style: str, target: Target) -> Step:
        return Style(target=target, style=style)

    def style_tail(self, style: str) -> str:
        return style

    def style_word(self, token: Token) -> Token:
        return token

    def style_words(self, *tokens: Token) -> str:
        """As it was written, without a leading article."""
        words = list(tokens)
        while len(words) > 1 and words[0].type in ("_A", "_THE"):
            del words[0]
        return " ".join(self._text[words[0].start_pos : words[-1].end_pos].split())

    group_words = style_words

    def quoted(self, token: Token) -> str:
        return str(token.value)

    def replace(self, target: Target, path: str) -> Step:
        return Replace(target=target, path=path)

    def group(self, target: Target, name: str) -> Step:
        return Group(target=target, name=name)

    def undo(self) -> Step:
        return Undo()

    def undo_steps(self, number: Number) -> Step:
        if number.value.denominator != 1:
            raise Contradiction("steps are taken back as a whole. Say a whole number")
        return Undo(count=int(number.value))

    # looks

    def make(self, *parts: object) -> list[Step]:
        steps: list[Step] = []
        for target, looks in zip(parts[::2], parts[1::2], strict=True):
            who = cast("Target", target)
            for look in cast("list[Look]", looks):
                steps.append(look(who))
                who = It()
        return steps

    def looks(self, *looks: Look) -> list[Look]:
        return list(looks)

    def look_color(self, color: str) -> Look:
        if color == "gray":
            return self.look_gray()
        return lambda target: Recolor(target=target, color=color)

    def look_tint(self, tone: Tone, color: str) -> Look:
        return lambda target: Recolor(target=target, color=color, amount=_TINTS[tone])

    def look_transparent(self, _: Token) -> Look:
        return lambda target: Adjust(target=target, quantity=Quantity.OPACITY, factor=_HALF_OPAQUE)

    def look_percent(self, number: Number, word: Token) -> Look:
        share = number.value / 100
        factor = plain(share if word.type == "OPAQUE" else 1 - share)
        return lambda target: Adjust(target=target, quantity=Quantity.OPACITY, factor=factor)

    def look_half(self, *_: Token) -> Look:
        return self.look_transparent(Token("HALF", "half"))

    def look_invisible(self) -> Look:
        return lambda target: Hide(target=target)

    def look_gray(self) -> Look:
        return lambda target: Adjust(target=target, quantity=Quantity.SATURATION, factor=0.0)

    def look_upside_down(self) -> Look:
        return lambda target: Rotate(target=target, degrees=180.0, axis=Axis.FORWARD)

    def comparison(self, *parts: Measure | Tone | tuple[Quantity | str, int] | None) -> Look:
        what, sign = cast("tuple[Quantity | str, int]", parts[-1])
        measure = next((p for p in parts[:-1] if p is not None), Tone.PLAIN)
        factor = factor_of(cast("Measure | Tone", measure), sign)
        return lambda target: _changed(target, what, factor)

    def comparison_by(self, comparative: tuple[Quantity | str, int], measure: Measure) -> Look:
        return self.comparison(measure, comparative)

    def comparison_as(self, measure: Measure, quality: tuple[Quantity | str, int]) -> Look:
        what, sign = quality
        factor = factor_of(measure, 0)
        if sign < 0 and factor == 0:
            raise Contradiction("a factor must be above 0. Say another")
        return lambda target: _changed(target, what, factor if sign > 0 else 1 / factor)

    def comparison_size(self, measure: Measure) -> Look:
        return lambda target: _changed(target, _SIZE, factor_of(measure, 0))

    def double_size(self, *_: Token) -> Look:
        return lambda target: _changed(target, _SIZE, Ratio(2))

    def comparative(self, token: Token) -> tuple[Quantity | str, int]:
        return _COMPARATIVES[token.type]

    quality = comparative

    def more(self, quality: tuple[Quantity | str, int]) -> tuple[Quantity | str, int]:
        return quality

    def less(self, quality: tuple[Quantity | str, int]) -> tuple[Quantity | str, int]:
        return quality[0], -quality[1]


@dataclass(frozen=True)
class _Distance:
    """Scene units, or sizes of the target."""

    value: Ratio
    relative: bool = False


@dataclass(frozen=True)
class _Heading:
    """Where to and how far."""

    direction: Direction
    distance: _Distance | None

    def step(self, target: Target, tone: Tone) -> Step:
        """The move; a negative distance goes the other way."""
        far = self.distance or _Distance(Ratio(str(_RELATIVE_DISTANCE[tone])), relative=True)
        direction = self.direction if far.value >= 0 else _OPPOSITE[self.direction]
        return Move(target=target, direction=direction, distance=plain(abs(far.value)), relative=far.relative)


def _tone_first(parts: tuple[object, ...], otherwise: Tone = Tone.PLAIN) -> tuple[Tone, tuple[object, ...]]:
    """The tone before a verb, and the rest."""
    if isinstance(parts[0], Tone):
        return parts[0], parts[1:]
    return otherwise, parts


def _at_most_one(*kinds: list[object]) -> None:
    """Refuse an axis, way or angle that is said twice.

    Raises:
        Contradiction: One is.
    """
    if any(len(kind) > 1 for kind in kinds):
        raise Contradiction("an angle, a way or an axis is said twice. Say it once")
