"""Soft colours where a view shows what no photo saw.

Source: pull-push interpolation, Gortler et al., The lumigraph (SIGGRAPH 1996), section 3.3.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_LEAST = 1e-6


def filled_unseen(image: Tensor, opacity: Tensor) -> Tensor:
    """`image` with colours from around in place of what is missing.

    Args:
        image: `[3, H, W]`, weighted by the opacity: black where nothing is known.
        opacity: `[H, W]` in [0, 1].

    Returns:
        `[3, H, W]`; equal to `image` where the opacity is 1.
    """
    around = _interpolated(torch.cat([image, opacity[None]])[None])[0]
    colors = around[:3] / around[3:].clamp(min=_LEAST)
    return (image + (1.0 - opacity.clamp(max=1.0)) * colors).clamp(0.0, 1.0)


def _interpolated(values: Tensor) -> Tensor:
    """Premultiplied colours and weights `[1, 4, H, W]`, their gaps filled from coarser levels."""
    height, width = values.shape[2:]
    if height == 1 and width == 1:
        return values
    half = F.avg_pool2d(values, 2, ceil_mode=True, count_include_pad=False)
    coarse = F.interpolate(_interpolated(half), size=(height, width), mode="bilinear", align_corners=False)
    return values + (1.0 - values[:, 3:].clamp(max=1.0)) * coarse
