"""A new task for the network from a few labelled views: the head and low-rank changes are trained, all else is frozen.

Source: Omni-Recon (arXiv:2403.11131), parameter-efficient tuning for new tasks; rank, layers and losses are ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ....scenes import Camera
from ..depth_prior import LEAST_PHOTOS, DepthPrior, RayPrior, SweepOptions, ray_prior, sweep_planes
from ..model import OmniRecon
from ..types import DepthRange, EncodedScene, OnRays, SourceViews
from ..types import tell_nobody as no_rays_told
from ..view_projection import camera_rays
from ..view_rendering import ray_spans
from .low_rank import changes_of, merged, with_low_rank
from .task_head import TaskHead, composited, recorded_tokens
from .types import UNKNOWN, Adapter, AdaptOptions, Task, TaskExample, TaskKind

_DEFAULTS = AdaptOptions()
_MAX_GRADIENT = 1.0


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
    """Learn `task` from `examples`; `model` stays as it is. The same every time on the same machine.

    Scenes are encoded once: features and volume are frozen.

    Raises:
        RowsplatError: OpenCV is not installed, which the depth prior needs.
        ValueError: There are no examples, or their truth is of another kind than the task.
    """
    if not examples:
        raise ValueError("expected at least one example, got none")
    for example in examples:
        _check(task, example)
    generator = torch.Generator().manual_seed(options.seed)
    tuned = with_low_rank(model, options.rank, _scale(options), options.seed).eval()
    head = _new_head(task, options.seed).to(model.log_sharpness.device)
    rays = [_rays_of(model, one.sources, one.bounds, one.camera, options.planes) for one in examples]
    changed = [parameter for parameter in tuned.parameters() if parameter.requires_grad]
    groups = [{"params": list(head.parameters()), "lr": options.rate}]
    groups += [{"params": changed, "lr": options.change_rate}] if changed else []
    optimizer = torch.optim.Adam(groups)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    losses: list[float] = []
    for step in range(options.steps):
        index = step % len(examples)
        loss = _loss(tuned, head, rays[index], examples[index], task, options, generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*head.parameters(), *changed], _MAX_GRADIENT)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        options.on_step(step + 1, losses[-1])
    return Adapter(
        task=task,
        rank=options.rank,
        alpha=options.alpha,
        changes=changes_of(tuned),
        head={name: value.detach().cpu().clone() for name, value in head.state_dict().items()},
        losses=tuple(losses),
    )


class AdaptedModel:
    """A network that tells what it was adapted to."""

    def __init__(self, model: OmniRecon, adapter: Adapter) -> None:
        """Merge the changes into a copy of the network.

        Raises:
            ValueError: The adapter is for another network.
        """
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
        rays = _rays_of(self.model, sources, bounds, camera, planes)
        total, chunk = len(rays.dirs), self.model.config.ray_chunk
        parts: list[Tensor] = []
        for first in range(0, total, chunk):
            parts.append(rays.said(self.model, self._head, slice(first, first + chunk))[0])
            on_rays(min(first + chunk, total), total)
        return torch.cat(parts).t().unflatten(1, (camera.height, camera.width))


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
    prior = None
    if planes and len(sources.cameras) >= LEAST_PHOTOS:
        prior = sweep_planes(sources, camera, bounds.near, bounds.far, SweepOptions(planes=planes))
    return _Rays.of(encoded, camera, prior)


def _loss(
    model: OmniRecon,
    head: TaskHead,
    rays: _Rays,
    example: TaskExample,
    task: Task,
    options: AdaptOptions,
    generator: torch.Generator,
) -> Tensor:
    """Of random rays of one example."""
    count = len(rays.dirs)
    chosen = torch.randperm(count, generator=generator)[: options.rays].to(rays.dirs.device)
    said, colors = rays.said(model, head, chosen, generator)
    truth = example.truth.to(said.device).flatten(-2)[..., chosen]
    seen = example.image.to(said).flatten(-2)[:, chosen].t()
    return _task_loss(task, said, truth) + options.color_weight * (colors - seen).square().mean()


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
