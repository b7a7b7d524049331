"""Fine-tuning of the network to one photo set, in a folder: lines of progress, files, and an end that loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...kernels.errors import RowsplatError
from ...render.omni_recon import OmniRecon, ReconstructionOptions, save_weights
from ...render.omni_recon.training import FineTuning, FineTuningOptions, StepReport
from ...scenes.photo_sets import PhotoSet
from ..omni_training import LOG, StopRequest
from ..progress import ShowStage
from .settings import differences, file_digest, photos_digest

CHECKPOINT, WEIGHTS = "fine-tuning.pt", "omni_recon.safetensors"
"""Files in the folder of a run."""

_PARTS = 1000  # that progress is counted in
_COLUMNS = "step,seconds,rate,color,gradient,skipped,psnr,best_psnr"


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotosToTune:
    """What the network is fine-tuned to.

    Args:
        photo_set: The photos that may be learned from, with points.
        looking: How views are made.
        near: Nearest depth in every view [scene units]; `None` finds it for each.
        far: Farthest depth.
    """

    photo_set: PhotoSet
    looking: ReconstructionOptions
    near: float | None = None
    far: float | None = None

    def settings(self, weights: Path, options: FineTuningOptions) -> dict[str, Any]:
        """All that the result follows from, as JSON values."""
        return {
            "photos": photos_digest(self.photo_set),
            "weights": file_digest(weights),
            "resolution": self.looking.max_side,
            "source_views": self.looking.source_views,
            "near": self.near,
            "far": self.far,
            "parts": options.parts.value,
            "rate": options.rate,
            "rays": options.rays,
            "cooldown": options.cooldown,
            "seed": options.seed,
        }


class FineTuningRun:
    """Tunes until the minutes or the steps are over or a stop is asked for.

    Args:
        photos: What is learned from.
        model: Where to begin.
        weights: The file that `model` was read from.
        options: How to tune.
        folder: Of the run; made if it does not exist.

    Raises:
        RowsplatError: There are too few photos, or the folder holds another run.
        SceneFileError: The folder's checkpoint is at fault.
    """

    def __init__(
        self,
        photos: PhotosToTune,
        model: OmniRecon,
        weights: Path,
        options: FineTuningOptions,
        folder: Path,
    ) -> None:
        """Go on with the run in the folder, if there is one; no photo is read."""
        self._tuning = FineTuning(
            model, photos.photo_set, photos.looking, options, near=photos.near, far=photos.far
        )
        self._settings = photos.settings(weights, options)
        self._options, self._folder = options, folder
        self._reports: list[StepReport] = []
        self._resume()

    @property
    def tuning(self) -> FineTuning:
        """The run itself."""
        return self._tuning

    def run(self, minutes: float, stop: StopRequest, show: ShowStage) -> None:
        """Go on until `minutes` of work, with those of earlier starts, or all steps are done, or a stop is asked for.

        Raises:
            RowsplatError: OpenCV is not installed.
            SceneFileError: A photo cannot be read.
            OSError: The folder cannot be written to.
        """
        tuning, limit = self._tuning, 60.0 * minutes
        if self.finished(minutes):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        show("look at the photos held out", 0, 1)
        tuning.begin()
        show("look at the photos held out", 1, 1)
        if not (self._folder / WEIGHTS).exists():
            self._save_weights()
        while not self.finished(minutes) and stop.exit_code is None:
            self._reports.append(tuning.train_step())
            if tuning.check_is_due:
                self._check()
            self._tell(limit, show)
        if stop.exit_code is None and not tuning.check_is_due:
            self._check()
        tuning.save(self._folder / CHECKPOINT, self._settings)

    def finished(self, minutes: float) -> bool:
        """Whether so many minutes or all steps are over."""
        return self._tuning.seconds >= 60.0 * minutes or self._tuning.trainer.step >= self._options.steps

    def plan(self, minutes: float) -> str:
        """What is going to be done, in one line."""
        tuning = self._tuning
        held, learned = tuning.examples.held_out_names, tuning.examples.target_names
        step = tuning.trainer.step
        if self.finished(minutes):
            return f"{self._folder}: all is done after {step} steps; give more --minutes or --steps to go on"
        begun = f"going on at step {step}; " if step else ""
        return (
            f"{begun}{len(learned)} photos to learn from, {len(held)} held out ({', '.join(held)}), "
            f"{self._settings['parts']} tuned for {minutes:g} minutes at most"
        )

    def summary(self) -> str:
        """What came of it, in one line."""
        tuning = self._tuning
        count = len(tuning.examples.held_out_names)
        if tuning.best_psnr > tuning.first_psnr:
            gain = f"from {tuning.first_psnr:.2f} to {tuning.best_psnr:.2f} dB"
        else:
            gain = (
                f"{tuning.first_psnr:.2f} dB as before: no step made it better, the weights are those given"
            )
        return (
            f"{self._folder / WEIGHTS}: {count} photo{'s' * (count > 1)} held out, {gain}; "
            f"{tuning.trainer.step} steps, {tuning.seconds:.0f} s"
        )

    def _resume(self) -> None:
        path = self._folder / CHECKPOINT
        if not path.exists():
            return
        changed = differences(self._settings, self._tuning.load(path))
        if changed:
            raise RowsplatError(
                f"{path}: is of a fine-tuning with other {', '.join(changed)}. Choose another --out, or delete it."
            )

    def _check(self) -> None:
        """Measure; files first that a better state is kept in."""
        if self._tuning.check():
            self._save_weights()
        self._log()
        self._tuning.save(self._folder / CHECKPOINT, self._settings)

    def _save_weights(self) -> None:
        tuning = self._tuning
        figures: Mapping[str, float] = {
            "step": tuning.trainer.step,
            "psnr_before": tuning.first_psnr,
            "psnr": tuning.best_psnr,
        }
        save_weights(
            tuning.best, self._folder / WEIGHTS, {name: f"{value:g}" for name, value in figures.items()}
        )

    def _tell(self, limit: float, show: ShowStage) -> None:
        tuning = self._tuning
        steps = self._options.steps
        pace = tuning.seconds / max(tuning.trainer.step, 1)
        left = min(limit - tuning.seconds, pace * (steps - tuning.trainer.step))
        done = max(tuning.seconds / limit, tuning.trainer.step / steps)
        show("fine-tune", min(_PARTS, round(_PARTS * done)), _PARTS, max(left, 0.0))

    def _log(self) -> None:
        """A row of `log.csv`; losses are means since the last one."""
        tuning, path = self._tuning, self._folder / LOG
        count = max(len(self._reports), 1)
        numbers = (
            tuning.seconds,
            tuning.trainer.schedule.at(tuning.trainer.step - 1),
            sum(report.color for report in self._reports) / count,
            sum(report.gradient for report in self._reports) / count,
            tuning.trainer.skipped,
            tuning.last_psnr,
            tuning.best_psnr,
        )
        row = ",".join((str(tuning.trainer.step), *(f"{number:.6g}" for number in numbers)))
        new = not path.exists()
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{_COLUMNS}\n{row}\n" if new else f"{row}\n")
        self._reports.clear()
