"""A training run of Omni-Recon in a folder: lines of progress, figures, files, and an end that loses nothing."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..render.omni_recon import save_weights
from ..render.omni_recon.training import (
    Figures,
    StepReport,
    Trainer,
    TrainingExample,
    save_checkpoint,
    validate,
)

CHECKPOINT, WEIGHTS, LOG = "checkpoint.pt", "weights.safetensors", "log.csv"
"""Files in the folder of a run."""

_TELL_EVERY, _SAVE_EVERY = 20, 500  # steps
_SAVE_SECONDS = 600.0
_COLUMNS = "step,seconds,rate,color,depth,skipped,sharpness,psnr,depth_error,depth_within_5_percent"
_EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@dataclass(kw_only=True)
class StopRequest:
    """Whether Ctrl-C or SIGTERM came; `exit_code` is then that of the process."""

    exit_code: int | None = None


@contextmanager
def stop_requests() -> Generator[StopRequest, None, None]:
    """Note Ctrl-C and SIGTERM instead of ending in the middle of a step; the second one ends it at once."""
    stop = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in _EXIT_CODES}

    def _note(number: int, frame: object) -> None:
        stop.exit_code = _EXIT_CODES[signal.Signals(number)]
        _restore()

    def _restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in _EXIT_CODES:
        signal.signal(number, _note)
    try:
        yield stop
    finally:
        _restore()


class TrainingRun:
    """Trains until the steps or the minutes are over or a stop is asked for.

    Args:
        trainer: At the step to go on from.
        folder: Of the run; exists.
        held_out: What the figures are measured on.
        stop: Looked at after every step.
    """

    def __init__(
        self, trainer: Trainer, folder: Path, held_out: Sequence[TrainingExample], stop: StopRequest
    ) -> None:
        """Begins nothing yet."""
        self._trainer, self._folder = trainer, folder
        self._held_out, self._stop = held_out, stop
        self._reports: list[StepReport] = []

    def train(self, steps: int, minutes: float | None) -> None:
        """Go on to step `steps`, for `minutes` at most; write all files at the end, if anything was done."""
        trainer, started = self._trainer, time.monotonic()
        saved, saved_step = started, trainer.step
        if trainer.step >= steps:
            print(f"all {steps} steps are done; give more --steps to go on")
            return
        while trainer.step < steps and self._stop.exit_code is None:
            now = time.monotonic()
            if minutes is not None and now - started >= 60.0 * minutes:
                break
            self._reports.append(trainer.train_step())
            if trainer.step % _TELL_EVERY == 0:
                self._tell(steps)
            if trainer.step % _SAVE_EVERY == 0 or now - saved >= _SAVE_SECONDS:
                self._write()
                saved, saved_step = time.monotonic(), trainer.step
        if trainer.step > saved_step:
            self._write()
        print(f"stopped at step {trainer.step} of {steps}", flush=True)

    def _tell(self, steps: int) -> None:
        recent = self._reports[-_TELL_EVERY:]
        seconds = _mean([report.seconds for report in recent])
        left = seconds * (steps - self._trainer.step) / 3600.0
        print(
            f"step {self._trainer.step}: colour {_mean([report.color for report in recent]):.4f}, "
            f"depth {_mean([report.depth for report in recent]):.4f}, "
            f"gradient {_mean([report.gradient for report in recent]):.2f}, {seconds:.2f} s/step, {left:.1f} h left",
            flush=True,
        )

    def _write(self) -> None:
        """The files first, so that a second Ctrl-C loses only the figures, which take longer."""
        trainer = self._trainer
        save_checkpoint(trainer, self._folder / CHECKPOINT)
        save_weights(trainer.average, self._folder / WEIGHTS, {"step": str(trainer.step)})
        figures = validate(trainer.average, self._held_out, sweep=trainer.sweep)
        print(
            f"step {trainer.step}: PSNR {figures.psnr:.2f} dB, median depth error {figures.depth_error:.2%}, "
            f"within 5 % {figures.depth_close:.1%}, {trainer.skipped} steps skipped",
            flush=True,
        )
        self._log(figures)
        self._reports.clear()

    def _log(self, figures: Figures) -> None:
        """A row of `log.csv`; losses are means since the last one."""
        trainer, path = self._trainer, self._folder / LOG
        numbers = (
            _mean([report.seconds for report in self._reports]),
            trainer.schedule.at(trainer.step - 1),
            _mean([report.color for report in self._reports]),
            _mean([report.depth for report in self._reports]),
            trainer.skipped,
            trainer.average.sharpness.item(),
            figures.psnr,
            figures.depth_error,
            figures.depth_close,
        )
        row = ",".join((str(trainer.step), *(f"{number:.6g}" for number in numbers)))
        new = not path.exists()
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{_COLUMNS}\n{row}\n" if new else f"{row}\n")


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else float("nan")
