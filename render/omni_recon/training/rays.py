"""The rays of a picture that are trained on or measured."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ..depth_prior import RayPrior, SweepOptions, ray_prior, sweep_planes
from ..types import EncodedScene, SourceViews
from ..view_projection import camera_rays
from ..view_rendering import ray_spans
from .examples import TrainingExample
from .losses import TargetRays


def sources_on(example: TrainingExample, device: torch.device) -> SourceViews:
    """The source views with their images on `device`."""
    return replace(example.sources, images=example.sources.images.to(device))


def target_rays(example: TrainingExample, encoded: EncodedScene, pixels: Tensor) -> TargetRays:
    """Rays through `pixels [R]`, indices row by row, of the picture that is to be predicted, and what they show."""
    pixels = pixels.to(encoded.images.device)
    origins, dirs, cosines = (array[pixels] for array in camera_rays(example.camera, encoded.images))
    near, far = ray_spans(encoded, origins, dirs, cosines)
    depths = example.depth.to(encoded.images).flatten()[pixels]
    return TargetRays(
        origins=origins,
        dirs=dirs,
        near=near,
        far=far,
        colors=example.image.to(encoded.images).flatten(0, 1)[pixels],
        distances=depths / cosines,
    )


def example_prior(
    example: TrainingExample, options: SweepOptions | None, pixels: Tensor, device: torch.device
) -> RayPrior | None:
    """Where the rays through `pixels [R]` may end, found as it is when pictures are rendered; `None` without a sweep.

    Raises:
        RowsplatError: OpenCV is not installed.
    """
    prior = example.prior
    if prior is None and options is not None:
        prior = sweep_planes(
            example.sources, example.camera, example.bounds.near, example.bounds.far, options
        )
    if prior is None:
        return None
    cosines = camera_rays(example.camera, torch.zeros((), device=device))[2]
    return ray_prior(prior, cosines, pixels)


def random_pixels(example: TrainingExample, count: int, generator: torch.Generator) -> Tensor:
    """Indices of `count` different pixels that count, or of all if there are fewer, `[R]`."""
    if example.counted is None:
        return torch.randperm(example.depth.numel(), generator=generator)[:count]
    candidates = example.counted.flatten().nonzero()[:, 0]
    return candidates[torch.randperm(len(candidates), generator=generator)[:count]]
