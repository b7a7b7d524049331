"""Front-to-back compositing of fragments, shared by the blenders.

Notation: alpha_i of the fragments of a pixel, nearest first; P_i = prod_{j<=i} (1 - alpha_j) the
transmittance after fragment i if the pixel never stopped; weight w_i = alpha_i P_{i-1}.

The rule "stop before the fragment that would take the transmittance below 1e-4" needs no loop: P never grows,
so fragment i is blended exactly if P_i >= 1e-4, and it is looked at exactly if P_{i-1} >= 1e-4.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..constants import ALPHA_THRESHOLD, MAX_ALPHA, TRANSMITTANCE_EPS

_MEDIAN_TRANSMITTANCE = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class PixelState:
    """What P pixels have gathered so far.

    Args:
        product: Transmittance as if no pixel ever stopped, `[P]`.
        transmittance: Transmittance of the blended fragments `[P]`.
        sums: Weighted sums of the features `[P, F]`.
        median_depths: Depth of the fragment that took the transmittance to 0.5 or below; 0 before that,
            `[P]`.
        evaluated: Fragments whose exponent was computed `[P]` int64.
        contributing: Fragments blended `[P]` int64.
    """

    product: Tensor
    transmittance: Tensor
    sums: Tensor
    median_depths: Tensor
    evaluated: Tensor
    contributing: Tensor

    @property
    def all_stopped(self) -> bool:
        """Whether no later fragment can change any of these pixels."""
        return bool((self.product < TRANSMITTANCE_EPS).all())


def empty_pixels(count: int, features: int, like: Tensor) -> PixelState:
    """`count` pixels that have seen nothing, with `features` sums each, of the dtype of `like`."""
    zeros = torch.zeros(count, dtype=torch.int64)
    return PixelState(
        product=like.new_ones(count),
        transmittance=like.new_ones(count),
        sums=like.new_zeros(count, features),
        median_depths=like.new_zeros(count),
        evaluated=zeros,
        contributing=zeros,
    )


def fragment_alphas(opacities: Tensor, exponents: Tensor) -> Tensor:
    """alpha = min(0.999, o exp(-E)), before the test against 1/255.

    Args:
        opacities: o, in [0, 1], broadcastable to `exponents`.
        exponents: E >= 0.
    """
    return torch.clamp(opacities * torch.exp(-exponents), max=MAX_ALPHA)


def composite(
    state: PixelState, alphas: Tensor, evaluated: Tensor, counts: Tensor, features: Tensor, depths: Tensor
) -> PixelState:
    """Blend the next C fragments of each pixel, nearest first.

    Args:
        state: What the P pixels hold already.
        alphas: `[P, C]`.
        evaluated: `[P, C]` bool: the blender computes the exponent here, if the pixel has not stopped.
        counts: `[P, C]` bool: the fragment is visible; every other one has no effect.
        features: What is summed, per Gaussian, `[C, F]`.
        depths: `[C]` [scene units].
    """
    alphas = torch.where(counts, alphas, torch.zeros_like(alphas))
    after = state.product[:, None] * torch.cumprod(1.0 - alphas, dim=1)
    before = torch.cat([state.product[:, None], after[:, :-1]], dim=1)
    blended = counts & (after >= TRANSMITTANCE_EPS)
    weights = torch.where(blended, alphas * before, torch.zeros_like(alphas))
    passed = torch.where(blended, 1.0 - alphas, torch.ones_like(alphas)).prod(dim=1)
    halving = blended & (after <= _MEDIAN_TRANSMITTANCE) & (before > _MEDIAN_TRANSMITTANCE)
    return PixelState(
        product=after[:, -1],
        transmittance=state.transmittance * passed,
        sums=state.sums + weights @ features,
        median_depths=state.median_depths + halving.to(depths.dtype) @ depths,
        evaluated=state.evaluated + (evaluated & (before >= TRANSMITTANCE_EPS)).sum(1),
        contributing=state.contributing + blended.sum(1),
    )


def is_visible(alphas: Tensor) -> Tensor:
    """Whether a fragment's alpha reaches 1/255."""
    return alphas >= ALPHA_THRESHOLD
