"""A pyramid of coarser and coarser voxel grids that cones of light are marched through.

Notation: `tau` is the extinction per unit of length [1 / scene unit]; a cell holds `(tau, tau * radiance rgb)`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .surfels import Array, Surfels

Grid = NDArray[np.float32]

FINEST_VOXEL = 0.0125
_LEVELS = 5
_OPAQUE = 2.5
"""Optical depth of one cell that a surface crosses."""


@dataclass(frozen=True, eq=False, kw_only=True)
class VoxelPyramid:
    """Extinction and radiance of the scene, level 0 the finest.

    Args:
        origin: Lower corner `[3]`.
        voxel: Edge of a cell of level 0; each level doubles it.
        levels: Grids `[X, Y, Z, 4]`.
    """

    origin: Array
    voxel: float
    levels: tuple[Grid, ...]

    def sample(self, points: Array, level: int) -> Grid:
        """Cells of `level` that hold `points` `[N, 3]`, zeros outside: `[N, 4]`."""
        grid = self.levels[level]
        index = ((points - self.origin) * (0.5**level / self.voxel)).astype(np.int32) + 1
        np.clip(index, 0, np.array(grid.shape[:3]) - 1, out=index)
        flat = (index[:, 0] * grid.shape[1] + index[:, 1]) * grid.shape[2] + index[:, 2]
        return np.take(grid.reshape(-1, 4), flat, axis=0)


def _blurred(grid: Grid) -> Grid:
    for axis in range(3):
        rolled = np.zeros_like(grid)
        inner = [slice(None)] * 4
        inner[axis] = slice(1, -1)
        low, high = list(inner), list(inner)
        low[axis], high[axis] = slice(0, -2), slice(2, None)
        rolled[tuple(inner)] = 0.5 * grid[tuple(inner)] + 0.25 * (grid[tuple(low)] + grid[tuple(high)])
        grid = rolled
    return grid


def _halved(grid: Grid) -> Grid:
    """Means of 2 x 2 x 2 cells inside the one-cell empty border, which the result has again."""
    inner = grid[1:-1, 1:-1, 1:-1]
    x, y, z = (n // 2 for n in inner.shape[:3])
    mean = inner.reshape(x, 2, y, 2, z, 2, 4).mean(axis=(1, 3, 5))
    return np.pad(mean, ((1, 1), (1, 1), (1, 1), (0, 0)))


def build_pyramid(surfels: Surfels, radiance: Array) -> VoxelPyramid:
    """Voxelise surfels that shine with `radiance` `[N, 3]`."""
    low, high = surfels.points.min(axis=0) - FINEST_VOXEL, surfels.points.max(axis=0) + FINEST_VOXEL
    multiple = 2 ** (_LEVELS - 1)
    cells = np.ceil((high - low) / FINEST_VOXEL / multiple).astype(int) * multiple + 2
    index = ((surfels.points - low) / FINEST_VOXEL).astype(int) + 1
    flat = np.ravel_multi_index(tuple(index.T), tuple(cells))
    area = 2 * np.pi * surfels.sigmas[:, 0] * surfels.sigmas[:, 1]
    # 3.3 Gaussians overlap at a point of a surface (OVERLAP), so their areas are counted 3.3 times.
    cover = surfels.opacity * area / (3.3 * FINEST_VOXEL**2) * np.where(surfels.film > 0, 0.3, 1.0)
    weights = np.column_stack([cover, cover[:, None] * radiance]) * (_OPAQUE / FINEST_VOXEL)
    grid = np.stack([np.bincount(flat, w, minlength=cells.prod()) for w in weights.T], axis=1)
    level = _blurred(grid.reshape(*cells, 4).astype(np.float32))
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
        `(transmittance [N], radiance [N, 3])`, float32: the share of the sky that is seen, and what comes from the
        scene before it.
    """
    transmittance = np.ones(len(starts), dtype=np.float32)
    radiance = np.zeros((len(starts), 3), dtype=np.float32)
    t = 0.5 * pyramid.voxel
    while t < 2.6:
        level = int(np.clip(np.log2(max(aperture * t / pyramid.voxel, 1.0)), 0, len(pyramid.levels) - 1))
        step = max(0.9 * pyramid.voxel * 2**level, 0.16 * t)
        cell = pyramid.sample(starts + (t + 0.5 * step) * direction, level)
        through = np.exp(-cell[:, 0] * np.float32(step))
        share = transmittance * (1.0 - through) / np.maximum(cell[:, 0], 1e-6)
        radiance += share[:, None] * cell[:, 1:]
        transmittance *= through
        t += step
    return transmittance, radiance
