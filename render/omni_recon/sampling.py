"""Where along a ray to look: evenly first, then where the weights are.

A generator makes the samples random, as training wants them; without one they are the same every time.
"""

from __future__ import annotations

import torch
from torch import Tensor

_LEAST_WEIGHT = 1e-5  # of a bin: a ray that found nothing is searched evenly


def uniform_samples(near: Tensor, far: Tensor, count: int, generator: torch.Generator | None) -> Tensor:
    """`count` distances from `near [R]` to `far [R]`, ascending, `[R, count]`.

    One in each of `count` equal intervals: in its middle, or with a generator anywhere in it.
    """
    offsets = _fractions(near, count, generator)
    steps = (torch.arange(count, dtype=near.dtype, device=near.device) + offsets) / count
    return near[:, None] + (far - near)[:, None] * steps


def weighted_samples(
    ts: Tensor, weights: Tensor, near: Tensor, far: Tensor, count: int, generator: torch.Generator | None
) -> Tensor:
    """`count` distances distributed as `weights`, `[R, count]`, by the inverse of the cumulative distribution.

    Args:
        ts: Distances of the weighted samples, `[R, S]`, ascending. Each stands for the bin up to half way to its
            neighbours; the density is constant inside.
        weights: `[R, S]`, not negative. No gradient flows back.
        near: Where the first bin begins, `[R]`.
        far: Where the last bin ends, `[R]`.
        count: How many distances.
        generator: Draws them at random; `None` takes evenly spaced quantiles.
    """
    with torch.no_grad():
        edges = torch.cat([near[:, None], (ts[:, 1:] + ts[:, :-1]) / 2.0, far[:, None]], dim=1)
        masses = weights + _LEAST_WEIGHT
        cumulative = torch.cumsum(masses / masses.sum(dim=1, keepdim=True), dim=1)
        cumulative = torch.cat([torch.zeros_like(cumulative[:, :1]), cumulative], dim=1)
        quantiles = _quantiles(near, count, generator).clamp(max=1.0).contiguous()
        upper = torch.searchsorted(cumulative, quantiles, right=True).clamp(1, ts.shape[1])
        below, above = cumulative.gather(1, upper - 1), cumulative.gather(1, upper)
        inside = ((quantiles - below) / (above - below)).clamp(0.0, 1.0)
        return torch.lerp(edges.gather(1, upper - 1), edges.gather(1, upper), inside)


def merged_samples(first: Tensor, second: Tensor) -> Tensor:
    """Both sets of distances `[R, S1]`, `[R, S2]` in ascending order, `[R, S1 + S2]`."""
    return torch.sort(torch.cat([first, second], dim=1), dim=1).values


def _fractions(like: Tensor, count: int, generator: torch.Generator | None) -> Tensor:
    """Numbers in [0, 1), `[R, count]`: 1/2, or with a generator uniformly random."""
    if generator is None:
        return like.new_full((len(like), count), 0.5)
    # drawn where the generator lives, so that a seed gives the same numbers for any device of the rays
    drawn = torch.rand(len(like), count, generator=generator, dtype=like.dtype, device=generator.device)
    return drawn.to(like.device)


def _quantiles(like: Tensor, count: int, generator: torch.Generator | None) -> Tensor:
    if generator is not None:
        return _fractions(like, count, generator)
    middles = (torch.arange(count, dtype=like.dtype, device=like.device) + 0.5) / count
    return middles.expand(len(like), count)
