"""Fine-tuning of the network to the photos of one set; only what predicts photos better that it never saw is kept."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....kernels.errors import SceneFileError
from ....scenes.photo_sets import PhotoSet
from ..model import OmniRecon
from ..reconstruction_types import ReconstructionOptions
from .checkpoints import load_checkpoint, save_checkpoint
from .examples import TrainingExample
from .photo_examples import PhotoExamples
from .schedule import Schedule
from .trainer import StepReport, Trainer
from .tuned_parts import TunedParts
from .validation import validate

_WARMUP = 10  # steps
_CHECK_EVERY = 25  # steps


@dataclass(frozen=True, kw_only=True)
class FineTuningOptions:
    """How to fine-tune.

    Args:
        parts: Of the network that change.
        rate: Learning rate.
        rays: Of a step, all of one photo.
        steps: Where the run, and so the fall of the learning rate, ends.
        cooldown: Steps of that fall; 0 for none.
        seed: Of the choice of photos and rays.
        measured_rays: Of each photo that is held out, the same each time.
    """

    parts: TunedParts = TunedParts.BRANCHES
    rate: float = 5e-4
    rays: int = 256
    steps: int = 200_000
    cooldown: int = 0
    seed: int = 0
    measured_rays: int = 1024


_DEFAULT_OPTIONS = FineTuningOptions()


class FineTuning:
    """One run, which can go on as if it had never stopped.

    Args:
        model: Where to begin; it stays as it is.
        photo_set: The photos; give it points. Every eighth, at most four, are held out, see `PhotoExamples`.
        looking: How views are made: `max_side`, `source_views`, `volume_resolution`, `samples`, `planes` count.
        options: How to tune.
        near: Nearest depth of the scene in every view [scene units]; `None` finds it for each.
        far: Farthest depth; `None` finds it for each.

    Raises:
        RowsplatError: There are fewer than four photos, one is too small, or nothing tells near from far.
    """

    def __init__(
        self,
        model: OmniRecon,
        photo_set: PhotoSet,
        looking: ReconstructionOptions,
        options: FineTuningOptions = _DEFAULT_OPTIONS,
        *,
        near: float | None = None,
        far: float | None = None,
    ) -> None:
        """Nothing is read yet."""
        tuned = copy.deepcopy(model)
        tuned.config = looking.config(0.0)
        self.best = copy.deepcopy(tuned).eval().requires_grad_(False)
        self.examples = PhotoExamples(
            photo_set,
            looking,
            seed=options.seed,
            near=near,
            far=far,
            encoder=self.best if options.parts.encoding_stays else None,
        )
        schedule = Schedule(rate=options.rate, warmup=_WARMUP, cooldown=options.cooldown, steps=options.steps)
        self.trainer = Trainer(
            tuned, self.examples, schedule, rays=options.rays, seed=options.seed, parts=options.parts
        )
        self._options = options
        self._held_out: list[TrainingExample] = []
        self.seconds = 0.0
        self.first_psnr = self.best_psnr = self.last_psnr = math.nan

    def begin(self) -> None:
        """Read the photos that are held out, and measure the network that was given unless a run is gone on with.

        This does not count as time of the run.

        Raises:
            RowsplatError: OpenCV is not installed.
            SceneFileError: A photo cannot be read.
        """
        self._held_out = self.examples.validation()
        if math.isnan(self.first_psnr):
            self.first_psnr = self.best_psnr = self.last_psnr = self._psnr(self.best)

    @property
    def check_is_due(self) -> bool:
        """Whether so many steps are done that the photos that are held out are to be predicted."""
        return self.trainer.step % _CHECK_EVERY == 0

    def train_step(self) -> StepReport:
        """One step."""
        report = self.trainer.train_step()
        self.seconds += report.seconds
        return report

    def check(self) -> bool:
        """Predict the photos that are held out with the mean of the weights; whether it is better than ever before."""
        started = time.monotonic()
        self.last_psnr = self._psnr(self.trainer.average)
        better = self.last_psnr > self.best_psnr
        if better:
            self.best_psnr = self.last_psnr
            self.best.load_state_dict(self.trainer.average.state_dict())
        self.seconds += time.monotonic() - started
        return better

    def save(self, path: Path, settings: Mapping[str, Any]) -> None:
        """Write all that is needed to go on; `settings` (JSON values) are what the run follows from.

        Raises:
            OSError: The file cannot be written.
        """
        more = {
            "best": self.best.state_dict(),
            "psnr": [self.first_psnr, self.best_psnr, self.last_psnr],
            "seconds": self.seconds,
            "settings": dict(settings),
        }
        save_checkpoint(self.trainer, path, more)

    def load(self, path: Path) -> Mapping[str, Any]:
        """Go on where the run was that wrote `path`; gives its settings.

        Raises:
            SceneFileError: The file cannot be read, or holds no such run.
        """
        more = load_checkpoint(self.trainer, path)
        try:
            self.best.load_state_dict(more["best"])
            self.first_psnr, self.best_psnr, self.last_psnr = map(float, more["psnr"])
            self.seconds = float(more["seconds"])
            return dict(more["settings"])
        except (KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise SceneFileError(
                path, "", f"holds no fine-tuning: {reason}", "Choose another folder"
            ) from error

    def _psnr(self, model: OmniRecon) -> float:
        """Mean over the photos that are held out [dB]."""
        return validate(model, self._held_out, rays=self._options.measured_rays).psnr
