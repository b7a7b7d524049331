"""A new task for the network from a few labelled views: the head and low-rank changes are trained, all else is frozen.

Source: Omni-Recon (arXiv:2403.11131), parameter-efficient tuning for new tasks; rank, layers and losses are ours.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from ....scenes import Camera
from ..depth_prior import LEAST_PHOTOS, DepthPrior, RayPrior, SweepOptions, ray_prior, sweep_planes
from ..finished_views import weights_digest
from ..model import OmniRecon
from ..types import DepthRange, EncodedScene, OnRays, RayOutput, RenderedView, SourceViews
from ..types import tell_nobody as no_rays_told
from ..view_projection import camera_rays
from ..view_rendering import ray_spans, render_view
from .low_rank import LowRankChange, changes_of, merged, with_low_rank
from .task_head import TaskHead, composited, recorded_tokens
from .types import UNKNOWN, Adapter, AdaptOptions, Task, TaskExample, TaskKind

_DEFAULTS = AdaptOptions()
_MAX_GRADIENT = 1.0
_CHECK_EVERY = 25  # steps
_CHECKED_RAYS = 256  # of each example


@dataclass(frozen=True, eq=False)
class _Rays:
    """All rays of a view, `[R, ...]`."""

    encoded: EncodedScene
    origins: Tensor
    dirs: Tensor
    near: Tensor
    far: Tensor
    prior: RayPrior | None

    @classmethod
    def of(cls, encoded: EncodedScene, camera: Camera, prior: DepthPrior | None) -> _Rays:
        origins, dirs, cosines = camera_rays(camera, encoded.images)
        near, far = ray_spans(encoded, origins, dirs, cosines)
        return cls(encoded, origins, dirs, near, far, None if prior is None else ray_prior(prior, cosines))

    def said(
        self,
        model: OmniRecon,
        head: TaskHead,
        chosen: Tensor | slice,
        generator: torch.Generator | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Outputs of the head `[R', C]` and colours `[R', 3]` of some rays."""
        origins, dirs = self.origins[chosen], self.dirs[chosen]
        with recorded_tokens(model) as tokens:
            output = model.render_rays(
                self.encoded,
                origins,
                dirs,
                self.near[chosen],
                self.far[chosen],
                generator=generator,
                keep_coarse=False,
                prior=None if self.prior is None else self.prior.taking(chosen),
            )
        assert tokens.last is not None
        return composited(head, self.encoded, origins, dirs, output, tokens.last), output.colors


def adapt(
    model: OmniRecon, task: Task, examples: Sequence[TaskExample], options: AdaptOptions = _DEFAULTS
) -> Adapter:
    """Learn `task` from `examples`; `model` stays as it is. The same every time on the same machine, without `minutes`.

    Scenes are encoded once: features and volume are frozen. Every 25 steps the error of the same rays of all examples
    is measured, and what was learnt when it was least is given back.

    Raises:
        RowsplatError: OpenCV is not installed, which the depth prior needs.
        ValueError: There are no examples, or their truth is of another kind than the task.
    """
    if not examples:
        raise ValueError("expected at least one example, got none")
    for example in examples:
        _check(task, example)
    return _Adapting(model, task, examples, options).run()


@dataclass(eq=False)
class _Best:
    """What was learnt when the error was least."""

    loss: float = math.inf
    head: dict[str, Tensor] = field(default_factory=dict)
    changes: dict[str, LowRankChange] = field(default_factory=dict)


class _Adapting:
    """One run."""

    def __init__(
        self, model: OmniRecon, task: Task, examples: Sequence[TaskExample], options: AdaptOptions
    ) -> None:
        self._task, self._examples, self._options = task, examples, options
        self._weights = weights_digest(model).hex()
        self._generator = torch.Generator().manual_seed(options.seed)
        self._tuned = with_low_rank(model, options.rank, _scale(options), options.seed).eval()
        self._head = _new_head(task, options.seed).to(model.log_sharpness.device)
        self._rays = [
            _rays_of(model, one.sources, one.bounds, one.camera, options.planes) for one in examples
        ]
        changed = [parameter for parameter in self._tuned.parameters() if parameter.requires_grad]
        groups = [{"params": list(self._head.parameters()), "lr": options.rate}]
        groups += [{"params": changed, "lr": options.change_rate}] if changed else []
        self._rates = [float(group["lr"]) for group in groups]  # type: ignore[arg-type]
        self._trained = [*self._head.parameters(), *changed]
        self._optimizer = torch.optim.Adam(groups)
        self._best, self._losses = _Best(), list[float]()

    def run(self) -> Adapter:
        """Learn until the steps or the minutes are over, or a stop is asked for."""
        options, started = self._options, time.monotonic()
        done = 0.0
        while done < 1.0:
            self._step(0.5 * (1.0 + math.cos(math.pi * done)))
            step = len(self._losses)
            options.on_step(step, self._losses[-1])
            done = step / options.steps
            if options.minutes is not None:
                done = max(done, (time.monotonic() - started) / (60.0 * options.minutes))
            stop = options.should_stop()
            if step % _CHECK_EVERY == 0 or done >= 1.0 or stop:
                self._check()
            if stop:
                break
        return Adapter(
            task=self._task,
            rank=options.rank,
            alpha=options.alpha,
            changes=self._best.changes,
            head=self._best.head,
            losses=tuple(self._losses),
            weights=self._weights,
        )

    def _step(self, factor: float) -> None:
        """One step on the next example at `factor` times the learning rates."""
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor
        loss = self._loss(len(self._losses) % len(self._examples), self._options.rays, self._generator)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._trained, _MAX_GRADIENT)
        self._optimizer.step()
        self._losses.append(float(loss.detach()))

    @torch.no_grad()
    def _check(self) -> None:
        """Keep what was learnt if the error is less than ever before."""
        generator = torch.Generator().manual_seed(self._options.seed)
        losses = [self._loss(index, _CHECKED_RAYS, generator) for index in range(len(self._examples))]
        loss = float(torch.stack(losses).mean())
        if loss < self._best.loss or not self._best.head:
            head = {name: value.detach().cpu().clone() for name, value in self._head.state_dict().items()}
            self._best = _Best(loss=loss, head=head, changes=changes_of(self._tuned))

    def _loss(self, index: int, count: int, generator: torch.Generator) -> Tensor:
        """Of `count` random rays of example number `index`."""
        rays, example = self._rays[index], self._examples[index]
        chosen = torch.randperm(len(rays.dirs), generator=generator)[:count].to(rays.dirs.device)
        said, colors = rays.said(self._tuned, self._head, chosen, generator)
        truth = example.truth.to(said.device).flatten(-2)[..., chosen]
        seen = example.image.to(said).flatten(-2)[:, chosen].t()
        return (
            _task_loss(self._task, said, truth) + self._options.color_weight * (colors - seen).square().mean()
        )


