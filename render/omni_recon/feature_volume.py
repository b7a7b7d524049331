"""Features of space: the views' mean and variance at the nodes of three grids, fused by a small 3D network.

Source: Omni-Recon (arXiv:2403.11131), built on VolRecon's global volume. Level l takes every 2^l-th node: a transposed
convolution of stride 2 puts coarse node i onto fine node 2i, and nothing else would keep the levels on each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from .feature_pyramid import PYRAMID_CHANNELS
from .types import FEATURE_CHANNELS, VOLUME_LEVELS
from .view_projection import project, sample_strided

_NODES_AT_ONCE = 2**17  # bounds the memory for the values of all views


class Conv3dNorm(nn.Module):
    """A 3x3x3 convolution, batch normalisation and ReLU."""

    def __init__(self, channels: int, out_channels: int) -> None:
        """Of stride 1, with bias."""
        super().__init__()
        self.conv = nn.Conv3d(channels, out_channels, 3, padding=1)
        self.BN = nn.BatchNorm3d(out_channels)

    def forward(self, grid: Tensor) -> Tensor:
        """`[1, channels, Z, Y, X]` -> `[1, out_channels, Z, Y, X]`."""
        return F.relu(self.BN(self.conv(grid)), inplace=True)


class Doubling3d(nn.Module):
    """A transposed 3x3x3 convolution of stride 2 without bias, batch normalisation and ReLU."""

    def __init__(self, channels: int, out_channels: int) -> None:
        """Doubles each side."""
        super().__init__()
        self.conv = nn.ConvTranspose3d(channels, out_channels, 3, 2, padding=1, output_padding=1, bias=False)
        self.BN = nn.BatchNorm3d(out_channels)

    def forward(self, grid: Tensor) -> Tensor:
        """`[1, channels, Z, Y, X]` -> `[1, out_channels, 2Z, 2Y, 2X]`."""
        return F.relu(self.BN(self.conv(grid)), inplace=True)


class VolumeFusion(nn.Module):
    """304,864 parameters: coarse to fine, each level added to the doubled one below."""

    def __init__(self) -> None:
        """Means and variances of the pyramid's channels in."""
        super().__init__()
        fine, middle, coarse = (2 * channels for channels in PYRAMID_CHANNELS)
        self.cnn3d0 = Conv3dNorm(fine, fine)
        self.cnn3d1 = Conv3dNorm(middle, middle)
        self.cnn3d2 = Conv3dNorm(coarse, coarse)
        self.d_cnn3d1 = nn.Sequential(Conv3dNorm(coarse, coarse), Doubling3d(coarse, middle))
        self.d_cnn3d2 = nn.Sequential(Conv3dNorm(middle, middle), Doubling3d(middle, fine))
        self.last = nn.Conv3d(fine, FEATURE_CHANNELS, 3, padding=1)

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        """Statistics of the levels `[C_l, M/2^l, M/2^l, M/2^l]`, fine first -> volume `[32, M, M, M]`."""
        fine, middle, coarse = (level[None] for level in levels)
        merged = self.d_cnn3d1(self.cnn3d2(coarse)) + self.cnn3d1(middle)
        merged = self.d_cnn3d2(merged) + self.cnn3d0(fine)
        return self.last(merged)[0]


def statistics_grids(
    pyramid: Sequence[Tensor], projections: Tensor, size: tuple[int, int], resolution: int
) -> list[Tensor]:
    """Mean and variance over the views that see each node, of every level.

    Args:
        pyramid: Maps `[V, C_l, h, w]` at 1/2, 1/4 and 1/8 of the images' size.
        projections: `[V, 3, 4]`, unit frame -> pixels.
        size: Height and width of the images [px].
        resolution: Nodes along a side of the finest level, M.

    Returns:
        `[2 C_l, M/2^l, M/2^l, M/2^l]` each, axes z, y, x, means first; 0 where no view sees the node.
    """
    axis = torch.linspace(-1.0, 1.0, resolution, dtype=projections.dtype, device=projections.device)
    return [
        _level_statistics(pyramid[level], projections, size, axis[:: 2**level], 2 ** (level + 1))
        for level in range(VOLUME_LEVELS)
    ]


def _level_statistics(
    maps: Tensor, projections: Tensor, size: tuple[int, int], axis: Tensor, stride: int
) -> Tensor:
    """`[2C, Z, Y, X]` of one level, slab by slab along z."""
    nodes = len(axis)
    layers = max(1, _NODES_AT_ONCE // nodes**2)

    def slab(maps: Tensor, heights: Tensor) -> Tensor:
        z, y, x = torch.meshgrid(heights, axis, axis, indexing="ij")
        points = torch.stack([x, y, z], dim=-1).reshape(-1, 3)
        return _node_statistics(maps, projections, size, points, stride)

    # recomputed in the backward pass: the values of all views are the largest arrays of all
    slabs = [
        checkpoint(slab, maps, heights, use_reentrant=False, preserve_rng_state=False)
        if torch.is_grad_enabled() and maps.requires_grad
        else slab(maps, heights)
        for heights in axis.split(layers)
    ]
    return torch.cat(slabs, dim=1).reshape(-1, nodes, nodes, nodes)


def _node_statistics(
    maps: Tensor, projections: Tensor, size: tuple[int, int], points: Tensor, stride: int
) -> Tensor:
    """Mean and variance `[2C, N]` at `points [N, 3]`."""
    seen = project(points, projections, size)
    values = sample_strided(maps, seen, stride)
    counts = seen.visible.sum(dim=0).clamp(min=1)
    means = values.sum(dim=0) / counts
    deviations = torch.where(seen.visible[:, None], values - means, 0.0)
    return torch.cat([means, deviations.square().sum(dim=0) / counts])
