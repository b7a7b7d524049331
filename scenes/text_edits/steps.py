"""The typed language of text edits: what each step of a program does, in words and numbers.

A program is a tuple of steps. `str` of a step is its canonical sentence, which the grammar reads back as an equal
step; numbers are printed so that they read back exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from .targets import It, Relation, Target, Thing, has_relation

MAX_FACTOR = 1000.0
"""Largest factor of a size, colour or opacity; the least factor of a size is its inverse."""

MAX_DISTANCE = 1e6
"""Farthest that something can be moved [scene units]."""

MAX_DEGREES = 3600.0
MAX_UNDO = 1000


class Direction(Enum):
    """Up and down are the scene's; left, right, forward (towards the camera) and back are as the camera sees them."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    FORWARD = "forward"
    BACK = "back"


class Axis(Enum):
    """Of a rotation (counter-clockwise as seen from its tip), or across which something is mirrored."""

    UP = "up"
    RIGHT = "right"
    FORWARD = "forward"


class Quantity(Enum):
    """What a factor changes."""

    BRIGHTNESS = "brightness"
    SATURATION = "saturation"
    CONTRAST = "contrast"
    OPACITY = "opacity"


@dataclass(frozen=True, kw_only=True)
class Select:
    """The target is selected and nothing else."""

    target: Target

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"select {self.target}"


@dataclass(frozen=True, kw_only=True)
class Remove:
    """The target is gone."""

    target: Target

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"remove {self.target}"


@dataclass(frozen=True, kw_only=True)
class Keep:
    """All but the target is gone."""

    target: Target

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"keep {self.target}"


@dataclass(frozen=True, kw_only=True)
class Hide:
    """The target is not seen until `ShowAll`."""

    target: Target

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"hide {self.target}"


@dataclass(frozen=True)
class ShowAll:
    """Nothing is hidden any more."""

    def __str__(self) -> str:
        """Canonical sentence."""
        return "show everything"


@dataclass(frozen=True, kw_only=True)
class Move:
    """The target is moved along a direction.

    Args:
        target: What.
        direction: Where to.
        distance: How far, positive [scene units], or in its own sizes along that direction if `relative`.
        relative: The distance is a multiple of the target's extent.

    Raises:
        ValueError: The distance is not in range.
    """

    target: Target
    direction: Direction
    distance: float
    relative: bool = False

    def __post_init__(self) -> None:
        """Check the distance."""
        _require("distance", self.distance, 0.0, MAX_DISTANCE)

    def __str__(self) -> str:
        """Canonical sentence."""
        amount = f"{number(self.distance * 100)}%" if self.relative else number(self.distance)
        return f"move {self.target} {self.direction.value} by {amount}"


@dataclass(frozen=True, kw_only=True)
class MoveBy:
    """The target is moved by a vector in the world frame [scene units].

    Raises:
        ValueError: A number is not in range.
    """

    target: Target
    offset: tuple[float, float, float]

    def __post_init__(self) -> None:
        """Check the numbers."""
        for value in self.offset:
            _require("offset", value, -MAX_DISTANCE, MAX_DISTANCE)

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"move {self.target} by {' '.join(map(number, self.offset))}"


@dataclass(frozen=True, kw_only=True)
class Put:
    """The target is moved as a whole so that it is on, beside, in front of, ... another thing, boxes touching."""

    target: Target
    relation: Relation
    anchor: Thing

    def __str__(self) -> str:
        """Canonical sentence."""
        colon = (
            ":" if has_relation(self.target) else ""
        )  # which "on" is meant: put the vase on the table: behind it
        return f"put {self.target}{colon} {self.relation.value} {self.anchor}"


