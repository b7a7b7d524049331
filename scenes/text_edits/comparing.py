"""When two programs are the same: every "it" replaced by what it stands for, numbers to the digits that are printed."""

from __future__ import annotations

from dataclasses import replace

from .steps import Duplicate, ShowAll, Step, TextProgram, Undo
from .targets import Combined, It, PartOf, Simple, Target


def resolved(program: TextProgram) -> TextProgram:
    """`program` without the words "it" that can be replaced by what the step before was about.

    After `Duplicate` "it" is the copy, which has no other name, and stays; so does an "it" of the first step. `ShowAll`
    and `Undo` are about nothing and are passed through. A part of "it" whose antecedent is a part or several things
    cannot be said in another way, and stays as well.
    """
    antecedent: Target = It()
    steps: list[Step] = []
    for step in program.steps:
        if isinstance(step, ShowAll | Undo):
            steps.append(step)
            continue
        target = _replaced(step.target, antecedent)
        steps.append(replace(step, target=target))
        antecedent = It() if isinstance(step, Duplicate) else target
    return TextProgram(steps=tuple(steps))


def same_program(a: TextProgram, b: TextProgram) -> bool:
    """Whether two programs do the same, step by step; numbers count to the 12 digits that are printed."""
    return str(resolved(a)) == str(resolved(b))


def _replaced(target: Target, antecedent: Target) -> Target:
    """`target` with `antecedent` for "it", where the language can say so."""
    if isinstance(target, It):
        return antecedent
    if isinstance(target, PartOf):
        return _part(target, antecedent)
    if not isinstance(target, Combined):
        return target
    items = _listed(target.items, antecedent)
    exceptions = _listed(target.exceptions, antecedent)
    return Combined(items=items, exceptions=exceptions)


def _listed(items: tuple[Simple, ...], antecedent: Target) -> tuple[Simple, ...]:
    """The items with `antecedent`, or its own items, for "it"."""
    listed: list[Simple] = []
    for item in items:
        new = _replaced(item, antecedent)
        if not isinstance(new, Combined):
            listed.append(new)
        elif new.exceptions:  # "the chair and (everything except the robot)" cannot be said
            listed.append(item)
        else:
            listed += new.items
    return tuple(listed)


def _part(part: PartOf, antecedent: Target) -> PartOf:
    """A part of "it" is a part of a thing, unless that is a part or several things itself."""
    if not isinstance(part.whole, It) or isinstance(antecedent, PartOf | Combined):
        return part
    return replace(part, whole=antecedent)
