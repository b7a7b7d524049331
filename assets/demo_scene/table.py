"""The round table: a polished stone checkerboard, a brass ring and a turned walnut rim."""

from __future__ import annotations

import numpy as np

from . import surfels
from .noise import ValueNoise, mix, smoothstep
from .shapes import Samples, lathe, patch
from .surfels import Array, Surfels

TILE = 0.16
STONE_RADIUS = 0.88
RING_RADIUS = 0.892
_IVORY = np.array([0.74, 0.68, 0.57])
_VERDE = np.array([0.030, 0.075, 0.062])
_BRASS = np.array([0.90, 0.66, 0.28])


def _vein(noise: ValueNoise, points: Array, scale: float) -> Array:
    """Thin lines where a warped noise field crosses one half, in [0, 1]."""
    warp = np.stack([noise.fractal(points * scale + 9.0 * k) for k in range(3)], axis=1)
    field = noise.fractal(points * scale * 0.9 + 2.2 * warp, 4)
    return 1.0 - smoothstep(0.0, 0.05, np.abs(field - 0.5))


def _stone(h: float, noise: ValueNoise) -> Surfels:
    per_tile = max(2, round(TILE / h))
    count = per_tile * 2 * int(np.ceil(STONE_RADIUS / TILE))
    side = count * TILE / per_tile
    grid = patch(lambda u, v: np.column_stack([(v - 0.5) * side, 0 * u, (u - 0.5) * side]), count, count)
    inside = np.hypot(grid.points[:, 0], grid.points[:, 2]) < STONE_RADIUS + 0.5 * h
    board = surfels.make(*grid.shape, albedo=0.5, f0=0.05).select(inside)
    p = board.points
    tile = np.floor(p[:, [0, 2]] / TILE + 100.0).astype(int)
    dark = tile.sum(axis=1) % 2 == 1
    # Each tile is cut from another place of the block.
    offset = np.column_stack([tile[:, 0] * 3.7, tile[:, 1] * 5.3, (tile[:, 0] * 7 + tile[:, 1] * 13) * 0.61])
    block = p + 0.23 * offset
    cloud, vein = noise.fractal(block * 6.0), _vein(noise, block, 3.0)
    ivory = mix(_IVORY * 1.08, _IVORY * [0.72, 0.66, 0.60], np.clip(1.5 * cloud - 0.25, 0, 1))
    ivory = mix(ivory, [0.36, 0.27, 0.18], 0.55 * vein)
    verde = mix(_VERDE * 0.6, _VERDE * 2.0, np.clip(1.6 * cloud - 0.3, 0, 1))
    verde = mix(verde, [0.42, 0.50, 0.44], 0.5 * vein)
    within = p[:, [0, 2]] / TILE - np.floor(p[:, [0, 2]] / TILE)
    joint = (np.minimum(within, 1.0 - within).min(axis=1) < 0.55 / per_tile) & dark
    board.albedo[:] = np.where(dark[:, None], verde, ivory) * np.where(joint, 0.75, 1.0)[:, None]
    return board


def _brass_ring(h: float) -> Surfels:
    arch = np.linspace(-0.15 * np.pi, 1.15 * np.pi, 24)
    profile = np.column_stack([RING_RADIUS + 0.020 * np.cos(arch), 0.011 * np.sin(arch)])
    ring = lathe(profile, 0.62 * h)
    return surfels.make(*ring.shape, albedo=0.02, f0=_BRASS)


def _wood(samples: Samples, noise: ValueNoise) -> Array:
    """Walnut blocks laid around the rim, the grain along the circumference."""
    block = np.floor(samples.u / (2 * np.pi) * 24.0)
    along = samples.u * 1.2
    across = np.hypot(samples.points[:, 0], samples.points[:, 2])
    where = np.column_stack(
        [along * 1.6 + block * 3.1, across * 9.0 + block * 1.7, samples.points[:, 1] * 9.0]
    )
    rings = noise.fractal(where * [0.8, 1.6, 1.6] + 3.0, 3) * 7.0 + across * 14.0
    grain = 0.5 + 0.5 * np.sin(2 * np.pi * rings)
    fibre = noise.fractal(where * [4.0, 22.0, 22.0], 2)
    tone = 0.75 + 0.5 * np.modf(np.abs(np.sin(block * 12.9898) * 43.758))[0]
    colour = mix(
        [0.205, 0.098, 0.045], [0.075, 0.032, 0.016], np.clip(0.55 * grain + 0.75 * fibre - 0.15, 0, 1)
    )
    seam = np.abs(samples.u / (2 * np.pi) * 24.0 - np.round(samples.u / (2 * np.pi) * 24.0)) < 0.012
    return colour * tone[:, None] * np.where(seam, 0.45, 1.0)[:, None]


def _rim_profile() -> Array:
    bead = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 16)
    lower = np.column_stack([1.03 + 0.024 * np.cos(bead), -0.080 + 0.023 * np.sin(bead)])
    upper = np.column_stack([1.055 + 0.030 * np.cos(bead), -0.027 + 0.027 * np.sin(bead)])
    return np.vstack([[0.95, -0.105], lower, [1.028, -0.0555], upper, [RING_RADIUS + 0.027, 0.0]])


def _underside(h: float) -> Surfels:
    below = lathe(np.array([[0.002, -0.095], [0.97, -0.100]]), 2.6 * h)
    return surfels.make(*below.shape, albedo=[0.13, 0.065, 0.035])


def table(h: float, seed: int) -> Surfels:
    """The table, its top at height 0, radius 1.09.

    Args:
        h: Sample distance.
        seed: Of the noise in stone and wood.
    """
    noise = ValueNoise(seed)
    rim = lathe(_rim_profile(), 1.2 * h)
    wood = surfels.make(*rim.shape, albedo=_wood(rim, noise), f0=0.04)
    return surfels.concatenate([_stone(h, noise), _brass_ring(h), wood, _underside(h)])