@dataclass(frozen=True, kw_only=True)
class Rotate:
    """The target is turned about the middle of its box.

    Args:
        target: What.
        degrees: Counter-clockwise as seen from the axis' tip; negative is clockwise.
        axis: Through the middle.

    Raises:
        ValueError: The angle is not in range.
    """

    target: Target
    degrees: float
    axis: Axis = Axis.UP

    def __post_init__(self) -> None:
        """Check the angle."""
        _require("degrees", self.degrees, -MAX_DEGREES, MAX_DEGREES)

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"rotate {self.target} by {number(self.degrees)} degrees around {self.axis.value}"


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """The target is reflected across the plane through its middle to which `axis` is normal."""

    target: Target
    axis: Axis

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"mirror {self.target} along {self.axis.value}"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The target is made larger or smaller; what stands on something keeps standing (the foot of its box stays).

    Raises:
        ValueError: The factor is not in range.
    """

    target: Target
    factor: float

    def __post_init__(self) -> None:
        """Check the factor."""
        _require("factor", self.factor, 1.0 / MAX_FACTOR, MAX_FACTOR)

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"scale {self.target} by {number(self.factor)}"


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """A copy of the target is made in its place; "it" is the copy from then on."""

    target: Target

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"duplicate {self.target}"


@dataclass(frozen=True, kw_only=True)
class Recolor:
    """The target takes a colour; light and shade stay.

    Args:
        target: What.
        color: A CSS colour name, one of a few common names, or `#rrggbb`.
        amount: 1 replaces hue and saturation, less is a tint.

    Raises:
        ValueError: The amount is not in range.
    """

    target: Target
    color: str
    amount: float = 1.0

    def __post_init__(self) -> None:
        """Check the amount."""
        _require("amount", self.amount, 0.0, 1.0)

    def __str__(self) -> str:
        """Canonical sentence."""
        tint = "" if self.amount == 1.0 else f" by {number(self.amount * 100)}%"
        return f"{'tint' if tint else 'recolor'} {self.target} {self.color}{tint}"


@dataclass(frozen=True, kw_only=True)
class ShiftHue:
    """The hues of the target turn.

    Raises:
        ValueError: The angle is not in range.
    """

    target: Target
    degrees: float

    def __post_init__(self) -> None:
        """Check the angle."""
        _require("degrees", self.degrees, -MAX_DEGREES, MAX_DEGREES)

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"shift hue of {self.target} by {number(self.degrees)} degrees"


@dataclass(frozen=True, kw_only=True)
class Adjust:
    """Brightness, saturation, contrast or opacity of the target is multiplied.

    Raises:
        ValueError: The factor is not in range.
    """

    target: Target
    quantity: Quantity
    factor: float

    def __post_init__(self) -> None:
        """Check the factor."""
        _require("factor", self.factor, 0.0, MAX_FACTOR)

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"multiply {self.quantity.value} of {self.target} by {number(self.factor)}"


@dataclass(frozen=True, kw_only=True)
class Style:
    """The target is painted in a style: a known name, a picture, a network's file, or words for a diffusion model."""

    target: Target
    style: str

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"style {self.target} like {quoted(self.style)}"


@dataclass(frozen=True, kw_only=True)
class Replace:
    """The target gives way to the scene of a file, which is scaled to the target's height and stands in its place."""

    target: Target
    path: str

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"replace {self.target} with {quoted(self.path)}"


@dataclass(frozen=True, kw_only=True)
class Group:
    """The target gets a name by which later sentences find it."""

    target: Target
    name: str

    def __str__(self) -> str:
        """Canonical sentence."""
        return f"group {self.target} as {quoted(self.name)}"


@dataclass(frozen=True, kw_only=True)
class Undo:
    """The last steps are taken back.

    Raises:
        ValueError: The count is not in range.
    """

    count: int = 1

    def __post_init__(self) -> None:
        """Check the count."""
        _require("count", self.count, 1, MAX_UNDO)

    def __str__(self) -> str:
        """Canonical sentence."""
        return "undo" if self.count == 1 else f"undo {self.count} steps"


Step = (
    Select
    | Remove
    | Keep
    | Hide
    | ShowAll
    | Move
    | MoveBy
    | Put
    | Rotate
    | Mirror
    | Scale
    | Duplicate
    | Recolor
    | ShiftHue
    | Adjust
    | Style
    | Replace
    | Group
    | Undo
)


@dataclass(frozen=True, kw_only=True)
class TextProgram:
    """What a text asks for, step by step.

    Args:
        steps: First to last; not empty.

    Raises:
        ValueError: There is no step.
    """

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        """Check that something is to be done."""
        if not self.steps:
            raise ValueError("a program needs a step")

    def __str__(self) -> str:
        """The canonical sentences, a line each."""
        return "\n".join(map(str, self.steps))


def number(value: float) -> str:
    """`value` as short as it reads back exactly to 12 digits: 1.5, -2, 0.001."""
    rounded = float(f"{value:.12g}")
    return str(int(rounded)) if rounded.is_integer() else repr(rounded)


def quoted(text: str) -> str:
    """`text` in double quotes; quotes and backslashes in it are escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def target_of(step: Step) -> Target:
    """What a step is about; `It()` for steps without a target, so that "it" passes through them."""
    return It() if isinstance(step, ShowAll | Undo) else step.target


def _require(name: str, value: float, least: float, most: float) -> None:
    """Refuse a number that is out of range or none."""
    if not (math.isfinite(value) and least <= value <= most):
        raise ValueError(f"{name} must be {least:g} to {most:g}, got {value:g}")
