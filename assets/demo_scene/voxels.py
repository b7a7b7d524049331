"""A pyramid of coarser and coarser voxel grids that cones of light are marched through.

Notation: `tau` is the extinction per length [1 / scene unit]; a cell holds `(tau, tau * radiance rgb)`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .surfels import Array, Surfels

Grid = NDArray[np.float32]

FINEST_VOXEL = 0.010
_LEVELS = 5
_OPAQUE = 2.5
"""Optical depth of one cell that a surface crosses."""


@dataclass(frozen=True, eq=False, kw_only=True)
class VoxelPyramid:
    """Extinction and radiance of the scene, level 0 the finest.

    Args:
        origin: Lower corner `[3]`.
        voxel: Edge of a cell of level 0; each level doubles it.
        levels: Grids `[X, Y, Z, 1 + channels]`, their outermost cells empty.
    """

    origin: Array
    voxel: float
    levels: tuple[Grid, ...]

    def sample(self, points: Grid, level: int) -> Grid:
        """Cells of `level` that hold `points` `[3, N]`, zeros outside: `[N, 1 + channels]`."""
        grid = self.levels[level]
        flat = np.zeros(points.shape[1], dtype=np.int32)
        for axis, size in enumerate(grid.shape[:3]):
            cell = (points[axis] - np.float32(self.origin[axis])) * np.float32(
                0.5**level / self.voxel
            ) + np.float32(1.0)
            flat = flat * np.int32(size) + np.clip(cell, 0, size - 1).astype(np.int32)
        return np.take(grid.reshape(-1, grid.shape[3]), flat, axis=0)


def _blurred(grid: Grid) -> Grid:
    """Means over each cell and its neighbours; the border stays empty: it stands for everything outside."""
    for axis in range(3):
        spread = 0.5 * grid
        here, there = np.moveaxis(spread, axis, 0), np.moveaxis(grid, axis, 0)
        here[1:] += 0.25 * there[:-1]
        here[:-1] += 0.25 * there[1:]
        here[[0, -1]] = 0.0
        grid = spread
    return grid


def _halved(grid: Grid) -> Grid:
    """Means of 2 x 2 x 2 cells inside the one-cell empty border, which the result has again."""
    inner = grid[1:-1, 1:-1, 1:-1]
    x, y, z = (n // 2 for n in inner.shape[:3])
    mean = inner.reshape(x, 2, y, 2, z, 2, -1).mean(axis=(1, 3, 5))
    return np.pad(mean, ((1, 1), (1, 1), (1, 1), (0, 0)))


def build_pyramid(surfels: Surfels, radiance: Array) -> VoxelPyramid:
    """Voxelise surfels that shine with `radiance` `[N, 3]`, or `[N, 0]` where only shadows matter."""
    low, high = surfels.points.min(axis=0) - FINEST_VOXEL, surfels.points.max(axis=0) + FINEST_VOXEL
    multiple = 2 ** (_LEVELS - 1)
    cells = np.ceil((high - low) / FINEST_VOXEL / multiple).astype(int) * multiple + 2
    index = ((surfels.points - low) / FINEST_VOXEL).astype(int) + 1
    flat = np.ravel_multi_index(tuple(index.T), tuple(cells))
    area = 2 * np.pi * surfels.sigmas[:, 0] * surfels.sigmas[:, 1]
    # 3.3 Gaussians overlap at a point of a surface (OVERLAP), so their areas are counted 3.3 times.
    cover = surfels.opacity * area / (3.3 * FINEST_VOXEL**2) * np.where(surfels.film > 0, 0.3, 1.0)
    weights = np.column_stack([cover, cover[:, None] * radiance]) * (_OPAQUE / FINEST_VOXEL)
    grid = np.empty((*cells, weights.shape[1]), dtype=np.float32)
    for channel, weight in enumerate(weights.T):
        grid[..., channel] = np.bincount(flat, weight, minlength=cells.prod()).reshape(cells)
    level = _blurred(grid)
    levels = [level]
    for _ in range(_LEVELS - 1):
        level = _halved(level)
        levels.append(_blurred(level) if len(levels) > 1 else level)
    return VoxelPyramid(origin=low, voxel=FINEST_VOXEL, levels=tuple(levels))


def march(pyramid: VoxelPyramid, starts: Array, direction: Array, aperture: float) -> tuple[Grid, Grid]:
    """What a cone of light meets.

    Args:
        pyramid: The scene.
        starts: Tips of the cones `[N, 3]`.
        direction: Their common axis `[3]`, unit length.
        aperture: Width over distance.

    Returns:
        `(transmittance [N], radiance [N, channels])`, float32: the share of the sky that is
        seen, and what comes from the scene before it.
    """
    transmittance = np.ones(len(starts), dtype=np.float32)
    radiance = np.zeros((len(starts), pyramid.levels[0].shape[3] - 1), dtype=np.float32)
    tips, axis = starts.T.astype(np.float32), direction.astype(np.float32)[:, None]
    t = 0.5 * pyramid.voxel
    while t < 2.6:
        level = int(np.clip(np.log2(max(aperture * t / pyramid.voxel, 1.0)), 0, len(pyramid.levels) - 1))
        step = max(0.9 * pyramid.voxel * 2**level, 0.53 * aperture * t)
        cell = pyramid.sample(tips + np.float32(t + 0.5 * step) * axis, level)
        through = np.exp(-cell[:, 0] * np.float32(step))
        share = transmittance * (1.0 - through) / np.maximum(cell[:, 0], 1e-6)
        radiance += share[:, None] * cell[:, 1:]
        transmittance *= through
        t += step
    return transmittance, radiance
