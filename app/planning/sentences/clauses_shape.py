"""What is said to turn, mirror, size and copy things."""

from __future__ import annotations

from random import Random

from ....scenes.text_edits.steps import (
    Axis,
    Duplicate,
    Mirror,
    Rotate,
    Scale,
    Step,
)
from .amounts import say_degrees, say_number, say_percent, say_strength, with_by
from .targets import Said
from .wording import expand, weighted

_TURN = "(rotate|turn|spin|rotate|turn|twist|swivel|pivot|revolve|twirl|whirl|wheel)"


def say_rotate(rng: Random, said: Said) -> tuple[str, Step]:
    """Around up, right or forward, by degrees, parts of a turn, or as much as is meant without a number."""
    kind = weighted(rng, ((0.35, "up"), (0.22, "way"), (0.18, "tilt"), (0.15, "named"), (0.10, "axis")))
    if kind == "named":
        text, degrees, axis = _say_named_turn(rng)
        return expand(rng, text, t=said.text), Rotate(target=said.target, degrees=degrees, axis=axis)
    said_angle, degrees = _say_angle(rng)
    by = with_by(rng, said_angle)
    if kind == "axis":
        axis = rng.choice(list(Axis))
        template = f"{_TURN} {{t}} {{by}} (around|about) (the|the|) {{x}} (axis|axis|axis|)"
        sign = -1 if rng.random() < 0.2 else 1
        if sign < 0:
            by = f"clockwise {by}" if rng.random() < 0.5 else f"{by} clockwise"
        name = axis.value if axis is not Axis.UP else expand(rng, "(up|up|vertical)")
        return expand(rng, template, t=said.text, by=by, x=name), Rotate(
            target=said.target, degrees=sign * degrees, axis=axis
        )
    if kind == "up":
        return expand(rng, f"{_TURN} {{t}} {{by}}", t=said.text, by=by), Rotate(
            target=said.target, degrees=degrees
        )
    words, sign, axis = _say_way(rng) if kind == "way" else _say_tilt(rng)
    verb = _TURN if kind == "way" else "(tilt|tilt|lean|tip|incline)"
    if words.startswith("!"):
        verb, words = words[1:].split("/")
    template = f"{verb} {{t}} {{by}} {{w}}" if rng.random() < 0.5 else f"{verb} {{t}} {{w}} {{by}}"
    return expand(rng, template, t=said.text, by=by, w=expand(rng, words)), Rotate(
        target=said.target, degrees=sign * degrees, axis=axis
    )


def _say_angle(rng: Random) -> tuple[str, float]:
    roll = rng.random()
    if roll < 0.62:
        return say_degrees(rng)
    if roll < 0.74:
        return rng.choice(
            (("a quarter turn", 90.0), ("a half turn", 180.0), ("half a turn", 180.0), ("a full turn", 360.0))
        )
    return say_strength(rng, 90.0, 15.0, 180.0)


def _say_way(rng: Random) -> tuple[str, int, Axis]:
    if rng.random() < 0.5:
        return (
            "(to the left|left|counterclockwise|counter-clockwise|anticlockwise|ccw|anti-clockwise)",
            1,
            Axis.UP,
        )
    return "(to the right|right|clockwise|clockwise|cw|clock-wise)", -1, Axis.UP


def _say_tilt(rng: Random) -> tuple[str, int, Axis]:
    return rng.choice(
        (
            ("(forward|forwards|towards me|toward the camera)", 1, Axis.RIGHT),
            ("(back|backwards|backward|away from me)", -1, Axis.RIGHT),
            ("(left|to the left)", 1, Axis.FORWARD),
            ("(right|to the right)", -1, Axis.FORWARD),
            ("!roll/(right|to the right)", -1, Axis.FORWARD),
            ("!roll/(left|to the left)", 1, Axis.FORWARD),
        )
    )


def _say_named_turn(rng: Random) -> tuple[str, float, Axis]:
    return weighted(
        rng,
        (
            (0.3, ("(turn|flip) {t} upside down", 180.0, Axis.FORWARD)),
            (
                0.1,
                (
                    "(stand|put|turn|flip|set) {t} (on its head|on the head|upside-down|bottom up)",
                    180.0,
                    Axis.FORWARD,
                ),
            ),
            (0.3, (f"{_TURN} {{t}} (around|round|about)", 180.0, Axis.UP)),
            (
                0.1,
                (
                    "(make|have|turn|rotate|spin) {t} (to|so that it|so it) (face|faces) the (other way|"
                    "opposite direction|other direction)",
                    180.0,
                    Axis.UP,
                ),
            ),
            (
                0.1,
                (
                    "(spin|turn|rotate) {t} (all the way around|full circle|one full turn|a full turn)",
                    360.0,
                    Axis.UP,
                ),
            ),
            (0.05, ("give {t} a quarter turn (to the left|)", 90.0, Axis.UP)),
            (0.05, ("give {t} a quarter turn (to the right|clockwise)", -90.0, Axis.UP)),
            (0.05, ("give {t} a half turn", 180.0, Axis.UP)),
        ),
    )


