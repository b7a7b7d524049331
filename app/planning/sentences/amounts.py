"""Numbers as they are said: in digits or words, with units, or only as "a bit"."""

from __future__ import annotations

from random import Random

from .wording import expand, weighted

_WORDS_ROW = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
"""
_WORDS = tuple(_WORDS_ROW.split())
_TENS = {
    20: "twenty",
    30: "thirty",
    40: "forty",
    45: "forty-five",
    50: "fifty",
    60: "sixty",
    75: "seventy-five",
}
_TENS.update({70: "seventy", 80: "eighty", 90: "ninety", 15: "fifteen", 100: "a hundred", 25: "twenty-five"})
_TENS.update({180: "a hundred and eighty", 120: "a hundred and twenty"})
_UNITS = (
    (1.0, "(m|meters|metres|meter|units|m|metre)", (0.5, 1, 1.5, 2, 3, 0.2, 0.25, 4, 5, 10, 2.5, 0.1)),
    (0.01, "(cm|centimeters|centimetres|cm|centimeter)", (1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 75, 80, 120)),
    (0.001, "(mm|millimeters|mm|millimetres)", (1, 2, 5, 10, 50, 100, 250)),
    (0.0254, "(inches|inch|in|inches)", (1, 2, 3, 4, 6, 8, 10, 12)),
    (0.3048, "(feet|ft|foot|feet)", (1, 2, 3, 4, 5, 6, 10)),
)

SLIGHTLY = "(a bit|slightly|a little|a little bit|a tad|a touch|a smidge|just a bit|somewhat)"
MUCH = "(a lot|much|way|far|a whole lot|considerably|lots)"


def say_number(rng: Random, value: float, *, words: float = 0.2) -> str:
    """`value` in digits, or with chance `words` in words where it has some."""
    if rng.random() < words:
        if value == int(value) and 0 < value < len(_WORDS):
            return _WORDS[int(value)]
        if value in _TENS:
            said = _TENS[int(value)]
            return said if rng.random() < 0.7 else said.replace("-", " ")
        if value in (0.5, 1.5, 2.5):
            return {0.5: "half a", 1.5: "one and a half", 2.5: "two and a half"}[value]
    text = f"{value:.6g}"
    return text[1:] if text.startswith("0.") and rng.random() < 0.06 else text


def say_percent(rng: Random, percent: float) -> str:
    """`percent` with its sign or word."""
    sign = rng.choice(("%", "%", "%", "%", " percent", " per cent", " %", "pct"))
    words = 0.35 if sign.endswith("ent") else 0.0
    return say_number(rng, percent, words=words) + sign


def say_length(rng: Random) -> tuple[str, float]:
    """A length: what is said, and it in scene units."""
    if rng.random() < 0.3:
        value = rng.choice((0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 10, 0.05))
        return say_number(rng, value, words=0.0), float(value)
    if rng.random() < 0.12:
        return rng.choice(
            (
                ("half a meter", 0.5),
                ("half a metre", 0.5),
                ("a meter", 1.0),
                ("one meter", 1.0),
                ("a foot", 0.3048),
                ("an inch", 0.0254),
                ("a unit", 1.0),
                ("one and a half meters", 1.5),
                ("a metre", 1.0),
                ("half a unit", 0.5),
                ("a couple of meters", 2.0),
                ("a centimeter", 0.01),
            )
        )
    factor, units, values = weighted(rng, tuple(zip((0.4, 0.35, 0.05, 0.1, 0.1), _UNITS, strict=True)))
    value = rng.choice(values)
    number = say_number(rng, value, words=0.2)
    if number.endswith(" a"):
        return f"{number} meter", value * 1.0 if factor == 1.0 else 0.5
    space = " " if not number[-1].isdigit() or rng.random() < 0.7 else ""
    return number + space + expand(rng, units), value * factor


def say_degrees(rng: Random) -> tuple[str, float]:
    """A positive angle: what is said, and it in degrees."""
    value = rng.choice((5, 10, 15, 20, 30, 45, 45, 60, 75, 90, 90, 120, 135, 180, 180, 270, 360, 22.5, 33))
    unit = rng.choice((" degrees", " degrees", " degrees", "degrees", "°", " deg", " degree", ""))
    return say_number(rng, value, words=0.2 if "degree" in unit else 0.0) + unit, float(value)


def say_strength(rng: Random, plain: float, slight: float, strong: float) -> tuple[str, float]:
    """ "", "a bit" or "a lot", and the number that goes with it."""
    return weighted(
        rng,
        (
            (0.55, ("", plain)),
            (0.25, (expand(rng, SLIGHTLY), slight)),
            (0.2, (expand(rng, MUCH), strong)),
        ),
    )


_VAGUE = frozenset((SLIGHTLY + "|" + MUCH).replace("(", "").replace(")", "").split("|"))


def with_by(rng: Random, amount: str) -> str:
    """`by` before a number, nothing before "a bit"."""
    if not amount or not (amount[0].isdigit() or amount[0] == "."):
        vague = amount in _VAGUE or not amount
        return amount if vague else f"by {amount}"
    return f"by {amount}" if rng.random() < 0.8 else amount
