"""Steps as tables of TOML and back: `op = "scale"`, `target = "the vase"`, `factor = 1.5`.

The keys of a table are the fields of the step's type; targets are in words.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from functools import cache
from typing import cast, get_args, get_type_hints

from .color_words import color_of_words, phrases_of_colors
from .not_understood import NotUnderstood, shortened
from .parsing import parse_target
from .steps import Step, quoted
from .targets import Combined, PartOf, Simple, Target, Thing


class StepTableError(ValueError):
    """A table that is no step.

    Args:
        problem: What is wrong.
        remedy: What to write instead.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        """Keep both parts."""
        super().__init__(f"{problem}. {remedy}.")
        self.problem, self.remedy = problem, remedy


@cache
def operations() -> dict[str, type[Step]]:
    """Names of operations to types of steps: "move_by" to `MoveBy`."""
    named: dict[str, type[Step]] = {}
    for kind in cast("tuple[type[Step], ...]", get_args(Step)):
        letters = (f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)
        named["".join(letters).lstrip("_")] = kind
    return named


def table_of_step(step: Step) -> dict[str, object]:
    """The table that `step_of_table` reads back as an equal step; fields that have their default are left out."""
    name = next(name for name, kind in operations().items() if kind is type(step))
    table: dict[str, object] = {"op": name}
    for field in dataclasses.fields(step):
        value = getattr(step, field.name)
        if field.default is dataclasses.MISSING or value != field.default:
            table[field.name] = _written(field.name, value)
    return table


def step_of_table(table: Mapping[str, object], *, names: Collection[str] = ()) -> Step:
    """The step that a table stands for.

    Args:
        table: `op` and the fields of its step.
        names: Groups of the project.

    Raises:
        StepTableError: It is no step.
    """
    kind = _kind(table.get("op"))
    fields = {field.name: field for field in dataclasses.fields(kind)}
    types = get_type_hints(kind)
    for key in table:
        if key not in fields and key != "op":
            raise StepTableError(f'"{shortened(key)}" is unknown here', _choice(key, [*fields]))
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name in table:
            values[name] = _read(name, types[name], table[name], names)
        elif field.default is dataclasses.MISSING:
            raise StepTableError(f'"{name}" is missing', f"Write {name} = ...")
    try:
        return cast("Step", kind(**values))  # pyright: ignore
    except ValueError as error:
        raise StepTableError(str(error), "Write another number") from None


def words_of_target(target: Target) -> str:
    """Words that `parse_target` reads back as an equal target; nouns that are no plain words stand in quotes."""
    words = str(target)
    try:
        if parse_target(words) == target:
            return words
    except NotUnderstood:
        pass
    return str(_with_quoted_nouns(target))


def _with_quoted_nouns(target: Target) -> Target:
    """A target whose words have quotes around every noun."""
    if isinstance(target, Thing):
        anchor = cast("Thing | None", target.anchor and _with_quoted_nouns(target.anchor))
        return dataclasses.replace(target, noun=quoted(target.noun), anchor=anchor)
    if isinstance(target, PartOf):
        return dataclasses.replace(target, whole=_with_quoted_nouns(target.whole))
    if isinstance(target, Combined):
        items, others = (
            tuple(cast("Simple", _with_quoted_nouns(item)) for item in row)
            for row in (target.items, target.exceptions)
        )
        return Combined(items=items, exceptions=others)
    return target


def _kind(name: object) -> type[Step]:
    """The type of step of an operation.

    Raises:
        StepTableError: There is no such operation.
    """
    if name is None:
        raise StepTableError('"op" is missing', 'Write op = "scale", or say = "a sentence"')
    if not isinstance(name, str) or name not in operations():
        problem = f'there is no operation "{shortened(str(name))}"'
        raise StepTableError(problem, _choice(str(name), [*operations()]))
    return operations()[name]


def _choice(word: str, known: Iterable[str]) -> str:
    """A remedy that names what is near, or all there is."""
    known = list(known)
    near = difflib.get_close_matches(word.lower(), known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}" if near else f"Known are {', '.join(known)}"


def _written(name: str, value: object) -> object:
    """A field as TOML holds it."""
    if name in ("target", "anchor"):
        return words_of_target(cast("Target", value))
    if isinstance(value, Enum):
        return value.value
    return list(cast("tuple[float, ...]", value)) if isinstance(value, tuple) else value


def _read(name: str, kind: object, value: object, names: Collection[str]) -> object:
    """A field of a table as the step holds it.

    Raises:
        StepTableError: It is of another kind.
    """
    if name in ("target", "anchor"):
        return _target(name, value, names)
    if name == "color":
        return _color(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        known = [str(member.value) for member in kind]
        if value not in known:
            raise StepTableError(f'{name} cannot be "{shortened(str(value))}"', _choice(str(value), known))
        return kind(value)
    if kind is float:
        return _number(name, value)
    if kind is int or kind is bool:
        if type(value) is not kind:
            what = "a whole number" if kind is int else "true or false"
            raise StepTableError(f"{name} is {what}, not {_shown(value)}", f"Write {what}, without quotes")
        return value
    if kind is str:
        return _text(name, value)
    if not isinstance(value, list) or len(cast("list[object]", value)) != 3:
        raise StepTableError(f"{name} is a list of three numbers, not {_shown(value)}", "Write [1, 0, -2]")
    return tuple(_number(name, item) for item in cast("list[object]", value))


def _text(name: str, value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str):
        raise StepTableError(f"{name} is a text, not {_shown(value)}", "Put it in quotes")
    if not value.strip():
        raise StepTableError(f"{name} is empty", "Write something between the quotes")
    return value


def _number(name: str, value: object) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise StepTableError(f"{name} is a number, not {_shown(value)}", "Write a number, without quotes")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise StepTableError(f"{name} is {shortened(str(value))}", "Write a finite number")
    return number


def _color(value: object) -> str:
    """A colour as programs name it."""
    color = color_of_words(_text("color", value).lower())
    if color is None:
        remedy = _choice(str(value), phrases_of_colors()).removesuffix(".")
        remedy = remedy if remedy.startswith("Did") else "Write a CSS name, or #rrggbb"
        raise StepTableError(f'"{shortened(str(value))}" is no colour', remedy)
    return color


def _target(name: str, value: object, names: Collection[str]) -> Target:
    """What words stand for; an anchor is one thing."""
    try:
        target = parse_target(_text(name, value), names=names)
    except NotUnderstood as error:
        raise StepTableError(f'{name} "{shortened(str(value))}": {error.problem}', error.remedy) from None
    if name == "anchor" and not isinstance(target, Thing):
        raise StepTableError(
            f'anchor "{shortened(str(value))}" is not one thing', 'Write it like "the table"'
        )
    return target


def _shown(value: object) -> str:
    """A value of TOML, shortened."""
    return shortened(repr(value))
