"""Brute-force blending: every pixel of a tile evaluates every Gaussian of the tile's list (PFS).

Notation: d = pixel centre - mean2d, E = 1/2 d^T S^-1 d. With `square_lists` this is the baseline of the 3DGS
paper ("parallel fragment shading"), with `exact_lists` the baseline-exact; the pixels are the same rule on
other lists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .compositing import PixelState, composite, empty_pixels, fragment_alphas, is_visible
from .projection import ProjectedGaussians
from .tile_lists import TileLists

_GAUSSIANS_AT_ONCE = 512  # bounds the memory of a step to 512 x 256 numbers, which still fit the caches
_NORMAL_EPS = 1e-12


@dataclass(frozen=True, eq=False, kw_only=True)
class BlendedImages:
    """What the blenders write for each pixel; row 0 at the top.

    Args:
        rgb: `[H, W, 3]`, linear, background included, not clamped.
        alphas: Accumulated opacity `[H, W]`.
        depths: Expected depth `[H, W]`, sum w z / sum w [scene units]; 0 where nothing was hit.
        median_depths: Depth `[H, W]` of the Gaussian that takes the transmittance to 0.5 or below; 0 where
            none does.
        normals: `[H, W, 3]`, camera frame, unit length; 0 where nothing was hit.
        fragments_evaluated: Exponents computed `[H, W]` int64.
        fragments_contributing: Fragments blended `[H, W]` int64.
        transmittance: What the background shines through with `[H, W]`.
    """

    rgb: Tensor
    alphas: Tensor
    depths: Tensor
    median_depths: Tensor
    normals: Tensor
    fragments_evaluated: Tensor
    fragments_contributing: Tensor
    transmittance: Tensor


TileShader = Callable[[ProjectedGaussians, Tensor, Tensor, int, int, int], PixelState]
"""(Gaussians, features `[N, F]`, ids `[L]`, left and top pixel of a tile, its side) -> its pixels."""


def blend_pixels(
    projected: ProjectedGaussians,
    colors: Tensor,
    normals: Tensor,
    lists: TileLists,
    background: Tensor,
    width: int,
    height: int,
) -> BlendedImages:
    """Blend by parallel fragment shading: all pixels of a tile against all Gaussians of its list.

    Args:
        projected: Gaussians on the screen.
        colors: `[N, 3]`.
        normals: Unit normals in the camera frame `[N, 3]`.
        lists: The Gaussians of each tile, nearest first.
        background: Colour behind the scene `[3]`.
        width: Image width [px].
        height: Image height [px].
    """
    return blend_tiles(_shade_tile, projected, colors, normals, lists, background, width, height)


def blend_tiles(
    shader: TileShader,
    projected: ProjectedGaussians,
    colors: Tensor,
    normals: Tensor,
    lists: TileLists,
    background: Tensor,
    width: int,
    height: int,
) -> BlendedImages:
    """Run `shader` on every tile and put the pictures together; other arguments as in `blend_pixels`."""
    features = torch.cat([colors, projected.depths[:, None], normals, torch.ones_like(colors[:, :1])], dim=-1)
    size = lists.tile_size
    empty = empty_pixels(size * size, features.shape[1], features)
    states: list[PixelState] = []
    for tile in range(lists.tiles_x * lists.tiles_y):
        ids = lists.ids_of(tile)
        top, left = divmod(tile, lists.tiles_x)
        states.append(shader(projected, features, ids, left * size, top * size, size) if len(ids) else empty)

    def image(field: Callable[[PixelState], Tensor]) -> Tensor:
        return _untile(torch.stack([field(state) for state in states]), lists, width, height)

    sums, transmittance = image(lambda state: state.sums), image(lambda state: state.transmittance)
    rgb, depth_sums, normal_sums, alphas = sums.split([3, 1, 3, 1], dim=-1)
    lengths = torch.linalg.vector_norm(normal_sums, dim=-1, keepdim=True)
    hit = alphas > 0
    return BlendedImages(
        rgb=rgb + transmittance[..., None] * background,
        alphas=alphas[..., 0],
        depths=torch.where(hit, depth_sums / torch.where(hit, alphas, torch.ones_like(alphas)), 0.0)[..., 0],
        median_depths=image(lambda state: state.median_depths),
        normals=normal_sums / lengths.clamp(min=_NORMAL_EPS),
        fragments_evaluated=image(lambda state: state.evaluated),
        fragments_contributing=image(lambda state: state.contributing),
        transmittance=transmittance,
    )


def _shade_tile(
    projected: ProjectedGaussians, features: Tensor, ids: Tensor, left: int, top: int, size: int
) -> PixelState:
    """One tile by PFS: the full exponent (11 FLOPs) for every pixel and Gaussian."""
    offsets = torch.arange(size * size)
    x, y = left + offsets % size + 0.5, top + offsets // size + 0.5
    state = empty_pixels(size * size, features.shape[1], features)
    for chunk in ids.split(_GAUSSIANS_AT_ONCE):
        dx = x[:, None] - projected.means2d[chunk, 0]
        dy = y[:, None] - projected.means2d[chunk, 1]
        xx, xy, yy = projected.conics[chunk].unbind(-1)
        exponents = 0.5 * (xx * dx * dx + yy * dy * dy) + xy * dx * dy
        alphas = fragment_alphas(projected.opacities[chunk], exponents)
        visible = is_visible(alphas)
        every = torch.ones_like(visible)
        state = composite(state, alphas, every, visible, features[chunk], projected.depths[chunk])
        if state.all_stopped:
            break
    return state


def _untile(tiles: Tensor, lists: TileLists, width: int, height: int) -> Tensor:
    """Image `[height, width, ...]` from the pixels of all tiles `[tiles, size * size, ...]`."""
    size, rest = lists.tile_size, tiles.shape[2:]
    grid = tiles.reshape(lists.tiles_y, lists.tiles_x, size, size, *rest).transpose(1, 2)
    return grid.reshape(lists.tiles_y * size, lists.tiles_x * size, *rest)[:height, :width]
