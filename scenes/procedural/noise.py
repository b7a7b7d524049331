"""Random smooth fields in space, the same in every process, and steps that a pixel sees without aliasing.

Notation: `points [M, 3]` are positions in units of the field's coarsest cell, `footprint [M]` is the width of a pixel
there in the same units. What a pixel cannot resolve is faded to its mean, as a lens would do.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

_PERIOD = 32  # cells along each axis, a power of two
_SEED = 20_240_311
_TURN = np.array(  # between octaves, so that no lattice plane repeats itself; any rotation without symmetry
    [[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]], dtype=np.float32
)


@lru_cache(maxsize=1)
def _lattice() -> dict[int, Array]:
    """Independent values of mean 0, variance 1 at all corners, `[PERIOD ** 3]` (1 channel) or `[PERIOD ** 3, 3]`."""
    values = np.random.default_rng(_SEED).standard_normal((_PERIOD**3, 3)).astype(np.float32)
    return {1: values[:, 0].copy(), 3: values}


def cell_numbers(cells: NDArray[np.int32]) -> NDArray[np.int32]:
    """A number in [0, PERIOD ** 3) for each of `cells [M, 3]`, periodic."""
    wrapped = cells & (_PERIOD - 1)
    return (wrapped[:, 0] * _PERIOD + wrapped[:, 1]) * _PERIOD + wrapped[:, 2]


@lru_cache(maxsize=1)
def _uniform() -> Array:
    return np.random.default_rng(_SEED + 1).random((_PERIOD**3, 3)).astype(np.float32)


def cell_values(cells: NDArray[np.int32]) -> Array:
    """Three independent values in [0, 1) for each of `cells [M, 3]`, `[M, 3]`."""
    return _uniform()[cell_numbers(cells)]


def value_noise(points: Array, channels: int = 1) -> Array:
    """Smooth noise of mean 0 at `points [M, 3]`, `[M, channels]`, `channels` independent ones, 1 or 3."""
    floor = np.floor(points)
    t = points - floor
    t = t * t * (np.float32(3.0) - np.float32(2.0) * t)
    low = floor.astype(np.int32) & (_PERIOD - 1)
    high = (low + 1) & (_PERIOD - 1)
    x = (low[:, 0] * (_PERIOD * _PERIOD), high[:, 0] * (_PERIOD * _PERIOD))
    y = (low[:, 1] * _PERIOD, high[:, 1] * _PERIOD)
    z = (low[:, 2], high[:, 2])
    lattice = _lattice()[channels]
    tx, ty, tz = (t[:, axis] if channels == 1 else t[:, axis, None] for axis in range(3))
    planes: list[Array] = []
    for i in range(2):
        rows: list[Array] = []
        for j in range(2):
            row = x[i] + y[j]
            near, far = lattice.take(row + z[0], axis=0), lattice.take(row + z[1], axis=0)
            far -= near
            far *= tz
            near += far
            rows.append(near)
        rows[1] -= rows[0]
        rows[1] *= ty
        rows[0] += rows[1]
        planes.append(rows[0])
    mixed = planes[0] + (planes[1] - planes[0]) * tx
    return mixed.reshape(len(points), channels)


def fractal_noise(points: Array, footprint: Array, *, octaves: int, gain: float, channels: int = 1) -> Array:
    """Octaves of noise, each twice as fine and `gain` times as strong as the one before, `[M, channels]`.

    Mean 0, variance about 1 where all octaves are resolved. With a gain of 1 every octave has the same contrast, as in
    photos, whose amplitudes fall as 1 / f.
    """
    total = np.zeros((len(points), channels), dtype=np.float32)
    power, at, seen = 0.0, points, np.arange(len(points))
    for octave in range(octaves):
        weight = gain**octave
        power += 0.4 * weight**2  # what smooth interpolation leaves of the corners' variance
        width = np.float32(2.0**octave) * footprint[seen]
        visible = np.flatnonzero(width < 1.0)  # what is too fine here is so in all octaves that follow
        if len(visible) < len(seen):
            seen, at, width = seen[visible], at[visible], width[visible]
        resolved = np.minimum(np.float32(2.0) - np.float32(2.0) * width, np.float32(1.0))
        total[seen] += value_noise(at, channels) * (np.float32(weight) * resolved)[:, None]
        at = (at @ _TURN) * np.float32(2.0) + np.float32(5.37)
    return total / np.float32(np.sqrt(power))


def soft_step(distance: Array, footprint: Array) -> Array:
    """1 where `distance [M]` is well above 0, 0 well below, a ramp as wide as a pixel between."""
    return np.clip(distance / np.maximum(footprint, np.float32(1e-6)) + np.float32(0.5), 0.0, 1.0)


def square_wave(t: Array, footprint: Array) -> Array:
    """1 where the fraction of `t [M]` is below one half, else 0, with edges as wide as a pixel."""
    away = np.abs((t + np.float32(0.25)) % np.float32(1.0) - np.float32(0.5))
    return soft_step(np.float32(0.25) - away, footprint)
