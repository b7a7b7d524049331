"""Costs of depths, made to agree with those of the neighbours.

Along each of four directions r, from pixel to pixel,

    L(p, d) = C(p, d) + min(L(p-r, d), L(p-r, d-1) + P1, L(p-r, d+1) + P1, min_k L(p-r, k) + P2) - min_k L(p-r, k)

and the mean over the directions is what counts.

Source: Hirschmuller, Stereo processing by semiglobal matching and mutual information (PAMI 2008), equation 13.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..parallel import in_threads

SMALL_STEP, LARGE_STEP = 0.1, 1.2
"""P1 and P2: what it costs that a neighbour is at the next depth, or at any other."""


def smoothed_costs(costs: Tensor, small_step: float = SMALL_STEP, large_step: float = LARGE_STEP) -> Tensor:
    """Mean over the directions left, right, up and down.

    Args:
        costs: `[D, H, W]`, depths in order.
        small_step: P1.
        large_step: P2.

    Returns:
        `[D, H, W]`.
    """
    total = torch.zeros_like(costs)
    for lines, back in ((costs.permute(1, 2, 0), (2, 0, 1)), (costs.permute(2, 1, 0), (2, 1, 0))):
        rows = lines.contiguous()
        forth, reverse = in_threads(
            lambda ordered: _along(ordered, small_step, large_step), (rows, rows.flip(0))
        )
        total += (forth + reverse.flip(0)).permute(*back)
    return total / 4.0


def _along(rows: Tensor, small_step: float, large_step: float) -> Tensor:
    """L from the first to the last of `rows [L, M, D]`."""
    out = torch.empty_like(rows)
    out[0] = rows[0]
    for index in range(1, len(rows)):
        before = out[index - 1]
        least = before.amin(dim=1, keepdim=True)
        best = torch.minimum(before, least + large_step)
        best[:, :-1] = torch.minimum(best[:, :-1], before[:, 1:] + small_step)
        best[:, 1:] = torch.minimum(best[:, 1:], before[:, :-1] + small_step)
        out[index] = best - least + rows[index]
    return out
