"""How long the stages of a run take."""

from __future__ import annotations

import time


class StageClock:
    """Seconds of stages that follow one another, of the clock and of all threads of this process."""

    def __init__(self) -> None:
        """No stage has begun."""
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}
        self._stage: str | None = None
        self._since = (0.0, 0.0)

    def enter(self, stage: str) -> None:
        """`stage` goes on or begins, which ends the one before."""
        if stage == self._stage:
            return
        self.stop()
        self._stage, self._since = stage, (time.monotonic(), time.process_time())

    def stop(self) -> None:
        """The stage is over."""
        if self._stage is None:
            return
        wall, cpu = time.monotonic() - self._since[0], time.process_time() - self._since[1]
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + wall
        self.cpu_seconds[self._stage] = self.cpu_seconds.get(self._stage, 0.0) + cpu
        self._stage = None
