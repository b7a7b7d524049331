"""Blending as the linear map that it is while a view stays: its matrix, written out.

Notation: a pixel's colour is sum_g w_g c_g + T b; the weights w_g = alpha_g T_g depend on the view and the geometry
and on no colour. They are the rows of the matrix A, A c the picture over black, and A^T r what a map r hands back to
the Gaussians that drew it: <A c, r> = <c, A^T r>.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..constants import TRANSMITTANCE_EPS
from .compositing import fragment_alphas, is_visible
from .projection import ProjectedGaussians
from .tile_lists import TileLists


@dataclass(frozen=True, eq=False, kw_only=True)
class Gathered:
    """What N Gaussians collect from a map r.

    Args:
        values: Sum over all pixels of w r, `[N, C]`.
        weights: Sum of w `[N]` [px].
        squares: Sum of w^2 `[N]` [px].
    """

    values: Tensor
    weights: Tensor
    squares: Tensor


def blending_weights(projected: ProjectedGaussians, lists: TileLists, width: int, height: int) -> Tensor:
    """The matrix A as `[height, width, N]`: the weight of each Gaussian at each pixel. For small scenes only.

    Args:
        projected: N Gaussians on the screen.
        lists: The Gaussians of each tile, nearest first.
        width: Image width [px].
        height: Image height [px].
    """
    size = lists.tile_size
    weights = projected.depths.new_zeros(lists.tiles_y * size, lists.tiles_x * size, len(projected.depths))
    for tile in range(lists.tiles_x * lists.tiles_y):
        ids = lists.ids_of(tile)
        top, left = (size * place for place in divmod(tile, lists.tiles_x))
        weights[top : top + size, left : left + size, ids] = _tile_weights(projected, ids, left, top, size)
    return weights[:height, :width]


def gather_map(weights: Tensor, values: Tensor) -> Gathered:
    """A^T r of the map `values [H, W, C]`, for the matrix `weights [H, W, N]` of `blending_weights`."""
    return Gathered(
        values=torch.einsum("hwn,hwc->nc", weights, values),
        weights=weights.sum((0, 1)),
        squares=weights.square().sum((0, 1)),
    )


def _tile_weights(projected: ProjectedGaussians, ids: Tensor, left: int, top: int, size: int) -> Tensor:
    """Weights `[size, size, L]` of the Gaussians `ids [L]` in one tile."""
    places = torch.arange(size) + 0.5
    dx = (left + places)[None, :, None] - projected.means2d[ids, 0]
    dy = (top + places)[:, None, None] - projected.means2d[ids, 1]
    xx, xy, yy = projected.conics[ids].unbind(-1)
    alphas = fragment_alphas(projected.opacities[ids], 0.5 * (xx * dx * dx + yy * dy * dy) + xy * dx * dy)
    alphas = torch.where(is_visible(alphas), alphas, torch.zeros_like(alphas))
    after = torch.cumprod(1.0 - alphas, dim=-1)
    before = torch.cat([torch.ones_like(after[..., :1]), after[..., :-1]], dim=-1)
    return torch.where(after >= TRANSMITTANCE_EPS, alphas * before, torch.zeros_like(alphas))
