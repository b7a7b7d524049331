"""From the grammar's trees to moves and turns, with the tables of docs/edit-language.md."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction as Ratio
from typing import cast

from lark import Token

from .meaning_of_targets import ContradictionError, MeaningOfTargets, float_of, of_parts
from .quantities import Number, Tone, plain
from .steps import Axis, Direction, Duplicate, Mirror, Move, MoveBy, Put, Rotate, Step
from .targets import It, Relation, Target, Thing

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
    Direction.DOWN: Direction.UP,
    Direction.LEFT: Direction.RIGHT,
    Direction.RIGHT: Direction.LEFT,
    Direction.FORWARD: Direction.BACK,
    Direction.BACK: Direction.FORWARD,
}
_DIRECTIONS = {direction.name: direction for direction in Direction} | {
    "FRONT": Direction.FORWARD,
    "REAR": Direction.BACK,
}
_RELATIVE_DISTANCE = {Tone.PLAIN: 0.5, Tone.SLIGHT: 0.1, Tone.STRONG: 2.0}
_DEGREES = {Tone.PLAIN: 90.0, Tone.SLIGHT: 15.0, Tone.STRONG: 180.0}
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


@dataclass(frozen=True)
class Angle:
    """Counter-clockwise."""

    degrees: float


@dataclass(frozen=True)
class _Turning:
    """Which way, by the terminal."""

    word: str


@of_parts
class MeaningOfMoves(MeaningOfTargets):
    """Moving, putting, turning and mirroring."""

    def move(self, *parts: object) -> list[Step]:
        tone, parts = tone_first(parts)
        return self._moved(parts, tone)

    def nudge(self, *parts: object) -> list[Step]:
        return self._moved(tone_first(parts)[1], Tone.SLIGHT)

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
        tone, (target, heading) = tone_first(parts)
        return cast("_Heading", heading).step(cast("Target", target), tone)

    move_down = move_up

    def make_up(self, target: Target, *rest: Token | _Distance) -> Step:
        return self.heading_up(*rest).step(target, Tone.PLAIN)

    def make_down(self, target: Target, *rest: Token | _Distance) -> Step:
        return self.heading_down(*rest).step(target, Tone.PLAIN)

    def move_first(self, *parts: object) -> Step:
        tone, (direction, target, *rest) = tone_first(parts)
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
        tone, (target, *how) = tone_first(parts)
        axes = [part for part in how if isinstance(part, Axis)]
        turnings = [part for part in how if isinstance(part, _Turning)]
        angles = [part for part in how if isinstance(part, Angle)]
        _at_most_one(axes, turnings, angles)
        degrees = angles[0].degrees if angles else _DEGREES[tone]
        if turnings:
            if turnings[0].word not in _TURNS:
                raise ContradictionError(
                    'this way is for tilting. Say "tilt it forward", or "rotate it left"'
                )
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
        tone, (target, *how) = tone_first(parts)
        axes = [part for part in how if isinstance(part, Axis)]
        turnings = [part for part in how if isinstance(part, _Turning)]
        angles = [part for part in how if isinstance(part, Angle)]
        _at_most_one(axes, turnings, angles)
        degrees = angles[0].degrees if angles else _DEGREES[tone]
        word = turnings[0].word if turnings else otherwise
        if axes:
            return Rotate(target=cast("Target", target), degrees=plain(degrees), axis=axes[0])
        if word is None:
            raise ContradictionError(
                'which way to tilt is missing. Say "tilt it forward", back, left or right'
            )
        axis, sign = _TILTS[word]
        return Rotate(target=cast("Target", target), degrees=plain(sign * degrees), axis=axis)

    def rotate_share(self, target: Target, number: Number, *turning: _Turning) -> Step:
        """Turned by a part of a turn."""
        return self.rotate(target, self.turns(number), *turning)

    def rotate_full(self, target: Target, *turning: _Turning) -> Step:
        """Turned once around."""
        return self.rotate(target, self.full_turn(), *turning)

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

    def half_way(self) -> Angle:
        return Angle(180.0)

    def degrees(self, number: Number) -> Angle:
        return Angle(float(number.value))

    def radians(self, number: Number) -> Angle:
        return Angle(math.degrees(float(number.value)))

    def turns(self, number: Number | Token) -> Angle:
        return Angle(360.0 * (float(number.value) if isinstance(number, Number) else 0.5))

    def full_turn(self) -> Angle:
        return Angle(360.0)

    def angle_tone(self, tone: Tone) -> Angle:
        return Angle(_DEGREES[tone])

    def mirror(self, target: Target, token: Token | None = None) -> Step:
        if token is None:
            return Mirror(target=target, axis=Axis.RIGHT)
        return Mirror(target=target, axis=_MIRRORS.get(token.type) or _AXES[token.type])


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


def tone_first(parts: tuple[object, ...], otherwise: Tone = Tone.PLAIN) -> tuple[Tone, tuple[object, ...]]:
    """The tone before a verb, and the rest."""
    if isinstance(parts[0], Tone):
        return parts[0], parts[1:]
    return otherwise, parts


def _at_most_one(*kinds: Sequence[object]) -> None:
    """Refuse an axis, way or angle that is said twice.

    Raises:
        ContradictionError: One is.
    """
    if any(len(kind) > 1 for kind in kinds):
        raise ContradictionError("an angle, a way or an axis is said twice. Say it once")
