"""Smooth random fields, the same for the same seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_PERIOD = 32


class ValueNoise:
    """Random values on a lattice with smooth interpolation between them, period 32 in each direction."""

    def __init__(self, seed: int) -> None:
        """Draw the lattice from `seed`."""
        self._lattice = np.random.default_rng(seed).random((_PERIOD, _PERIOD, _PERIOD))

    def __call__(self, points: Array) -> Array:
        """Values in [0, 1] at `points` `[N, 3]`, one feature per unit of length."""
        cell = np.floor(points).astype(np.int64)
        t = points - cell
        t = t * t * (3.0 - 2.0 * t)
        value = np.zeros(len(points))
        for corner in np.ndindex(2, 2, 2):
            weight = np.where(np.array(corner) == 1, t, 1.0 - t).prod(axis=1)
            i, j, k = ((cell + corner) % _PERIOD).T
            value += weight * self._lattice[i, j, k]
        return value

    def fractal(self, points: Array, octaves: int = 4) -> Array:
        """Sum of octaves, each half as strong and twice as fine as the one before, in [0, 1]."""
        total, weight = np.zeros(len(points)), 0.0
        for octave in range(octaves):
            total += 0.5**octave * self(points * 2.0**octave + 7.3 * octave)
            weight += 0.5**octave
        return total / weight


def smoothstep(low: float | Array, high: float | Array, x: Array) -> Array:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def mix(a: ArrayLike, b: ArrayLike, t: Array) -> Array:
    """Colour `a` where `t` is 0, `b` where it is 1; colours `[3]` or `[N, 3]`, `t` `[N]`."""
    return np.asarray(a) * (1.0 - t[:, None]) + np.asarray(b) * t[:, None]
