"""What window and view process say to each other about image-based views. Everything is a frozen value that pickles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..scenes import Camera
from .messages import SeenView
from .omni.scene import OmniScene

MOST_SIDE = 320
"""Longer side of the largest picture [px]: twice the side takes four times as long."""

_FIRST_SIDE = 96


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewRequest:
    """Make a view of photos, small first and then larger.

    Args:
        number: Grows with every request; a newer one ends the work on this.
        photos: The set.
        scene: How views of it are made.
        camera: Of the window's size.
    """

    number: int
    photos: Path
    scene: OmniScene
    camera: Camera

    def cameras(self) -> tuple[Camera, ...]:
        """The camera in the sizes that are made, the largest no larger than the window."""
        longest = max(self.camera.width, self.camera.height)
        sides = [side for side in (_FIRST_SIDE, 2 * _FIRST_SIDE) if side < min(longest, MOST_SIDE)]
        return tuple(self._sized(side / longest) for side in (*sides, min(longest, MOST_SIDE)))

    def _sized(self, scale: float) -> Camera:
        return self.camera.resized(
            *(max(1, round(scale * side)) for side in (self.camera.width, self.camera.height))
        )


@dataclass(frozen=True, kw_only=True)
class ViewProgress:
    """How far the view of a request is, in one line."""

    number: int
    line: str


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewMade:
    """A picture of a request; larger ones follow unless it is the last."""

    number: int
    seen: SeenView


@dataclass(frozen=True, kw_only=True)
class ViewRefused:
    """A view cannot be made: one line for the user and, where it is our fault, details for the log."""

    number: int
    problem: str
    details: str = ""


ViewMessage = ViewProgress | ViewMade | ViewRefused
OnViewMessage = Callable[[ViewMessage], None]


class Viewing(Protocol):
    """What the viewer needs of a view process."""

    def ask(self, request: ViewRequest | None) -> None:
        """Make a view instead of the one that is being made; `None` makes none."""
        ...

    def close(self) -> None:
        """End the process; no messages follow."""
        ...
