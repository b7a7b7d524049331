"""What is said to move things, and to put them somewhere."""

from __future__ import annotations

from random import Random

from ....scenes.text_edits.steps import (
    Direction,
    Move,
    MoveBy,
    Put,
    Step,
    number,
)
from ....scenes.text_edits.targets import Combined, PartOf, Target, Thing
from .amounts import say_length, say_percent, say_strength, with_by
from .targets import RELATIONS, Said, say_target, say_thing
from .wording import expand, weighted

DIRECTIONS = {
    Direction.UP: "(up|up|upwards|upward|higher|higher up)",
    Direction.DOWN: "(down|down|downwards|downward|lower|further down)",
    Direction.LEFT: "(left|to the left|to the left|leftwards|leftward|over to the left|to the left side)",
    Direction.RIGHT: "(right|to the right|to the right|rightwards|rightward|over to the right|to the right side)",
    Direction.FORWARD: "(forward|forwards|towards the camera|toward me|closer|to the front|towards me|"
    "closer to me|closer to the camera|nearer to me)",
    Direction.BACK: "(back|backwards|backward|away from me|away from the camera|further away|further back|"
    "to the back|farther away|away)",
}
_MOVE = (
    "(move|move|move|move|shift|push|slide|bring|drag|pull|scoot|shove|get|scooch|budge|haul|heave|send|"
    "take|carry|tug|jog|"
    "reposition|transport|put|walk|relocate)"
)
_RAISE = "(raise|lift|elevate|hoist|lift up|raise up)"
_LOWER = "(lower|drop|sink|let down)"
_OWN_SIZE = {
    Direction.UP: "height",
    Direction.DOWN: "height",
    Direction.LEFT: "width",
    Direction.RIGHT: "width",
    Direction.FORWARD: "depth",
    Direction.BACK: "depth",
}


def say_move(rng: Random, said: Said) -> tuple[str, Step]:
    """Along a direction, by a length, a share of its size, or as much as is meant without a number."""
    direction = rng.choice(list(Direction))
    amount, distance, relative = _say_distance(rng, direction)
    step = Move(
        target=said.target, direction=direction, distance=float(f"{distance:.12g}"), relative=relative
    )
    if direction in (Direction.UP, Direction.DOWN) and rng.random() < 0.35:
        verb = _RAISE if direction is Direction.UP else _LOWER
        return expand(rng, f"{verb} {{t}} {{a}}", t=said.text, a=with_by(rng, amount)), step
    way = expand(rng, DIRECTIONS[direction])
    if not amount and rng.random() < 0.25:
        nudged = Move(target=said.target, direction=direction, distance=0.1, relative=True)
        return expand(rng, "nudge {t} {w}", t=said.text, w=way), nudged
    template = weighted(
        rng,
        (
            (0.45, f"{_MOVE} {{t}} {{w}} {{by}}"),
            (0.30, f"{_MOVE} {{t}} {{a}} {{w}}"),
            (
                0.06,
                "{t} (should be|needs to be|must be|has to be|should move|needs to move|should go|"
                "must go) {a} {w}",
            ),
            (0.05, "i want {t} {a} {w}"),
            (0.04, "(have|let) {t} (moved|shifted|go) {a} {w}"),
            (0.05, f"{_MOVE} {{t}} {{by}} {{w}}"),
            (0.03, "{t} {a} {w}"),
            (0.02, "{t}: {a} {w}"),
            (0.03, f"{_MOVE} {{t}} over {{by}} {{w}}"),
            (0.02, f"{_MOVE} {{t}} {{a}} more {{w}}"),
            (0.03, "i (wanna|would like to) have {t} {a} {w}"),
            (0.02, "{w} with {t} {by}"),
            (0.04, "(push|pull|move|shift|slide|drag) {w} {t} {by}"),
        ),
    )
    return expand(rng, template, t=said.text, w=way, a=amount, by=with_by(rng, amount)), step


def _say_distance(rng: Random, direction: Direction) -> tuple[str, float, bool]:
    kind = weighted(rng, ((0.45, "length"), (0.15, "percent"), (0.32, "plain"), (0.08, "own")))
    if kind == "length":
        text, distance = say_length(rng)
        return text, distance, False
    if kind == "percent":
        percent = rng.choice((5, 10, 20, 25, 30, 40, 50, 75, 80, 100, 150, 200))
        ending = f" of its {_OWN_SIZE[direction]}" if rng.random() < 0.15 else ""
        return say_percent(rng, percent) + ending, percent / 100, True
    if kind == "own":
        size = _OWN_SIZE[direction]
        text, distance = rng.choice(
            (
                (f"half its {size}", 0.5),
                (f"its own {size}", 1.0),
                (f"twice its {size}", 2.0),
                (f"its {size}", 1.0),
                (f"half of its {size}", 0.5),
            )
        )
        return text, distance, True
    text, distance = say_strength(rng, 0.5, 0.1, 2.0)
    return text, distance, True


def say_move_by(rng: Random, said: Said) -> tuple[str, Step]:
    """By a vector of the world."""
    values = (0, 0, 1, -1, 2, -2, 0.5, -0.5, 3, 1.5, 0.25, -3, 10)
    offset = (rng.choice(values), rng.choice(values), rng.choice(values))
    x, y, z = (number(float(value)) for value in offset)
    vector = expand(
        rng,
        "({x} {y} {z}|{x}, {y}, {z}|[{x}, {y}, {z}]|<{x} {y} {z}>|{x} {y} {z}|x={x} y={y} z={z})",
        x=x,
        y=y,
        z=z,
    )
    template = "(move|translate|shift|offset|displace) {t} by (|the vector |a vector of |) {v}"
    step = MoveBy(target=said.target, offset=(float(offset[0]), float(offset[1]), float(offset[2])))
    return expand(rng, template, t=said.text, v=vector), step


def say_put(rng: Random, said: Said) -> tuple[str, Step]:
    """Onto, beside, under, ... another thing."""
    while _has_relation(
        said.target
    ):  # "put the cup on the table near the lamp" speaks of the table by the lamp
        said = say_target(rng)
    relation = rng.choice(list(RELATIONS))
    text, anchor = say_thing(rng, plain=True)
    words = expand(rng, RELATIONS[relation].replace("|standing on|sitting on|lying on", "|onto|onto"))
    words = words.replace("hanging over", "over")
    template = (
        "(put|put|place|set|stand|position|lay|move|drop|stick|arrange|bring|relocate|i want|park|have|hang|"
        "plop|dump|rest|mount|perch|prop|sit|seat|locate|transfer|get|pop|slide|i'd like|plonk|leave|"
        "shove) {t} (down|right|) {r} {a}"
        if rng.random() < 0.85
        else "({t} (should be|should stand|belongs|must go|goes|should go|ought to be|"
        "should sit|wants to be|needs to be) {r} {a}|"
        "have {t} (sit|stand|lie) {r} {a}|make {t} (sit|stand|lie) {r} {a}|move {t} so (that it|it) (is|"
        "stands|sits) {r} {a}|"
        "let {t} (stand|sit|lie|rest) {r} {a}|i want to see {t} {r} {a})"
    )
    return expand(rng, template, t=said.text, r=words, a=text), Put(
        target=said.target, relation=relation, anchor=anchor
    )


def _has_relation(target: Target) -> bool:
    things = (*target.items, *target.exceptions) if isinstance(target, Combined) else (target,)
    wholes = [thing.whole if isinstance(thing, PartOf) else thing for thing in things]
    return any(isinstance(whole, Thing) and whole.relation is not None for whole in wholes)