class AdaptedModel:
    """A network that tells what it was adapted to."""

    def __init__(self, model: OmniRecon, adapter: Adapter) -> None:
        """Merge the changes into a copy of the network.

        Raises:
            ValueError: The adapter is for another network, or for other weights of this one.
        """
        if adapter.weights and adapter.weights != weights_digest(model).hex():
            raise ValueError("the adapter is for other weights of the network")
        self.model = merged(model, adapter.changes, adapter.scale).eval().requires_grad_(False)
        self._head = _new_head(adapter.task, 0).to(model.log_sharpness.device).eval()
        self._head.load_state_dict(dict(adapter.head))
        self.task = adapter.task

    @torch.no_grad()
    def predict(
        self,
        sources: SourceViews,
        bounds: DepthRange,
        camera: Camera,
        *,
        planes: int = _DEFAULTS.planes,
        on_rays: OnRays = no_rays_told,
    ) -> Tensor:
        """What the task's answer is at each pixel of `camera`: logits of classes, or values, `[C, H, W]`.

        Args:
            sources: The photos.
            bounds: Depths between which the scene is sought.
            camera: The view.
            planes: See `AdaptOptions`.
            on_rays: Told after each chunk; raise from it to cancel.
        """
        prior = _prior_of(sources, bounds, camera, planes)
        seen = self.view(sources, bounds, camera, prior=prior, on_rays=on_rays).blended
        assert seen is not None
        return seen

    @torch.no_grad()
    def view(
        self,
        sources: SourceViews,
        bounds: DepthRange,
        camera: Camera,
        *,
        prior: DepthPrior | None = None,
        on_rays: OnRays = no_rays_told,
    ) -> RenderedView:
        """What `camera` sees; `blended` is what `predict` gives. Arguments as there and of `render_view`."""
        encoded = self.model.encode(sources, bounds, reference=camera)
        with recorded_tokens(self.model) as tokens:

            def _said(origins: Tensor, dirs: Tensor, output: RayOutput) -> Tensor:
                assert tokens.last is not None
                return composited(self._head, encoded, origins, dirs, output, tokens.last)

            return render_view(self.model, encoded, camera, maps=_said, prior=prior, on_rays=on_rays)


@torch.no_grad()
def _rays_of(
    model: OmniRecon, sources: SourceViews, bounds: DepthRange, camera: Camera, planes: int
) -> _Rays:
    training = model.training
    model.eval()
    try:
        encoded = model.encode(sources, bounds, reference=camera)
    finally:
        model.train(training)
    return _Rays.of(encoded, camera, _prior_of(sources, bounds, camera, planes))


def _prior_of(sources: SourceViews, bounds: DepthRange, camera: Camera, planes: int) -> DepthPrior | None:
    if not planes or len(sources.cameras) < LEAST_PHOTOS:
        return None
    return sweep_planes(sources, camera, bounds.near, bounds.far, SweepOptions(planes=planes))


def _task_loss(task: Task, said: Tensor, truth: Tensor) -> Tensor:
    """Of outputs `[R, C]` where the truth is known; 0 where none is."""
    if task.kind is TaskKind.CLASSES:
        losses = F.cross_entropy(said, truth.long(), ignore_index=UNKNOWN, reduction="sum")
        return losses / (truth != UNKNOWN).sum().clamp(min=1)
    known = torch.isfinite(truth).all(dim=0)
    errors = (said.t() - torch.where(known, truth, 0.0)).square().mean(dim=0)
    return (errors * known).sum() / known.sum().clamp(min=1)


def _check(task: Task, example: TaskExample) -> None:
    """Refuse a truth of another kind than the task's."""
    truth = example.truth
    if task.kind is TaskKind.VALUES:
        if truth.dim() != 3 or len(truth) != task.channels or not truth.is_floating_point():
            raise ValueError(
                f"truth must be float [{task.channels}, H, W], got {truth.dtype} {list(truth.shape)}"
            )
        return
    if truth.dim() != 2 or truth.is_floating_point():
        raise ValueError(f"truth must be whole numbers [H, W], got {truth.dtype} {list(truth.shape)}")
    if int(truth.min()) < UNKNOWN or int(truth.max()) >= task.channels:
        raise ValueError(
            f"truth must be -1 to {task.channels - 1}, got {int(truth.min())} to {int(truth.max())}"
        )


def _scale(options: AdaptOptions) -> float:
    return options.alpha / options.rank if options.rank else 0.0


def _new_head(task: Task, seed: int) -> TaskHead:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return TaskHead(task.channels)
