"""What restyling takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..blending_weights import DEFAULT_MEMORY_LIMIT

Picture = NDArray[np.float32]
"""`[H, W, 3]` float32 in [0, 1]."""

MIN_VIEWS, MAX_VIEWS = 1, 512
MIN_SIZE, MAX_SIZE = 16, 2048
MAX_ROUNDS = 1000
_LEAST_NOISE = 0.01


class RestyleStage(Enum):
    """What restyling is busy with, in this order."""

    DRAW = "draw views"
    EDIT = "edit views"
    BLEND = "blend views"


OnProgress = Callable[[RestyleStage, int, int], None]
"""Called with the stage, steps done and steps in all, from the thread that restyles. What it raises ends the work."""


def no_progress(stage: RestyleStage, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class WriteBackOptions:
    """How edited pictures become colours.

    Args:
        steps: Conjugate-gradient steps before the solution is linearised again, and after.
        stiffness: lambda: how many pixels' worth of a Gaussian's colour its old one counts for [px].
        stiffness_growth: Of a coefficient of degree l, lambda times this to the power l.
        max_sh_degree: Coefficients above this keep their values; `None` fits all that the scene has.

    Raises:
        ValueError: A value is out of its range.
    """

    steps: tuple[int, int] = (8, 4)
    stiffness: float = 0.05
    stiffness_growth: float = 50.0
    max_sh_degree: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        if min(self.steps) < 0 or self.stiffness <= 0 or self.stiffness_growth <= 0:
            raise ValueError(f"steps must not be negative and stiffness be positive, got {self}")


_DEFAULT_WRITE_BACK = WriteBackOptions()


@dataclass(frozen=True, kw_only=True)
class RestyleOptions:
    """How to restyle.

    Args:
        views: Cameras around the subject, where none are given.
        picture_size: Side of their pictures [px].
        rounds: How often the views are edited and written back; `None` takes what suits the editor.
        first_noise: `ViewEditor.edit`'s noise of the first round, in (0, 1].
        later_noise: That of the others.
        background: Colour behind the scene in the views that the editor gets, each channel in [0, 1].
        write_back: How edited views become colours.
        exact_maps: Where the editor is a linear map of colours, give it to the Gaussians themselves: exact at once.
        seed: Of what is random.
        memory_limit: For tile lists that are kept [bytes].

    Raises:
        ValueError: A value is out of its range.
    """

    views: int = 24
    picture_size: int = 512
    rounds: int | None = None
    first_noise: float = 1.0
    later_noise: float = 0.3
    background: tuple[float, float, float] = (0.0, 0.0, 0.0)
    write_back: WriteBackOptions = _DEFAULT_WRITE_BACK
    exact_maps: bool = True
    seed: int = 0
    memory_limit: int = DEFAULT_MEMORY_LIMIT

    def __post_init__(self) -> None:
        """Check the ranges."""
        _require("views", self.views, MIN_VIEWS, MAX_VIEWS)
        _require("picture_size", self.picture_size, MIN_SIZE, MAX_SIZE)
        _require("rounds", self.rounds, 1, MAX_ROUNDS)
        _require("first_noise", self.first_noise, _LEAST_NOISE, 1.0)
        _require("later_noise", self.later_noise, _LEAST_NOISE, 1.0)
        for channel in self.background:
            _require("background", channel, 0.0, 1.0)


def _require(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise ValueError(f"{name} must be between {low:g} and {high:g}, got {value:g}")


class ViewEditor(Protocol):
    """Edits one picture at a time."""

    @property
    def name(self) -> str:
        """What tables and logs call it."""
        ...

    @property
    def rounds(self) -> int:
        """How often views are edited and written back, where nobody says: more than once only where it was better."""
        ...

    def fitted(self, views: Sequence[Picture], alphas: Sequence[NDArray[np.float32]]) -> ViewEditor:
        """The editor for a scene, after a look at all its views; itself where nothing depends on them.

        Args:
            views: The unedited pictures, all to be edited alike.
            alphas: Accumulated opacity of each, `[H, W]`: what is not the scene does not count.

        Raises:
            RowsplatError: It cannot edit these.
        """
        ...

    def edit(self, image: Picture, *, original: Picture, noise: float, seed: int) -> Picture:
        """The edited picture, of the same size.

        Args:
            image: What the view looks like now: the original, or the scene after an earlier round.
            original: What it looked like before any edit, which the edit is conditioned on.
            noise: How much of `image` is given up, in (0, 1]: 1 starts afresh from the original.
            seed: Of what is random; the same for the same picture.
        """
        ...
