"""Examples to tune on: what is said, and the program that it means or none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from ....scenes.text_edits.steps import (
    Adjust,
    Group,
    Recolor,
    Replace,
    Rotate,
    Scale,
    Step,
    Style,
    TextProgram,
)
from ....scenes.text_edits.targets import Everything, It, Target
from . import clauses_look as look
from . import clauses_manage as manage
from . import clauses_move as move
from . import clauses_shape as shape
from .complaints import say_complaint, say_pairs
from .mistakes import explain, miswrite, surround
from .nonsense import say_nonsense
from .targets import Said, say_target
from .wording import expand, weighted

NONSENSE = 0.25
"""Share of examples that are to be refused."""

_MOST_WORDS = 60

_CLAUSES: tuple[tuple[float, Callable[[Random, Said], tuple[str, Step]]], ...] = (
    (0.12, manage.say_remove),
    (0.04, manage.say_select),
    (0.05, manage.say_keep),
    (0.04, manage.say_hide),
    (0.12, move.say_move),
    (0.015, move.say_move_by),
    (0.08, move.say_put),
    (0.11, shape.say_rotate),
    (0.035, shape.say_mirror),
    (0.12, shape.say_scale),
    (0.04, shape.say_duplicate),
    (0.12, look.say_recolor),
    (0.035, look.say_tint),
    (0.02, look.say_hue),
    (0.12, look.say_adjust),
    (0.06, look.say_style),
    (0.035, manage.say_replace),
    (0.03, manage.say_group),
)
_AFTER_REMOVAL = frozenset(("Remove", "Keep"))


@dataclass(frozen=True, kw_only=True)
class Example:
    """What is said, and what it means; `program` is None for what is to be refused."""

    text: str
    program: TextProgram | None


def example(seed: int, index: int) -> Example:
    """Example `index` of the sequence that `seed` names; always the same."""
    rng = Random(f"{seed}/{index}")
    if rng.random() < NONSENSE:
        return _refused(rng)
    return _edit(rng)


def _refused(rng: Random) -> Example:
    text = say_nonsense(rng)
    if rng.random() < 0.07:
        text = rng.choice((f"{_edit(rng).text} and {text}", f"{text} and {_edit(rng).text}"))
        # an edit beside nonsense: half of a wish is not done
    elif rng.random() < 0.5:
        text = surround(rng, text)
    return Example(text=miswrite(rng, text, frozenset()), program=None)


def _edit(rng: Random) -> Example:
    kind = weighted(rng, ((0.84, "clauses"), (0.07, "one"), (0.06, "complaint"), (0.03, "pairs")))
    if kind == "one":
        text, steps = _say_one_thing(rng)
    elif kind == "complaint":
        text, steps = say_complaint(rng)
    elif kind == "pairs":
        text, steps = say_pairs(rng)
    else:
        text, steps = _say_clauses(rng, weighted(rng, ((0.66, 1), (0.24, 2), (0.08, 3), (0.02, 4))))
    if rng.random() < 0.012:  # somebody who thinks again
        wrong, _ = _say_clauses(rng, 1)
        text = (
            wrong
            + rng.choice((", no wait, ", "... no, ", ", no, rather ", ", scratch that, ", ", er, i mean "))
            + text
        )
    kept = frozenset(part for step in steps for part in _copied(step))
    text = miswrite(rng, surround(rng, explain(rng, text)), kept)
    if len(text.split()) > _MOST_WORDS:
        return _edit(rng)
    return Example(text=text, program=TextProgram(steps=tuple(steps)))


def _say_clauses(rng: Random, count: int) -> tuple[str, list[Step]]:
    """Clauses one after the other; later ones may speak of "it"."""
    texts: list[str] = []
    steps: list[Step] = []
    for index in range(count):
        if rng.random() < (0.06 if index == 0 else 0.03):
            text, step = manage.say_whole(rng)
        else:
            can_refer = bool(steps) and type(steps[-1]).__name__ not in _AFTER_REMOVAL
            say = weighted(rng, _CLAUSES)
            lone_it = index == 0 and rng.random() < 0.09
            said = say_target(rng, pronoun=lone_it or (can_refer and rng.random() < 0.62))
            text, step = say(rng, said)
        texts.append(text)
        steps.append(step)
    return _join(rng, texts), steps


def _join(rng: Random, texts: list[str]) -> str:
    """Clauses with what people put between them."""
    text = texts[0]
    for clause in texts[1:]:
        link = rng.choice(
            (
                " and ",
                " and ",
                " and then ",
                ", then ",
                ", and ",
                ", ",
                ". ",
                ". Then ",
                "; ",
                " then ",
                ", and then ",
                " and also ",
                ". Also ",
                " after that ",
                ", afterwards ",
                ". After that, ",
                " & ",
                " plus ",
                ". Next, ",
                ". And ",
                ", also ",
                "\n",
                ". Finally ",
                ", finally ",
                " - ",
                ". then ",
                " and afterwards ",
            )
        )
        text += link + clause
    if len(texts) > 1 and rng.random() < 0.08:
        text = f"first {text}"
    return text


def _say_one_thing(rng: Random) -> tuple[str, list[Step]]:
    """Several changes of one thing in a clause: "make it bigger and blue", "rotate and enlarge the chair"."""
    said = say_target(rng)
    changes = [_adjective(rng) for _ in range(2 if rng.random() < 0.8 else 3)]
    kinds = [type(change(said.target)).__name__ for _, change in changes]
    if len(set(kinds)) < len(kinds):
        return _say_one_thing(rng)
    words = [word for word, _ in changes]
    link = rng.choice((" and ", " and ", " and ", ", ", " but ", " and also "))
    adjectives = link.join((", ".join(words[:-1]), words[-1]))
    text = expand(
        rng,
        "(make {t} {a}|make {t} {a}|make {t} {a}|i want {t} {a}|{t} should be {a}|i'd like {t} {a}|"
        "{t} {a}|turn {t} {a})",
        t=said.text,
        a=adjectives,
    )
    targets: list[Target] = [said.target, *[It()] * (len(changes) - 1)]
    return text, [change(target) for (_, change), target in zip(changes, targets, strict=True)]


def _adjective(rng: Random) -> tuple[str, Callable[[Target], Step]]:
    """What follows "make it", and the step that it means."""
    probe = Said(text="\N{BULLET}", target=Everything())
    for _ in range(1000):
        text, step = rng.choice(
            (shape.say_scale, look.say_recolor, look.say_adjust, look.say_adjust, shape.say_rotate)
        )(rng, probe)
        match = re.fullmatch(r"make \N{BULLET} (.+)", text)
        if match and "\N{BULLET}" not in match[1] and not match[1].startswith(("look", "face")):
            return match[1], _about(step)
    raise AssertionError("no phrase of a thousand begins with 'make'")


def _about(step: Step) -> Callable[[Target], Step]:
    """The same step about another target."""
    if isinstance(step, Scale):
        return lambda target: Scale(target=target, factor=step.factor)
    if isinstance(step, Recolor):
        return lambda target: Recolor(target=target, color=step.color, amount=step.amount)
    if isinstance(step, Adjust):
        return lambda target: Adjust(target=target, quantity=step.quantity, factor=step.factor)
    if isinstance(step, Rotate):
        return lambda target: Rotate(target=target, degrees=step.degrees, axis=step.axis)
    raise AssertionError(f"{type(step).__name__} is said with no adjective")


def _copied(step: Step) -> tuple[str, ...]:
    """What the program repeats letter by letter."""
    if isinstance(step, Style):
        return (step.style,)
    if isinstance(step, Replace):
        return (step.path,)
    return (step.name,) if isinstance(step, Group) else ()
