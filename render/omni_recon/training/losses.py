"""How far what rays gathered is from the truth.

Notation: over the rays that count, L = mean |c - c*|^2 + mean |t - t*| / s, for the coarse and the fine samples, where
c is the colour (summed over its channels), t the distance along the ray, s the scale of the unit frame.

Source: Omni-Recon (arXiv:2403.11131), with the depth loss of its release.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..types import RayOutput

_LEAST_VIEWS = 2
_LEAST_SEEN = 0.25  # of a ray's samples


@dataclass(frozen=True, eq=False, kw_only=True)
class TargetRays:
    """Rays and what they should give.

    Args:
        origins: `[R, 3]`, world frame.
        dirs: Unit, `[R, 3]`, world frame.
        near: Where the search begins, `[R]` [scene units].
        far: Where it ends, `[R]`.
        colors: `[R, 3]` in [0, 1].
        distances: Along the rays, `[R]` [scene units], 0 where not known.
    """

    origins: Tensor
    dirs: Tensor
    near: Tensor
    far: Tensor
    colors: Tensor
    distances: Tensor

    @property
    def inside(self) -> Tensor:
        """Which rays end, as is known, in the range that is searched, `[R]` bool."""
        return (self.distances > self.near) & (self.distances < self.far)


@dataclass(frozen=True, eq=False, kw_only=True)
class Losses:
    """Each one number, coarse and fine added.

    Args:
        color: Squared error, summed over the channels.
        depth: Absolute error [unit].
    """

    color: Tensor
    depth: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.color + self.depth


def counted_rays(output: RayOutput, rays: TargetRays) -> tuple[Tensor, Tensor]:
    """Which rays say something about colour and about depth, `[R]` bool each.

    A ray counts if two views see a quarter of its samples and it does not end outside the range that was searched; for
    depth, it must end somewhere.
    """
    seen = output.visible.sum(dim=2) >= _LEAST_VIEWS
    usual = seen.to(torch.float32).mean(dim=1) >= _LEAST_SEEN
    return usual & (rays.inside | (rays.distances <= 0.0)), usual & rays.inside


def training_losses(output: RayOutput, rays: TargetRays, scale: float) -> Losses:
    """Errors of the fine and, if they were kept, of the coarse samples.

    Args:
        output: What the rays gathered.
        rays: The truth.
        scale: Of the unit frame [scene units].
    """
    colored, deep = counted_rays(output, rays)
    color, depth = output.colors.new_zeros(()), output.colors.new_zeros(())
    for found in (output,) if output.coarse is None else (output.coarse, output):
        color = color + _mean((found.colors - rays.colors).square().sum(dim=1), colored)
        depth = depth + _mean((found.depths - rays.distances).abs() / scale, deep)
    return Losses(color=color, depth=depth)


def _mean(errors: Tensor, counted: Tensor) -> Tensor:
    """Mean of `errors [R]` where `counted`, 0 if nowhere."""
    return torch.where(counted, errors, 0.0).sum() / counted.sum().clamp(min=1)
