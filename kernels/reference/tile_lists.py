"""Which Gaussians each screen tile has to shade, in depth order.

Notation: Q = 2 ln(255 o) is the largest d^T S^-1 d at which a Gaussian of opacity o still has alpha 1/255;
that contour is an ellipse with the half extents sqrt(Q Sxx), sqrt(Q Syy). Tiles are numbered row by row.

Two kinds: the baseline's square of 3 sigma of the major axis (3DGS), and the tiles that this ellipse really
meets (as AccuTile of Speedy-Splat, arXiv:2412.00578, and StopThePop, arXiv:2402.00525).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..constants import ALPHA_THRESHOLD, EPS2D, TILE_SIZE
from .projection import ProjectedGaussians


@dataclass(frozen=True, eq=False, kw_only=True)
class TileLists:
    """The Gaussians of every tile, nearest first.

    Args:
        isect_offsets: `[tiles + 1]` int64; tile i owns `flatten_ids[isect_offsets[i]:isect_offsets[i + 1]]`.
        flatten_ids: Indices of Gaussians `[pairs]` int64.
        tile_size: Side of a tile [px].
        tiles_x: Tiles per row.
        tiles_y: Rows of tiles.
        visible: Number of Gaussians with at least one pair.
    """

    isect_offsets: Tensor
    flatten_ids: Tensor
    tile_size: int
    tiles_x: int
    tiles_y: int
    visible: int

    def ids_of(self, tile: int) -> Tensor:
        """Indices of the Gaussians of `tile`, nearest first."""
        return self.flatten_ids[int(self.isect_offsets[tile]) : int(self.isect_offsets[tile + 1])]


@torch.no_grad()
def depth_order(projected: ProjectedGaussians) -> Tensor:
    """Indices `[M]` of the Gaussians before the near plane, nearest first; equal depths in input order."""
    candidates = torch.nonzero(projected.in_front)[:, 0]
    return candidates[torch.argsort(projected.depths[candidates], stable=True)]


@torch.no_grad()
def contour_levels(opacities: Tensor) -> Tensor:
    """Q = 2 ln(255 o) `[N]`; negative where the Gaussian reaches alpha 1/255 nowhere."""
    return 2.0 * torch.log(opacities / ALPHA_THRESHOLD)


@torch.no_grad()
def square_lists(
    projected: ProjectedGaussians, order: Tensor, width: int, height: int, tile_size: int = TILE_SIZE
) -> TileLists:
    """The baseline's lists: every tile that the square of 3 sigma of the major axis overlaps.

    Args:
        projected: Gaussians on the screen.
        order: Indices, nearest first, from `depth_order`.
        width: Image width [px].
        height: Image height [px].
        tile_size: Side of a tile [px].
    """
    tiles = torch.tensor([-(-width // tile_size), -(-height // tile_size)])
    order = order[projected.radii[order] > 0]
    means2d, radii = projected.means2d[order], projected.radii[order, None]
    first = torch.floor((means2d - radii) / tile_size).long().clamp(min=0)
    end = torch.minimum(torch.ceil((means2d + radii) / tile_size).long(), tiles)
    owners, rows = _expand(first[:, 1], end[:, 1])
    return _lists_from_spans(order, owners, rows, first[owners, 0], end[owners, 0], tiles.tolist(), tile_size)


@torch.no_grad()
def exact_lists(
    projected: ProjectedGaussians, order: Tensor, width: int, height: int, tile_size: int = TILE_SIZE
) -> TileLists:
    """Exact lists: every tile whose box of pixel centres meets the ellipse alpha = 1/255, and no other.

    Args:
        projected: Gaussians on the screen.
        order: Indices, nearest first, from `depth_order`.
        width: Image width [px].
        height: Image height [px].
        tile_size: Side of a tile [px].
    """
    tiles_x, tiles_y = -(-width // tile_size), -(-height // tile_size)
    order = order[contour_levels(projected.opacities[order]) > 0]
    reach_y = torch.sqrt(contour_levels(projected.opacities[order]) * projected.covars2d[order, 2])
    y = projected.means2d[order, 1]
    first_row = torch.ceil((y - reach_y + 0.5) / tile_size - 1.0).long().clamp(min=0)
    end_row = (torch.floor((y + reach_y - 0.5) / tile_size).long() + 1).clamp(max=tiles_y)
    owners, rows = _expand(first_row, end_row)
    top = rows * tile_size + 0.5
    bottom = torch.clamp((rows + 1) * tile_size, max=height) - 0.5
    left, right = _strip_extents(projected, order[owners], top, bottom)
    first = torch.ceil((left + 0.5) / tile_size - 1.0).long().clamp(min=0)
    end = (torch.floor((right - 0.5) / tile_size).long() + 1).clamp(max=tiles_x)
    outside = left > width - 0.5  # a last tile that is cut off by the image's edge
    end = torch.where(outside, first, end)
    return _lists_from_spans(order, owners, rows, first, end, [tiles_x, tiles_y], tile_size)


@torch.no_grad()
def all_pairs_lists(order: Tensor, width: int, height: int, tile_size: int = TILE_SIZE) -> TileLists:
    """Brute force: every Gaussian of `order` in every tile; the truth for testing the other lists."""
    tiles_x, tiles_y = -(-width // tile_size), -(-height // tile_size)
    tiles = tiles_x * tiles_y
    return TileLists(
        isect_offsets=torch.arange(tiles + 1) * len(order),
        flatten_ids=order.repeat(tiles),
        tile_size=tile_size,
        tiles_x=tiles_x,
        tiles_y=tiles_y,
        visible=len(order),
    )


def _strip_extents(
    projected: ProjectedGaussians, ids: Tensor, top: Tensor, bottom: Tensor
) -> tuple[Tensor, Tensor]:
    """Left and right end [px] of each ellipse in the strip `top <= y <= bottom`; left > right if it misses.

    On the row dy the ellipse spans mx + k dy -+ s sqrt(Q - dy^2/Syy). Its right end is a concave function of
    dy with the peak at dy = Sxy sqrt(Q/Sxx), its left end a convex one with the trough at the negative of
    that; over a strip the extreme lies where that dy, held within the strip, is.
    """
    xx, xy, yy = projected.covars2d[ids].unbind(-1)
    level = contour_levels(projected.opacities[ids])
    reach = torch.sqrt(level * yy)
    low = torch.maximum(top - projected.means2d[ids, 1], -reach)
    high = torch.minimum(bottom - projected.means2d[ids, 1], reach)
    peak = xy * torch.sqrt(level / xx)
    variance = (xx - xy * xy / yy).clamp(min=EPS2D)  # along a row; at least EPS2D but for rounding
    ends: list[Tensor] = []
    for sign in (-1.0, 1.0):
        dy = torch.minimum(torch.maximum(sign * peak, low), high)
        half_width = torch.sqrt(variance * (level - dy * dy / yy).clamp(min=0.0))
        ends.append(projected.means2d[ids, 0] + xy / yy * dy + sign * half_width)
    misses = low > high
    return torch.where(misses, torch.inf, ends[0]), torch.where(misses, -torch.inf, ends[1])


def _expand(first: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
    """All integers of the spans `first <= i < end`, as (index of the span, integer), span by span."""
    counts = (end - first).clamp(min=0)
    owners = torch.repeat_interleave(torch.arange(len(counts)), counts)
    starts = torch.cumsum(counts, 0) - counts
    return owners, first[owners] + torch.arange(len(owners)) - starts[owners]


def _lists_from_spans(
    order: Tensor, owners: Tensor, rows: Tensor, first: Tensor, end: Tensor, tiles: list[int], tile_size: int
) -> TileLists:
    """Lists from horizontal spans of tiles: span i covers `first[i] <= x < end[i]` of tile row `rows[i]`.

    The spans come nearest Gaussian first and the sort by tile is stable: depth order survives inside a tile.
    """
    tiles_x, tiles_y = tiles
    spans, columns = _expand(first, end)
    tile_ids = rows[spans] * tiles_x + columns
    counts = torch.bincount(tile_ids, minlength=tiles_x * tiles_y)
    flatten_ids = order[owners[spans]][torch.argsort(tile_ids, stable=True)]
    return TileLists(
        isect_offsets=torch.cat([counts.new_zeros(1), torch.cumsum(counts, 0)]),
        flatten_ids=flatten_ids,
        tile_size=tile_size,
        tiles_x=tiles_x,
        tiles_y=tiles_y,
        visible=len(torch.unique(flatten_ids)),
    )
