"""Numbers in words and figures, and what a comparison like "20% bigger" or "twice as bright" multiplies by."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

_ONES_ROW = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_TENS_ROW = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _ONES_ROW.split(), _TENS_ROW.split()
_SMALL = {word: value for value, word in enumerate(_ONES)} | {w: 10 * (i + 2) for i, w in enumerate(_TENS)}
_PARTS = {
    "half": Fraction(1, 2),
    "halves": Fraction(1, 2),
    "third": Fraction(1, 3),
    "thirds": Fraction(1, 3),
    "quarter": Fraction(1, 4),
    "quarters": Fraction(1, 4),
    "fifth": Fraction(1, 5),
    "fifths": Fraction(1, 5),
    "tenth": Fraction(1, 10),
    "tenths": Fraction(1, 10),
}
FIGURES = re.compile(
    r"(?P<sign>[-+\N{MINUS SIGN}]?)(?:(?P<whole>\d{1,9}[ ])?(?P<over>\d{1,9})/(?P<under>\d{1,9})(?![\d./])"
    r"|(?P<figures>(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?|\.\d+)(?P<power>[eE][-+]?\d{1,3}(?![\w.]))?)"
)
"""A number in figures: 1.5, -2, 1,000, 1e-3, 1/3, 2 1/2."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number as it was said; `is_part` for halves, thirds and the like, parts of a whole."""

    value: Fraction
    is_part: bool = False


class Unit(Enum):
    """What a number in a comparison counts."""

    FACTOR = "factor"
    PERCENT = "percent"
    NUMBER = "number"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How much: "20%", "two times", "1.5"."""

    number: Number
    unit: Unit = Unit.NUMBER


class Tone(Enum):
    """How much, in words without a number."""

    PLAIN = "plain"
    SLIGHT = "slight"
    STRONG = "strong"


def words_of_numbers() -> frozenset[str]:
    """Words that numbers are made of."""
    return frozenset({*_SMALL, *_PARTS, "hundred", "thousand", "dozen", "minus", "negative", "point"})


def plain(value: Fraction | float) -> float:
    """`value` as the program's canonical sentence would give it back: to 12 digits."""
    try:
        return float(f"{float(value):.12g}")
    except OverflowError:  # steps refuse it as out of range
        return math.inf


def number_of_figures(match: re.Match[str]) -> Number | None:
    """The number that `FIGURES` matched; None if it divides by zero."""
    sign = -1 if match["sign"] in ("-", "\N{MINUS SIGN}") else 1
    if match["over"] is None:
        digits = match["figures"].replace(",", "") + (match["power"] or "")
        return Number(value=sign * Fraction(Decimal(digits)))
    if int(match["under"]) == 0:
        return None
    whole = int(match["whole"] or 0)
    part = Fraction(int(match["over"]), int(match["under"]))
    return Number(value=sign * (whole + part), is_part=True)


def number_of_words(words: list[str]) -> tuple[Number, int]:
    """The number at the beginning of lower-case `words` and how many of them say it; 0 of them if none does.

    "one", "half", "third" and "quarter" alone are left to the grammar: they may mean other things.
    """
    if words[:1] in (["minus"], ["negative"]):
        number, count = number_of_words(words[1:])
        if not count and words[1:2] == ["one"]:
            number, count = Number(value=Fraction(1)), 1
        return Number(value=-number.value, is_part=number.is_part), count + 1 if count else 0
    whole, count = _whole_number(words)
    if count == 0:
        if words[:1] in (["a"], ["one"], ["an"]) and len(words) > 1 and words[1] in _PARTS:
            return Number(value=_PARTS[words[1]], is_part=True), 2
        return Number(value=Fraction(0)), 0
    rest = words[count:]
    if rest[:1] == ["point"]:
        digits = [str(_SMALL[w]) for w in _leading(rest[1:])]
        if digits:
            value = Fraction(Decimal(f"{whole}.{''.join(digits)}"))
            return Number(value=value), count + 1 + len(digits)
    if rest[:1] == ["and"] and rest[1:2] in (["a"], ["one"]) and len(rest) > 2 and rest[2] in _PARTS:
        return Number(value=whole + _PARTS[rest[2]], is_part=True), count + 3
    if rest and rest[0].endswith("s") and rest[0] in _PARTS:
        return Number(value=whole * _PARTS[rest[0]], is_part=True), count + 1
    return (
        (Number(value=Fraction(0)), 0) if words[:count] == ["one"] else (Number(value=Fraction(whole)), count)
    )


def _leading(words: list[str]) -> list[str]:
    """The digits in words at the beginning."""
    count = 0
    while count < len(words) and words[count] in _ONES[:10]:
        count += 1
    return words[:count]


def _whole_number(words: list[str]) -> tuple[int, int]:
    """A whole number below a million and how many words say it."""
    if words[:1] == ["a"] and words[1:2] in (["hundred"], ["thousand"], ["dozen"]):
        words = ["one", *words[1:]]
    total, count = _below_thousand(words)
    if count and words[count : count + 1] == ["thousand"]:
        rest, more = _below_thousand(words[count + 1 :])
        return total * 1000 + rest, count + 1 + more
    if count == 1 and words[1:2] == ["dozen"]:
        return total * 12, 2
    return total, count


def _below_thousand(words: list[str]) -> tuple[int, int]:
    """A whole number up to 999 and how many words say it."""
    total, count = _below_hundred(words)
    if count and words[count : count + 1] == ["hundred"]:
        total, count = total * 100, count + 1
        skip = 1 if words[count : count + 1] == ["and"] else 0
        rest, more = _below_hundred(words[count + skip :])
        if more and words[count + skip : count + skip + 1] != ["a"]:
            return total + rest, count + skip + more
    return total, count


def _below_hundred(words: list[str]) -> tuple[int, int]:
    """A whole number up to 99 and how many words say it."""
    if not words:
        return 0, 0
    tens, hyphen, ones = words[0].partition("-")
    if hyphen and tens in _TENS and ones in _ONES[1:10]:
        return _SMALL[tens] + _SMALL[ones], 1
    if words[0] not in _SMALL:
        return 0, 0
    if words[0] in _TENS and words[1:2] and words[1] in _ONES[1:10]:
        return _SMALL[words[0]] + _SMALL[words[1]], 2
    return _SMALL[words[0]], 1


_FACTORS = {
    (Tone.PLAIN, 1): 1.25,
    (Tone.SLIGHT, 1): 1.1,
    (Tone.STRONG, 1): 2.0,
    (Tone.PLAIN, -1): 0.8,
    (Tone.SLIGHT, -1): 0.9,
    (Tone.STRONG, -1): 0.5,
}


def factor_of(measure: Measure | Tone, sign: int) -> Fraction | float:
    """What "more" (`sign` 1) or "less" (-1) by `measure` multiplies by; 0 is a plain "by", without more or less.

    Raises:
        ValueError: The words contradict each other: "enlarge by 0.5".
    """
    if isinstance(measure, Tone):
        return _FACTORS[measure, sign]
    value = measure.number.value
    if measure.unit is Unit.PERCENT:
        return value / 100 if sign == 0 else 1 + sign * value / 100
    if sign == 0:
        return value
    if measure.number.is_part and 0 < value < 1 and measure.unit is Unit.NUMBER:
        return 1 + sign * value
    if value >= 1:
        return value if sign > 0 else 1 / value
    if sign < 0 and value > 0:
        return value
    raise ValueError('more by a factor below 1 can mean two things; say "by 20%", or a factor above 1')
