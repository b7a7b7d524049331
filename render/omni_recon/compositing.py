"""Signed ray distances -> where a ray ends.

Notation: s_j the signed ray distance of sample j (positive in front of the surface), t_j its distance from the origin,
delta_j the mean of the intervals beside it, k the sharpness, Phi(x) = sigmoid(k x):
    alpha_j = (Phi(s_j + delta_j/2) - Phi(s_j - delta_j/2)) / Phi(s_j + delta_j/2)
    w_j = alpha_j prod_{i<j} (1 - alpha_i).

Source: NeuS (arXiv:2106.10689) equation 13 for a ray that meets the surface head on, as Omni-Recon (arXiv:2403.11131)
uses it.
"""

from __future__ import annotations

import torch
from torch import Tensor

_EPS = 1e-5  # far behind the surface both values of Phi are 0: the sample is opaque
_KEEP = 1e-7  # keeps the gradient behind an opaque sample


def sample_intervals(ts: Tensor) -> Tensor:
    """Mean of the intervals before and behind each of `ts [R, S]`; the ends have one: `[R, S]`, same unit."""
    gaps = ts[:, 1:] - ts[:, :-1]
    return (torch.cat([gaps[:, :1], gaps], dim=1) + torch.cat([gaps, gaps[:, -1:]], dim=1)) / 2.0


def sample_alphas(distances: Tensor, ts: Tensor, sharpness: Tensor) -> Tensor:
    """Opacity of each sample.

    Args:
        distances: Signed ray distances s, `[R, S]`, in the unit of `ts`.
        ts: `[R, S]`, ascending.
        sharpness: k, one number, in 1 / that unit.

    Returns:
        `[R, S]` in [0, 1].
    """
    halves = sample_intervals(ts) / 2.0
    before = torch.sigmoid(sharpness * (distances + halves))
    behind = torch.sigmoid(sharpness * (distances - halves))
    return ((before - behind + _EPS) / (before + _EPS)).clamp(0.0, 1.0)


def sample_weights(alphas: Tensor) -> Tensor:
    """Part of a ray that ends at each sample: `alphas [R, S]`, nearest first -> `[R, S]`, of sum at most 1."""
    passed = torch.cumprod(1.0 - alphas + _KEEP, dim=1)
    before = torch.cat([torch.ones_like(passed[:, :1]), passed[:, :-1]], dim=1)
    return alphas * before
