"""The training loop's body. What is random in a step follows from the seed and the step's number."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from ..depth_prior import SweepOptions
from ..model import OmniRecon
from .averaging import averaged_copy, update_average
from .examples import ExampleSource, TrainingExample
from .losses import Losses, training_losses
from .rays import example_prior, random_pixels, sources_on, target_rays
from .schedule import Schedule
from .tuned_parts import TunedParts

_MAX_GRADIENT = 1.0
_SEED_STRIDE = 1_000_003  # steps of one run share no seed with those of the next


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """What a step did.

    Args:
        step: Steps done, with this one.
        color: Squared colour error, coarse and fine.
        depth: Depth error [unit], coarse and fine.
        gradient: Norm of the gradient before it was clipped.
        seconds: How long it took, with making the example.
    """

    step: int
    color: float
    depth: float
    gradient: float
    seconds: float


class Trainer:
    """Adam on a network, and the running mean of its weights.

    Args:
        model: The network, trained in place; its device is the one that is used.
        examples: Where the examples come from; any function of the step will do.
        schedule: Learning rates.
        rays: Of a step.
        seed: Of the run.
        sweep: How depth priors are found; `None` looks along whole rays, but where an example has a prior.
        parts: Fine-tune these, with the statistics of normalisations as they are and without dropout; `None` trains
            everything.
    """

    def __init__(
        self,
        model: OmniRecon,
        examples: ExampleSource,
        schedule: Schedule,
        *,
        rays: int = 256,
        seed: int = 0,
        sweep: SweepOptions | None = None,
        parts: TunedParts | None = None,
    ) -> None:
        """At step 0; `load_checkpoint` goes on."""
        self.model, self.average = model.train(parts is None), averaged_copy(model)
        self._parts = TunedParts.ALL if parts is None else parts
        self._trained = self._parts.parameters(model)
        self.optimizer = torch.optim.Adam(self._trained, lr=schedule.rate, foreach=True)
        self.schedule, self.seed = schedule, seed
        self.step, self.skipped = 0, 0
        self.sweep = sweep
        self._examples, self._rays = examples, rays

    def train_step(self) -> StepReport:
        """One step on the next example. A step whose gradient is not finite changes no weights and is counted."""
        started = time.perf_counter()
        generator = torch.Generator().manual_seed(self.seed * _SEED_STRIDE + self.step)
        losses = self._losses(self._examples(self.step), generator)
        self.optimizer.zero_grad(set_to_none=True)
        losses.total.backward()
        norm = torch.nn.utils.clip_grad_norm_(self._trained, _MAX_GRADIENT)
        if bool(torch.isfinite(norm)):
            for group in self.optimizer.param_groups:
                group["lr"] = self.schedule.at(self.step)
            self.optimizer.step()
            update_average(self.average, self.model, self.step)
        else:
            self.skipped += 1
        self.step += 1
        return StepReport(
            step=self.step,
            color=float(losses.color.detach()),
            depth=float(losses.depth.detach()),
            gradient=float(norm),
            seconds=time.perf_counter() - started,
        )

    def _losses(self, example: TrainingExample, generator: torch.Generator) -> Losses:
        device = self.model.log_sharpness.device
        encoded = example.encoded or self.model.encode(
            sources_on(example, device), example.bounds, reference=example.reference
        )
        pixels = random_pixels(example, self._rays, generator)
        rays = target_rays(example, encoded, pixels)
        with self._parts.cut(self.model):
            output = self.model.render_rays(
                self._parts.cut_scene(encoded),
                rays.origins,
                rays.dirs,
                rays.near,
                rays.far,
                generator=generator,
                prior=example_prior(example, self.sweep, pixels, device),
            )
        return training_losses(output, rays, encoded.normalisation.scale)
