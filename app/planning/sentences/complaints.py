"""Two ways to ask that are longer than a clause: what is wrong with a thing first, and pairs after one verb."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ....scenes.text_edits.steps import (
    Adjust,
    Direction,
    Move,
    Quantity,
    Recolor,
    Remove,
    Rotate,
    Scale,
    Step,
)
from . import clauses_look as look
from . import clauses_manage as manage
from . import clauses_move as move
from . import clauses_shape as shape
from .colors import COMMON, say_color
from .targets import Said, say_target, say_thing
from .wording import expand, weighted

_TOO_FAR = {
    Direction.UP: "(too low|too low down)",
    Direction.DOWN: "(too high|too high up)",
    Direction.LEFT: "(too far right|too far to the right)",
    Direction.RIGHT: "(too far left|too far to the left)",
    Direction.FORWARD: "(too far away|too far back)",
    Direction.BACK: "(too close|too near)",
}
_TOO_MUCH = {
    (Quantity.BRIGHTNESS, True): "too (dark|dim)",
    (Quantity.BRIGHTNESS, False): "too (bright|light)",
    (Quantity.SATURATION, True): "too (dull|pale|washed out)",
    (Quantity.SATURATION, False): "too (colorful|vivid|gaudy|colourful)",
    (Quantity.CONTRAST, True): "too (flat|soft)",
    (Quantity.CONTRAST, False): "too (harsh|contrasty)",
    (Quantity.OPACITY, True): "too (faint|transparent)",
    (Quantity.OPACITY, False): "too (solid|opaque)",
}
_SAY: tuple[tuple[float, Callable[[Random, Said], tuple[str, Step]]], ...] = (
    (0.25, manage.say_remove),
    (0.25, shape.say_scale),
    (0.15, move.say_move),
    (0.08, shape.say_rotate),
    (0.12, look.say_recolor),
    (0.15, look.say_adjust),
)


def say_complaint(rng: Random) -> tuple[str, list[Step]]:
    """ "The lamp is too big, halve it": the pronoun stands for what was complained about."""
    while not (said := say_target(rng)).text[:3].isalpha() or said.text.split()[0] in ("it", "that", "this"):
        pass
    text, step = weighted(rng, _SAY)(rng, Said(text="it", target=said.target))
    are = "are" if said.text.endswith("s") and not said.text.endswith("ss") else "is"
    link = rng.choice((", ", ", ", ". ", "; ", ", so ", ", please ", " - ", ". please ", ": "))
    return f"{said.text} {_wrong(rng, step, are)}{link}{text}", [step]


def _wrong(rng: Random, step: Step, are: str) -> str:
    """What is wrong with a thing if `step` is to mend it."""
    if isinstance(step, Scale):
        words = "too (small|tiny|little)" if step.factor > 1 else "too (big|large|huge)"
    elif isinstance(step, Move):
        words = _TOO_FAR[step.direction]
    elif isinstance(step, Adjust):
        words = _TOO_MUCH[step.quantity, step.factor > 1]
    elif isinstance(step, Rotate):
        words = "(crooked|facing the wrong way|not straight|in the wrong position)"
    elif isinstance(step, Recolor):
        words = "(boring|too plain|the wrong color|not nice)"
    else:
        assert isinstance(step, Remove), "all others are told apart"
        verb = "bothers" if are == "is" else "bother"
        words = f"({are} (ugly|in the way|annoying|broken|useless)|{verb} me|{verb} me|{are} not needed)"
        return expand(rng, words)
    return expand(rng, f"({are}|{are}|look{'s' if are == 'is' else ''}) {words}")


def say_pairs(rng: Random) -> tuple[str, list[Step]]:
    """ "Paint the fence white and the gate black": one verb for several things."""
    count = 2 if rng.random() < 0.8 else 3
    things = [say_thing(rng, plain=True) for _ in range(count)]
    if rng.random() < 0.6:
        verb = expand(rng, "(paint|make|color|colour|turn|dye|recolor|i want)")
        steps: list[Step] = []
        parts: list[str] = []
        for text, thing in things:
            spoken, color = say_color(rng, plain=True)
            if color == "gray":
                spoken = color = COMMON[0]
            parts.append(f"{text} {spoken}")
            steps.append(Recolor(target=thing, color=color))
    else:
        verb = expand(rng, "(move|shift|push|slide)")
        ways = [rng.choice(list(Direction)) for _ in things]
        steps = [
            Move(target=thing, direction=way, distance=0.5, relative=True)
            for (_, thing), way in zip(things, ways, strict=True)
        ]
        parts = [
            f"{text} {expand(rng, move.DIRECTIONS[way])}" for (text, _), way in zip(things, ways, strict=True)
        ]
    link = rng.choice((" and ", ", ", ", and "))
    return f"{verb} {', '.join(parts[:-1])}{link}{parts[-1]}", steps
