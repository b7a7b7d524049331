"""Neutral events of pointer and keyboard: what camera controls hear, whatever window they come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Point = tuple[float, float]
"""Physical pixels, from the top left."""


class Button(Enum):
    """Buttons of the pointer."""

    LEFT = "left"
    MIDDLE = "middle"
    RIGHT = "right"


class Modifier(Enum):
    """Keys that change what others do."""

    SHIFT = "shift"
    CTRL = "ctrl"
    ALT = "alt"


class FlyKey(Enum):
    """Keys that fly, and where to in the camera's frame (x right, y down, z forward)."""

    FORWARD = (0.0, 0.0, 1.0)
    BACK = (0.0, 0.0, -1.0)
    LEFT = (-1.0, 0.0, 0.0)
    RIGHT = (1.0, 0.0, 0.0)
    DOWN = (0.0, 1.0, 0.0)
    UP = (0.0, -1.0, 0.0)


@dataclass(frozen=True)
class Pressed:
    """A button went down."""

    button: Button
    at: Point


@dataclass(frozen=True)
class Released:
    """A button went up."""

    button: Button


@dataclass(frozen=True)
class Moved:
    """The pointer moved."""

    at: Point


@dataclass(frozen=True)
class Wheel:
    """The wheel turned by so many notches, away from the user is positive."""

    notches: float


@dataclass(frozen=True)
class KeyChanged:
    """A flying key went down or up."""

    key: FlyKey
    down: bool


@dataclass(frozen=True)
class ModifiersChanged:
    """Other modifiers are held."""

    held: frozenset[Modifier]


@dataclass(frozen=True)
class FocusLost:
    """The window hears no more: whatever is held now may be let go unheard."""


CameraEvent = Pressed | Released | Moved | Wheel | KeyChanged | ModifiersChanged | FocusLost
