"""Intra-row sequential shading (IRSS), row by row: the specification of the fast kernels.

Notation: S = [[Sxx, Sxy], [Sxy, Syy]] the 2D covariance, (mx, my) the mean, o the opacity, (dx, dy) = pixel
centre - mean, E = 1/2 d^T S^-1 d the exponent.

    k = Sxy / Syy        slope of the line on which each row has its peak
    s = sqrt(Sxx - Sxy^2 / Syy)        standard deviation along a row
    x'' = (dx - k dy) / s        y'' = dy / sqrt(Syy)        2 E = x''^2 + y''^2
    Q = 2 ln(255 o)        a fragment counts exactly if 2 E <= Q, which is alpha >= 1/255

Along a row y'' stays and x'' grows by the constant 1/s per pixel, so that a fragment costs two multiply-adds.
On row y, rem = Q - y''^2 is what is left for x''^2: the row is dead if rem < 0, else the fragments that count
lie within s sqrt(rem) of mx + k dy, and the pixels from the first to the last of them are shaded, no others.

Source: GBU (arXiv:2503.23625), intra-row sequential shading with the two-step coordinate transform P -> P' ->
P''. The paper whitens by the eigen-decomposition and rotates afterwards; the product of the two steps is the
Cholesky factor of the conic, which is written here from S directly: on needles the conic has lost digits that
S still has.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from ..constants import EPS2D
from .blending import BlendedImages, blend_tiles
from .compositing import PixelState, composite, empty_pixels, fragment_alphas
from .projection import ProjectedGaussians
from .tile_lists import TileLists, contour_levels


@dataclass(frozen=True, eq=False, kw_only=True)
class RowConstants:
    """What does not change from row to row, for L Gaussians.

    Args:
        means2d: `[L, 2]` [px].
        k: Slope of the peak line `[L]`.
        s: Standard deviation along a row `[L]` [px].
        y_scale: 1 / sqrt(Syy) `[L]` [1/px].
        levels: Q `[L]`.
    """

    means2d: Tensor
    k: Tensor
    s: Tensor
    y_scale: Tensor
    levels: Tensor


def row_constants(projected: ProjectedGaussians, ids: Tensor) -> RowConstants:
    """The constants of the Gaussians `ids [L]`."""
    xx, xy, yy = projected.covars2d[ids].unbind(-1)
    return RowConstants(
        means2d=projected.means2d[ids],
        k=xy / yy,
        s=torch.sqrt((xx - xy * xy / yy).clamp(min=EPS2D)),  # at least EPS2D but for rounding
        y_scale=torch.rsqrt(yy),
        levels=contour_levels(projected.opacities[ids]),
    )


@torch.no_grad()
def row_intervals(rows: RowConstants, y: float) -> tuple[Tensor, Tensor]:
    """First and last pixel of a row that each Gaussian reaches with alpha >= 1/255.

    Args:
        rows: Constants of L Gaussians.
        y: Row centre [px], that is row number + 0.5.

    Returns:
        `(first, last)`, `[L]` int64 pixel columns, inclusive, not clipped to the image; empty where `first >
        last`.

    Source: GBU (arXiv:2503.23625), first-fragment rule.
    """
    dy = y - rows.means2d[:, 1]
    rem = rows.levels - (dy * rows.y_scale) ** 2
    half_width = rows.s * torch.sqrt(rem.clamp(min=0.0))
    center = rows.means2d[:, 0] + rows.k * dy - 0.5  # in columns: column c has its centre at c + 0.5
    first = torch.ceil(center - half_width).long()
    last = torch.floor(center + half_width).long()
    alive = rem >= 0
    return torch.where(alive, first, 1), torch.where(alive, last, 0)


def irss_rows(
    projected: ProjectedGaussians,
    colors: Tensor,
    normals: Tensor,
    lists: TileLists,
    background: Tensor,
    width: int,
    height: int,
) -> BlendedImages:
    """Blend by intra-row sequential shading; arguments as in `blend_pixels`, lists from `exact_lists`."""
    return blend_tiles(_shade_tile, projected, colors, normals, lists, background, width, height)


def _shade_tile(
    projected: ProjectedGaussians, features: Tensor, ids: Tensor, left: int, top: int, size: int
) -> PixelState:
    """One tile, row after row."""
    rows = row_constants(projected, ids)
    states = [_shade_row(projected, rows, features, ids, left, top + row, size) for row in range(size)]
    joined = {
        field.name: torch.cat([getattr(state, field.name) for state in states])
        for field in fields(PixelState)
    }
    return PixelState(**joined)


def _shade_row(
    projected: ProjectedGaussians,
    rows: RowConstants,
    features: Tensor,
    ids: Tensor,
    left: int,
    row: int,
    size: int,
) -> PixelState:
    """The `size` pixels of one row of a tile, starting at column `left`."""
    y = row + 0.5
    first, last = row_intervals(rows, y)
    alive = torch.nonzero((first <= last) & (first < left + size) & (last >= left))[:, 0]
    state = empty_pixels(size, features.shape[1], features)
    if len(alive) == 0:
        return state
    dy = y - rows.means2d[alive, 1]
    y_white = dy * rows.y_scale[alive]
    step = 1.0 / rows.s[alive]
    x_white_at_left = (left + 0.5 - rows.means2d[alive, 0] - rows.k[alive] * dy) * step
    x_white = x_white_at_left + torch.arange(size)[:, None] * step  # the recurrence x'' += 1/s, unrolled
    columns = left + torch.arange(size)[:, None]
    inside = (columns >= first[alive]) & (columns <= last[alive])
    chosen = ids[alive]
    alphas = fragment_alphas(projected.opacities[chosen], 0.5 * (x_white * x_white + y_white * y_white))
    return composite(state, alphas, inside, inside, features[chosen], projected.depths[chosen])
