"""The learning rate of each step."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A rise, then one rate for as long as one likes, then a fall: so a run without a fall can be prolonged at will.

    Args:
        rate: The constant one.
        warmup: Steps of the linear rise.
        cooldown: Steps of the fall, half a cosine wave down to `last`; 0 for none.
        steps: Where the run, and so the fall, ends.
        last: Rate at the very end.
    """

    rate: float = 5e-4
    warmup: int = 200
    cooldown: int = 0
    steps: int = 200_000
    last: float = 1e-6

    def at(self, step: int) -> float:
        """The rate of `step`, from 0."""
        risen = self.rate * min(1.0, (step + 1) / max(self.warmup, 1))
        into = step + 1 - (self.steps - self.cooldown)
        if self.cooldown == 0 or into <= 0:
            return risen
        fall = 0.5 * (1.0 + math.cos(math.pi * min(1.0, into / self.cooldown)))
        return min(risen, self.last + (self.rate - self.last) * fall)