def say_mirror(rng: Random, said: Said) -> tuple[str, Step]:
    """Left to right, top to bottom, or front to back."""
    axis, words = weighted(
        rng,
        (
            (
                0.5,
                (
                    Axis.RIGHT,
                    "(horizontally|left to right|along right|left-right|sideways|across the right axis|"
                    "from left to right)",
                ),
            ),
            (
                0.25,
                (
                    Axis.UP,
                    "(vertically|top to bottom|along up|up-down|across the up axis|from top to bottom)",
                ),
            ),
            (
                0.25,
                (
                    Axis.FORWARD,
                    "(front to back|along forward|front-back|across the forward axis|from front to back)",
                ),
            ),
        ),
    )
    if axis is Axis.RIGHT and rng.random() < 0.2:
        text = expand(
            rng,
            "(mirror {t}|reflect {t}|mirror-image {t}|make {t} its mirror image|flip {t} so (that |"
            ")left becomes right|"
            "swap left and right of {t}|flip {t} like in a mirror)",
            t=said.text,
        )
    else:
        text = expand(rng, f"(mirror|flip|mirror|reflect) {{t}} {words}", t=said.text)
    return text, Mirror(target=said.target, axis=axis)


_GROW = "(bigger|larger|bigger)"
_SHRINK = "(smaller|smaller|tinier)"


def say_scale(rng: Random, said: Said) -> tuple[str, Step]:
    """Larger or smaller."""
    text, factor = weighted(
        rng,
        (
            (0.25, _say_factor),
            (0.28, _say_percent_size),
            (0.30, _say_vague_size),
            (0.17, _say_named_size),
        ),
    )(rng)
    return expand(rng, text, t=said.text), Scale(target=said.target, factor=float(f"{factor:.12g}"))


def _say_factor(rng: Random) -> tuple[str, float]:
    factor = rng.choice(
        (0.1, 0.25, 0.3, 0.5, 0.6, 0.75, 0.8, 0.9, 1.1, 1.2, 1.25, 1.3, 1.5, 1.75, 2, 2.5, 3, 4, 5, 10)
    )
    said = say_number(rng, factor, words=0.2 if factor >= 2 and factor == int(factor) else 0.0)
    times = rng.choice((2, 3, 4, 5, 10, 1.5))
    said_times = say_number(rng, times, words=0.4 if times != 1.5 else 0.0)
    if rng.random() < 0.45:
        text = expand(
            rng,
            "((scale|make|blow) {{t}} (up|) {f} times (|as |) (big|large|bigger|larger)|"
            "make {{t}} {f}x (bigger|larger|as big)|enlarge {{t}} {f} times|make {{t}} {f} times (bigger|"
            "its size)|"
            "{{t}} should be {f} times (bigger|as big|larger)|increase {{t}} {f} times (in size|))",
            f=said_times,
        )
        return text.replace("blow", "make"), float(times)
    text = expand(
        rng,
        "(scale {{t}} by {f}|scale {{t}} by a factor of {f}|resize {{t}} by {f}|scale {{t}} (by|) {f}x|"
        "scale {{t}} (with|using) (a|) factor {f}|multiply the size of {{t}} by {f}|rescale {{t}} by {f}|"
        "change the size of {{t}} by (a factor of|) {f}|apply a scale of {f} to {{t}}|scale {{t}} (up|"
        "down|) by {f})"
        if factor > 1
        else "(scale {{t}} by {f}|scale {{t}} by a factor of {f}|resize {{t}} by {f}|rescale {{t}} by {f}|"
        "multiply the size of {{t}} by {f}|apply a scale of {f} to {{t}}|scale {{t}} (to|) {f}x)",
        f=said,
    )
    return text.replace("scale {t} down", "scale {t}"), float(factor)


