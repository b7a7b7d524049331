"""Samples of rays where a depth prior says that they may end: most near its best guess, the rest by its masses."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..sampling import weighted_samples
from .plane_sweep import DepthPrior

_NEAR_SHARE = 0.625  # of the samples lie around the best guess
_REACH = 3.0  # spreads to each side


@dataclass(frozen=True, eq=False, kw_only=True)
class RayPrior:
    """A depth prior for R rays; distances along unit rays [scene units].

    Args:
        ts: Distances of the planes, `[R, D]`, ascending.
        masses: How likely each is, `[R, D]`.
        centers: The most likely distance, `[R]`.
        spreads: How far off it may well be, `[R]`.
        surfaces: See `view_surfaces`, `[V, h, w]`.
    """

    ts: Tensor
    masses: Tensor
    centers: Tensor
    spreads: Tensor
    surfaces: Tensor

    def taking(self, rays: Tensor | slice) -> RayPrior:
        """For some of the rays."""
        return RayPrior(
            ts=self.ts[rays],
            masses=self.masses[rays],
            centers=self.centers[rays],
            spreads=self.spreads[rays],
            surfaces=self.surfaces,
        )


_ALL = slice(None)


def ray_prior(prior: DepthPrior, cosines: Tensor, rays: Tensor | slice = _ALL) -> RayPrior:
    """The prior for rays through the pixels.

    Args:
        prior: For the pixels.
        cosines: Of the rays through all pixels, row by row, to the view axis, `[H * W]`; the result takes their device.
        rays: Which of them, indices in main memory or a range.
    """
    device, chosen = cosines.device, cosines[rays]
    masses = prior.masses.flatten(1)[:, rays].t().to(chosen)
    return RayPrior(
        ts=prior.planes.to(device)[None] / chosen[:, None],
        masses=masses,
        centers=prior.depths.flatten()[rays].to(device) / chosen,
        spreads=prior.spreads.flatten()[rays].to(device) / chosen,
        surfaces=prior.surfaces.to(device),
    )


def guided_samples(
    prior: RayPrior, near: Tensor, far: Tensor, count: int, generator: torch.Generator | None
) -> Tensor:
    """`count` distances for each ray, ascending, `[R, count]`, between `near [R]` and `far [R]`.

    Args:
        prior: For the rays.
        near: Where the search begins.
        far: Where it ends.
        count: At least 2.
        generator: Draws them at random; `None` takes evenly spaced quantiles.
    """
    around = max(1, round(count * _NEAR_SHARE))
    steps = torch.arange(around, dtype=near.dtype, device=near.device)
    if generator is None:
        offsets = (steps + 0.5) / around
    else:
        drawn = torch.rand(len(near), around, generator=generator, dtype=near.dtype, device=generator.device)
        offsets = (steps + drawn.to(near.device)) / around
    close = prior.centers[:, None] + (2.0 * offsets - 1.0) * _REACH * prior.spreads[:, None]
    close = torch.minimum(torch.maximum(close, near[:, None]), far[:, None])
    spread = weighted_samples(prior.ts, prior.masses, near, far, count - around, generator)
    return torch.sort(torch.cat([close, spread], dim=1), dim=1).values
