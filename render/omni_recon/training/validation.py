"""Figures on generated scenes that are never trained on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..depth_prior import SweepOptions
from ..model import OmniRecon
from .examples import PictureSize, TrainingExample, example_of, nearest_views
from .losses import counted_rays
from .rays import example_prior, random_pixels, sources_on, target_rays
from .scene_views import cached_scene

_FIRST_SEED = 900_000_000
_SOURCES, _MARGINS = 3, (0.85, 1.2)
_CLOSE = 0.05  # of the true depth
_LEAST_OPACITY = 1e-3
_LEAST_ERROR = 1e-10  # of colours, so that the decibels stay finite


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How good predictions are.

    Args:
        psnr: Of colours [dB], mean over the pictures.
        depth_error: Median of |d - d*| / d*.
        depth_close: Fraction of depths within 5 %.
    """

    psnr: float
    depth_error: float
    depth_close: float


def validation_examples(cache: Path, size: PictureSize, count: int) -> list[TrainingExample]:
    """One picture, of the middle view from the three nearest others, of each of `count` scenes held out."""
    examples: list[TrainingExample] = []
    for seed in range(_FIRST_SEED, _FIRST_SEED + count):
        views = cached_scene(cache, seed, size.width, size.height)
        target = len(views.cameras) // 2
        sources = nearest_views(views.cameras, target)[:_SOURCES].tolist()
        examples.append(example_of(views, target, sources, _MARGINS))
    return examples


@torch.no_grad()
def validate(
    model: OmniRecon,
    examples: Sequence[TrainingExample],
    *,
    rays: int = 512,
    sweep: SweepOptions | None = None,
) -> Figures:
    """Figures of the network in evaluation, on the same `rays` of each example every time."""
    training = model.training
    model.eval()
    try:
        measured = [_measured(model, example, rays, sweep) for example in examples]
    finally:
        model.train(training)
    return figures([colors for colors, _ in measured], torch.cat([depths for _, depths in measured]))


def figures(color_errors: Sequence[Tensor], depth_errors: Tensor) -> Figures:
    """Figures from squared colour errors `[R, 3]` of each picture and relative depth errors `[N]` of all."""
    psnrs = [
        -10.0 * math.log10(max(float(errors.mean()), _LEAST_ERROR)) for errors in color_errors if len(errors)
    ]
    return Figures(
        psnr=sum(psnrs) / len(psnrs) if psnrs else math.nan,
        depth_error=float(depth_errors.median()) if len(depth_errors) else math.nan,
        depth_close=float((depth_errors <= _CLOSE).to(torch.float32).mean())
        if len(depth_errors)
        else math.nan,
    )


def _measured(
    model: OmniRecon, example: TrainingExample, count: int, sweep: SweepOptions | None
) -> tuple[Tensor, Tensor]:
    """Squared colour errors `[R', 3]` and relative depth errors `[R'']` of the rays that count."""
    encoded = example.encoded or model.encode(
        sources_on(example, model.log_sharpness.device), example.bounds, reference=example.reference
    )
    pixels = random_pixels(example, count, torch.Generator().manual_seed(count))
    rays = target_rays(example, encoded, pixels)
    prior = example_prior(example, sweep, pixels, encoded.images.device)
    output = model.render_rays(
        encoded, rays.origins, rays.dirs, rays.near, rays.far, keep_coarse=False, prior=prior
    )
    colored, deep = counted_rays(output, rays)
    distances = output.depths / output.opacities.clamp(min=_LEAST_OPACITY)
    relative = (distances - rays.distances).abs() / rays.distances
    return (output.colors - rays.colors).square()[colored].cpu(), relative[deep].cpu()
