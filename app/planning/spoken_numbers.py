"""The numbers that a text can mean: what is said in figures or words, and what the language computes from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...scenes.text_edits.steps import MAX_DEGREES, MAX_DISTANCE, MAX_FACTOR, number

_FIGURES = re.compile(r"(?<![\w.])[-+]?(?:\d{1,6}/\d{1,6}|\d{1,9}(?:,\d{3})*(?:\.\d{1,9})?|\.\d{1,9})")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?")
_ONES_ROW = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_ONES = _ONES_ROW.split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_VALUES: dict[str, float] = {word: float(value) for value, word in enumerate(_ONES)}
_VALUES.update({word: 10.0 * (place + 2) for place, word in enumerate(_TENS)})
_VALUES.update(
    {
        "hundred": 100.0,
        "dozen": 12.0,
        "half": 0.5,
        "halve": 0.5,
        "halved": 0.5,
        "quarter": 0.25,
        "third": 1 / 3,
    }
)
_VALUES.update(
    {
        "fourth": 0.25,
        "fifth": 0.2,
        "tenth": 0.1,
        "double": 2.0,
        "twice": 2.0,
        "doubled": 2.0,
        "couple": 2.0,
    }
)
_VALUES.update(
    {"pair": 2.0, "thrice": 3.0, "triple": 3.0, "tripled": 3.0, "quadruple": 4.0, "a": 1.0, "an": 1.0}
)
_UNITS = {
    0.01: ("cm", "cms", "centimeter", "centimeters", "centimetre", "centimetres"),
    0.001: ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
    0.0254: ("in", "inch", "inches", '"'),
    0.3048: ("ft", "foot", "feet", "'"),
    0.9144: ("yd", "yard", "yards"),
    1000.0: ("km", "kilometer", "kilometers", "kilometre", "kilometres"),
}
_UNIT_WORD = re.compile(r"(?<![a-z])[a-z]+|[\"']")
_FACTORS = (1.25, 1.1, 2.0, 0.8, 0.9, 0.5)
_ANGLES = (90.0, 15.0, 180.0, 360.0)


@dataclass(frozen=True, kw_only=True)
class NumberWords:
    """How the numbers of a program may be written, by what they stand for."""

    lengths: frozenset[str]
    relative: frozenset[str]
    degrees: frozenset[str]
    factors: frozenset[str]
    shares: frozenset[str]
    counts: frozenset[str]
    coordinates: frozenset[str]


def numbers_in(text: str) -> NumberWords:
    """All numbers that a program for the lower-case `text` can need, and no others.

    Without a number in the text these are the ones that the language means by "bigger", "a bit", "a lot".
    """
    said = _said(text)
    units = {1.0, *(factor for factor, words in _UNITS.items() if _has_unit(text, words))}
    shares = {value / 100 for value in said}
    factors = {*said, *shares, *(1 / value for value in said if value)}
    factors |= {1 + share for share in shares} | {1 - share for share in shares}
    factors |= {1 + value for value in said if value < 1} | {1 - value for value in said if value < 1}
    turned = {*said, *(360.0 * value for value in said if value <= 10)}
    return NumberWords(
        lengths=_written({value * unit for value in said for unit in units}, 0.0, MAX_DISTANCE),
        relative=_written(
            {*said, *(100 * value for value in said if value <= 10), 50.0, 10.0, 200.0, 100.0}, 0.0, 1e6
        ),
        degrees=_written(
            {sign * v for v in (*turned, *_ANGLES) for sign in (1, -1)}, -MAX_DEGREES, MAX_DEGREES
        ),
        factors=_written({*factors, *_FACTORS, 0.0}, 0.0, MAX_FACTOR),
        shares=_written(
            {*said, *(100 * value for value in said if value <= 1), 50.0, 20.0, 80.0}, 0.0, 100.0
        ),
        counts=frozenset(str(int(v)) for v in (*said, 2.0) if v == int(v) and 2 <= v <= 1000),
        coordinates=_written(
            {sign * v for v in (*said, 0.0) for sign in (1, -1)}, -MAX_DISTANCE, MAX_DISTANCE
        ),
    )


def _said(text: str) -> set[float]:
    """What is said in figures and words; words next to each other also together: "twenty five", "two and a half"."""
    values = {value for match in _FIGURES.finditer(text) if (value := _figures(match[0])) is not None}
    words = [word for match in _WORD.finditer(text) for word in match[0].split("-")]
    known = [_VALUES.get(word) for word in words]
    for place, value in enumerate(known):
        if value is None:
            continue
        values.add(value)
        following = next((v for w, v in zip(words[place + 1 : place + 4], known[place + 1 : place + 4], strict=True)
                          if w not in ("and", "a", "of", "an")), None)  # fmt: skip
        if following is not None:
            values |= {value + following, value * following}
            if value == 100.0 and place and known[place - 1]:
                values.add((known[place - 1] or 1.0) * 100 + following)
    for match in _FIGURES.finditer(text):
        value = _figures(match[0])
        if value is not None and re.match(r" and a half", text[match.end() :]):
            values.add(value + 0.5)
    return {abs(value) for value in values}


def _figures(written: str) -> float | None:
    over, slash, under = written.replace(",", "").partition("/")
    if slash:
        return float(over) / float(under) if float(under) else None
    return float(over)


def _has_unit(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of `words` is there, perhaps joined to figures: "50cm"."""
    return any(found in words for found in _UNIT_WORD.findall(text))


def _written(values: set[float], least: float, most: float) -> frozenset[str]:
    return frozenset(number(value) for value in values if least <= value <= most and "e" not in number(value))