def _say_percent_size(rng: Random) -> tuple[str, float]:
    percent = rng.choice((5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80))
    said = say_percent(rng, percent)
    if rng.random() < 0.08:
        times = rng.choice((2, 4, 5, 10))
        smaller = "(make {{t}} {f} times smaller|{{t}} should be {f} times smaller|make {{t}} {f}x smaller)"
        return expand(rng, smaller, f=say_number(rng, times, words=0.4)), 1 / times
    if rng.random() < 0.25:
        to = rng.choice((10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 110, 120, 125, 150, 200, 300, 400))
        text = expand(
            rng,
            "(scale|resize|set|shrink|reduce|bring|i want|have) {{t}} (to|at|down to) {p} (of its size|"
            "of its original size|size||||)"
            if to < 100
            else "(scale|resize|set|enlarge|blow up|grow) {{t}} to {p} (of its size|of its original size|size||||)",
            p=say_percent(rng, to),
        )
        return text, to / 100
    if rng.random() < 0.5:
        text = expand(
            rng,
            "(make {{t}} {p} (bigger|larger)|(enlarge|grow|increase|expand|scale up|upscale) {{t}} by {p}|"
            "increase the size of {{t}} by {p}|{{t}} should be {p} (bigger|larger)|scale {{t}} up (by|) {p}|"
            "{{t}} {p} bigger|add {p} to the size of {{t}})",
            p=said,
        )
        return text, 1 + percent / 100
    text = expand(
        rng,
        "(make {{t}} {p} (smaller|tinier)|(shrink|reduce|downscale|scale down|decrease) {{t}} by {p}|"
        "(reduce|decrease) the size of {{t}} by {p}|{{t}} should be {p} smaller|scale {{t}} down (by|) {p}|"
        "{{t}} {p} smaller|take {p} off the size of {{t}})",
        p=said,
    )
    return text, 1 - percent / 100


def _say_vague_size(rng: Random) -> tuple[str, float]:
    larger = rng.random() < 0.5
    amount, factor = say_strength(rng, *((1.25, 1.1, 2.0) if larger else (0.8, 0.9, 0.5)))
    word = expand(rng, _GROW if larger else _SHRINK)
    if rng.random() < 0.6:
        text = expand(
            rng,
            "(make {{t}} {a} {w}|make {{t}} {a} {w}|{{t}} (should|ought to|must) be {a} {w}|"
            "{{t}} could be {a} {w}|a {a} {w} version of {{t}}|i want {{t}} {a} {w}|"
            "{{t}} (has|needs) to be {a} {w}|can {{t}} be {a} {w}|i'd like {{t}} {a} {w}|get {{t}} {a} {w})",
            a=amount,
            w=word,
        )
        return text.replace(" lots ", " a lot "), factor
    verb = expand(
        rng,
        "(enlarge|grow|increase the size of|blow up|scale up|upsize|enlarge|inflate|magnify|expand|"
        "upscale|beef up)"
        if larger
        else "(shrink|reduce|reduce the size of|scale down|downsize|shrink|deflate|"
        "minimize|miniaturize|contract|downscale)",
    )
    after = (
        amount
        if amount not in ("much", "way", "far", "lots", "considerably")
        else ("a lot" if amount else "")
    )
    return f"{verb} {{t}} {after}".strip(), factor


def _say_named_size(rng: Random) -> tuple[str, float]:
    return weighted(
        rng,
        (
            (
                0.35,
                (
                    "(make {t} twice as (big|large)|double the size of {t}|double {t} in size|"
                    "make {t} double the size|make {t} twice its size|make {t} two times (bigger|as big)|"
                    "double {t}|{t} should be twice as big)",
                    2.0,
                ),
            ),
            (
                0.35,
                (
                    "(make {t} half (as big|the size|its size|as large)|halve {t}|halve the size of {t}|"
                    "shrink {t} (to|by) half|cut {t} in half size|reduce {t} to half|"
                    "scale {t} to half (its|the) size|make {t} half size|{t} should be half the size|"
                    "half the size of {t})",
                    0.5,
                ),
            ),
            (
                0.15,
                (
                    "(triple the size of {t}|make {t} three times (as big|bigger|as large)|triple {t}|"
                    "make {t} triple the size)",
                    3.0,
                ),
            ),
            (0.07, ("(quadruple the size of {t}|make {t} four times (as big|as large))", 4.0)),
            (
                0.05,
                (
                    "(make {t} a quarter (of its size|the size|of the size|its size)|"
                    "shrink {t} to a quarter of its size)",
                    0.25,
                ),
            ),
            (0.03, ("make {t} (one and a half times|one-and-a-half times) (as big|bigger|its size)", 1.5)),
        ),
    )


def say_duplicate(rng: Random, said: Said) -> tuple[str, Step]:
    """A copy."""
    template = (
        "(duplicate {t}|copy {t}|clone {t}|make a copy of {t}|create a (copy|duplicate|clone) of {t}|"
        "make a (duplicate|second copy|clone) of {t}|replicate {t}|i need (a copy|another copy|"
        "a duplicate) of {t}|"
        "make another (copy|one) of {t}|i want a (copy|second copy) of {t}|give me a (copy|second copy|"
        "duplicate) of {t}|"
        "duplicate {t}|copy {t}|repeat {t}|copy-paste {t}|i need two of {t}, so copy it|one more of {t}|"
        "make two of {t}|"
        "double up {t}|make a twin of {t}|get me a copy of {t}|have a copy of {t} made|clone me {t}|"
        "copy and paste {t})"
    )
    return expand(rng, template, t=said.text), Duplicate(target=said.target)
