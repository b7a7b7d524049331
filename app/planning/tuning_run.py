"""A run of `rowsplat train-planner` in a folder: lines of progress, files, and an end that loses nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from ..omni_training import StopRequest
from .tuning import Tuner, save_adapter, save_checkpoint

CHECKPOINT, ADAPTER, LOG = "checkpoint.safetensors", "adapter.safetensors", "log.csv"
"""Files in the folder of a run."""

_TELL_EVERY, _SAVE_SECONDS = 10, 240.0


class TuningRun:
    """Tunes until the steps or the minutes are over or a stop is asked for.

    Args:
        tuner: At the step to go on from.
        folder: Of the run; exists.
        facts: Said in the header of the adapter's file.
        stop: Looked at after every step.
    """

    def __init__(self, tuner: Tuner, folder: Path, facts: Mapping[str, str], stop: StopRequest) -> None:
        """Begins nothing yet."""
        self._tuner, self._folder, self._facts, self._stop = tuner, folder, facts, stop
        self._losses: list[float] = []

    def train(self, minutes: float | None) -> None:
        """Go on to the last step of the schedule, for `minutes` at most; write the files at the end."""
        tuner, started = self._tuner, time.monotonic()
        saved, first, steps = started, tuner.step, tuner.schedule.steps
        while tuner.step < steps and self._stop.exit_code is None:
            now = time.monotonic()
            if minutes is not None and now - started >= 60.0 * minutes:
                break
            self._losses.append(tuner.train_step())
            if tuner.step % _TELL_EVERY == 0:
                self._tell()
            if now - saved >= _SAVE_SECONDS:
                self._write()
                saved = time.monotonic()
        if tuner.step > first:
            self._write()
        print(f"stopped at step {tuner.step} of {steps}", flush=True)

    def _tell(self) -> None:
        recent = self._losses[-_TELL_EVERY:]
        loss, step = sum(recent) / len(recent), self._tuner.step
        seconds = self._tuner.seconds / step
        print(f"step {step}: loss {loss:.4f}, {seconds:.2f} s/step", flush=True)
        path = self._folder / LOG
        new = not path.exists()
        with path.open("a", encoding="utf-8") as file:
            file.write(
                ("step,loss,seconds\n" if new else "") + f"{step},{loss:.6g},{self._tuner.seconds:.6g}\n"
            )

    def _write(self) -> None:
        save_checkpoint(self._tuner, self._folder / CHECKPOINT)
        save_adapter(self._tuner, self._folder / ADAPTER, self._facts)
