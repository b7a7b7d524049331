"""From the grammar's trees to changes of size and looks, with the tables of docs/edit-language.md."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as Ratio
from typing import cast

from lark import Token

from .meaning_of_moves import Angle, MeaningOfMoves, tone_first
from .meaning_of_targets import ContradictionError, of_parts
from .quantities import Measure, Number, Tone, factor_of, plain
from .steps import Adjust, Axis, Duplicate, Hide, Quantity, Recolor, Rotate, Scale, ShiftHue, Step
from .targets import It, Target

_TINTS = {Tone.PLAIN: 0.5, Tone.SLIGHT: 0.2, Tone.STRONG: 0.8}
_HALF_OPAQUE = 0.5
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


def _changed(target: Target, what: Quantity | str, factor: Ratio | float) -> Step:
    """The step that multiplies a size or a quantity."""
    if isinstance(what, Quantity):
        return Adjust(target=target, quantity=what, factor=plain(factor))
    return Scale(target=target, factor=plain(factor))


@of_parts
class MeaningOfChanges(MeaningOfMoves):
    """Size, colour, brightness and the like."""

    def scale_by(self, target: Target, measure: Measure) -> Step:
        return Scale(target=target, factor=plain(factor_of(measure, 0)))

    def scale_more(self, *parts: object) -> Step:
        tone, (growth, target, *amount) = tone_first(parts)
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

    def duplicate(self, target: Target) -> Step:
        return Duplicate(target=target)

    def recolor(self, *parts: Target | str) -> list[Step]:
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return [Recolor(target=cast("Target", target), color=str(color)) for target, color in pairs]

    def color_of(self, target: Target) -> Target:
        return target

    def tint(self, *parts: object) -> Step:
        tone, (target, *rest) = tone_first(parts)
        tone, rest = (
            tone_first(tuple(rest), tone) if len(rest) > 1 and isinstance(rest[0], Tone) else (tone, rest)
        )
        color, *amount = rest
        measure = cast("Measure | Tone", amount[0]) if amount else tone
        share = _TINTS[measure] if isinstance(measure, Tone) else factor_of(measure, 0)
        return Recolor(target=cast("Target", target), color=str(color), amount=plain(share))

    def tint_added(self, *parts: object) -> Step:
        """The tint before the target."""
        return self.tint(*parts[:-2], parts[-1], parts[-2])

    def shift_hue(self, target: Target, angle: Angle) -> Step:
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

    def way(self, token: Token) -> int:
        return 1 if token.type == "UP" else -1

    def dial(self, of: tuple[Target, Quantity, int], way: int, amount: Measure | Tone = Tone.PLAIN) -> Step:
        """The quantity of a target turned up, or down."""
        return _changed(of[0], of[1], factor_of(amount, of[2] * way))

    def dial_first(
        self, way: int, of: tuple[Target, Quantity, int], amount: Measure | Tone = Tone.PLAIN
    ) -> Step:
        return self.dial(of, way, amount)

    def dial_on(
        self, of: tuple[Quantity, int], way: int, who: Target, amount: Measure | Tone = Tone.PLAIN
    ) -> Step:
        return self.dial((who, *of), way, amount)

    def dial_to(self, of: tuple[Target, Quantity, int], _: int, measure: Measure) -> Step:
        return self.multiply(of, measure)

    def its_quantity(self, quantity: tuple[Quantity, int]) -> tuple[Target, Quantity, int]:
        return It(), *quantity

    def adjust_to(self, verb: Token, target: Target, measure: Measure) -> Step:
        return _changed(target, _COMPARATIVES[verb.type][0], factor_of(measure, 0))

    def brightening(self, token: Token) -> Token:
        return token

    def multiply_times(self, factor: Ratio, of: tuple[Target, Quantity, int]) -> Step:
        return _changed(of[0], of[1], factor if of[2] > 0 else 1 / factor)

    def adjust_verb(self, *parts: object) -> Step:
        tone, (verb, target, *amount) = tone_first(parts)
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

    def make_first(self, look: Look, target: Target) -> Step:
        """The look before the target: make bigger the chair."""
        return look(target)

    def make_first_by(
        self, comparative: tuple[Quantity | str, int], target: Target, measure: Measure
    ) -> Step:
        return self.comparison(measure, comparative)(target)

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
            raise ContradictionError("a factor must be above 0. Say another")
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
