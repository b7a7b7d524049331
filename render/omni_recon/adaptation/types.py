"""What an adaptation takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from torch import Tensor

from ....scenes import Camera
from ..lifting.types import Legend, MapKind, numbered_channels
from ..types import DepthRange, SourceViews
from .low_rank import LowRankChange

UNKNOWN = -1
"""Class of pixels that are not labelled."""


class TaskKind(Enum):
    """`CLASSES`: each pixel has one of some classes. `VALUES`: each has some numbers."""

    CLASSES = "classes"
    VALUES = "values"


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be told about pixels.

    Args:
        kind: See `TaskKind`.
        channels: Classes, or numbers of a pixel.

    Raises:
        ValueError: There are no channels.
    """

    kind: TaskKind
    channels: int

    def __post_init__(self) -> None:
        """Check the count."""
        if not 1 <= self.channels <= 4096:
            raise ValueError(f"channels must be 1 to 4096, got {self.channels}")


@dataclass(frozen=True, eq=False, kw_only=True)
class TaskExample:
    """A view for which the answer is known, and the photos that it is seen from.

    Args:
        sources: The photos, without the view itself.
        bounds: Depths between which the scene is sought.
        camera: The view, of W x H pixels.
        image: Its photo, `[3, H, W]` in [0, 1].
        truth: Classes `[H, W]`, integer, `UNKNOWN` where there is none; or values `[C, H, W]`, not finite where
            unknown.

    Raises:
        ValueError: The sizes do not agree.
    """

    sources: SourceViews
    bounds: DepthRange
    camera: Camera
    image: Tensor
    truth: Tensor

    def __post_init__(self) -> None:
        """Check the sizes."""
        size = [self.camera.height, self.camera.width]
        for name, tensor in (("image", self.image), ("truth", self.truth)):
            if list(tensor.shape[-2:]) != size:
                raise ValueError(
                    f"{name} must be of the camera's size {size} [H, W], got {list(tensor.shape)}"
                )


OnStep = Callable[[int, float], None]
"""Told the steps done and the last loss. What it raises ends the training."""


def tell_nobody(step: int, loss: float) -> None:
    """Report nothing."""


def never() -> bool:
    """Go on to the end."""
    return False


@dataclass(frozen=True, kw_only=True)
class AdaptOptions:
    """How to adapt.

    Args:
        rank: Of the changes; 0 trains the head alone.
        alpha: Changes count `alpha / rank`.
        steps: Of Adam.
        rate: Learning rate of the head.
        change_rate: Learning rate of the changes.
        rays: Of a step.
        color_weight: How much colours that differ from the photo count, so that the scene keeps its shape.
        planes: At most so many planes of the depth prior, 0 for none.
        seed: Of everything random.
        minutes: End after so long, if the steps are not done before; the learning rate falls accordingly.
        on_step: Told after each step.
        should_stop: Asked after each step; what was best so far is given back when it says so.

    Raises:
        ValueError: A value is out of its range.
    """

    rank: int = 4
    alpha: float = 8.0
    steps: int = 300
    rate: float = 2e-3
    change_rate: float = 1e-3
    rays: int = 256
    color_weight: float = 1.0
    planes: int = 96
    seed: int = 0
    minutes: float | None = None
    on_step: OnStep = field(default=tell_nobody, compare=False)
    should_stop: Callable[[], bool] = field(default=never, compare=False)

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name, least in (("rank", 0), ("steps", 1), ("rays", 1), ("color_weight", 0), ("planes", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        for name in ("alpha", "rate", "change_rate"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if self.minutes is not None and not self.minutes > 0.0:
            raise ValueError(f"minutes must be positive, got {self.minutes}")


@dataclass(frozen=True, eq=False, kw_only=True)
class Adapter:
    """What was learnt: a head, and small changes of the network's layers.

    Args:
        task: What it tells.
        rank: Of the changes.
        alpha: See `AdaptOptions`.
        changes: By the layers' names.
        head: Parameters of the head by name.
        losses: Of each step, for curves; not saved.
        weights: SHA-256 of the network that it changes, in hexadecimal digits; empty where that is not known.
        names: What the channels mean, where that was said.
    """

    task: Task
    rank: int
    alpha: float
    changes: Mapping[str, LowRankChange]
    head: Mapping[str, Tensor]
    losses: tuple[float, ...] = ()
    weights: str = ""
    names: Legend | None = None

    @property
    def legend(self) -> Legend:
        """What the channels mean: their names, or their numbers."""
        if self.names is not None:
            return self.names
        classes = self.task.kind is TaskKind.CLASSES
        return Legend(
            title="classes" if classes else "values",
            kind=MapKind.LABELS if classes else MapKind.FEATURES,
            channels=numbered_channels(self.task.channels, "class" if classes else "value"),
        )

    @property
    def scale(self) -> float:
        """Factor of the changes."""
        return self.alpha / self.rank if self.rank else 0.0
