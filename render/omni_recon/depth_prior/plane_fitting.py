"""Inverse depths made to follow planes, without crossing outlines.

The inverse depth of a plane n . X = c is (n . K^-1 [x, y, 1]) / c: linear in the pixel. Around every pixel p,

    min over a, b, c of  sum over q of w(p, q) (a + b (x_q - x_p) + c (y_q - y_p) - d(q))^2

gives the value a there. Weights fall with the difference of colours, and what lies on another surface does not count:

    w(p, q) = (confidence(q) + 0.02) exp(-|I(q) - I(p)| / 0.1) [ |d(q) - d(p)| <= reach ]
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_RADIUS = 3  # neighbours to each side
_LEAST_CONFIDENCE = 0.02  # that a neighbour counts
_COLOR_SCALE = 0.1
_FLATNESS = 0.02  # pull towards b = c = 0 [part of the weights], so that few neighbours make no steep planes
_EPS = 1e-4


def fitted_planes(values: Tensor, confidence: Tensor, guide: Tensor, *, reach: float, spacing: int) -> Tensor:
    """The value at each pixel of the plane through its neighbourhood, `[H, W]`.

    Args:
        values: Inverse depths, `[H, W]`.
        confidence: How far each is to be believed, `[H, W]` in [0, 1].
        guide: A picture whose outlines are kept, `[3, H, W]` in [0, 1].
        reach: Larger differences from the pixel's own value belong to another surface [those of `values`].
        spacing: Between the 7 x 7 neighbours [px].
    """
    margin = _RADIUS * spacing
    stacked = torch.cat([confidence[None] + _LEAST_CONFIDENCE, values[None], guide])
    padded = F.pad(stacked, (margin,) * 4)  # what is outside weighs nothing
    height, width = values.shape
    moments = torch.zeros(6, height, width, dtype=values.dtype)  # of 1, x, y, xx, xy, yy
    differences = torch.zeros(3, height, width, dtype=values.dtype)  # times 1, x, y
    for row in range(-_RADIUS, _RADIUS + 1):
        for column in range(-_RADIUS, _RADIUS + 1):
            top, left = margin + row * spacing, margin + column * spacing
            near = padded[:, top : top + height, left : left + width]
            difference = near[1] - values
            colors = (near[2:] - guide).abs().mean(dim=0)
            weight = near[0] * torch.exp(-colors / _COLOR_SCALE) * (difference.abs() <= reach)
            x, y = column / _RADIUS, row / _RADIUS
            moments += weight * moments.new_tensor([1.0, x, y, x * x, x * y, y * y])[:, None, None]
            differences += weight * difference * differences.new_tensor([1.0, x, y])[:, None, None]
    return values + _constant_term(moments, differences)


def _constant_term(moments: Tensor, differences: Tensor) -> Tensor:
    """a of the least squares whose normal equations these are."""
    one, x, y, xx, xy, yy = moments
    matrix = torch.stack(
        [torch.stack(row, dim=-1) for row in ((one, x, y), (x, xx, xy), (y, xy, yy))], dim=-2
    )
    pull = torch.diag(matrix.new_tensor([_EPS, _FLATNESS, _FLATNESS]))
    matrix = matrix + pull * one[..., None, None]
    return torch.linalg.solve(matrix, differences.permute(1, 2, 0))[..., 0]
