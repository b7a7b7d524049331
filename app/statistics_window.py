"""Times of the last pictures: what the statistics panel and the overlay show."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields

import numpy as np

from ..render import StageTimes
from .messages import FrameReady

STAGES = tuple(field.name for field in fields(StageTimes) if field.name != "total")
"""project, sort, bin, blend."""

KEPT = 240
_COMPILING = 3  # the first pictures compile kernels, which says nothing about those that follow


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Frames a second of the pictures shown, at the median and the slowest twentieth."""

    p50: float
    p95: float


class FrameStatistics:
    """The stage times of the last `KEPT` pictures and when they came."""

    def __init__(self) -> None:
        """Begin empty."""
        self._to_skip = _COMPILING
        self._frames: deque[tuple[float, FrameReady]] = deque(maxlen=KEPT)

    def add(self, when: float, frame: FrameReady) -> None:
        """Note a picture that came at `when` [s]."""
        if self._to_skip:
            self._to_skip -= 1
        else:
            self._frames.append((when, frame))

    @property
    def stage_times(self) -> list[tuple[float, ...]]:
        """Times of `STAGES` of look A of each picture [ms], oldest first."""
        return [tuple(getattr(f.planes[0].times, name) for name in STAGES) for _, f in self._frames]

    def rates(self) -> Rates | None:
        """Frames a second by the render process's own times; `None` without pictures."""
        if not self._frames:
            return None
        times = np.array([frame.milliseconds for _, frame in self._frames])
        p50, p95 = np.percentile(times, (50, 95))
        return Rates(p50=1000.0 / max(float(p50), 0.01), p95=1000.0 / max(float(p95), 0.01))

    def shown_per_second(self, now: float, span: float = 1.0) -> float:
        """Pictures that came in the last `span` seconds, per second."""
        return sum(now - when <= span for when, _ in self._frames) / span
