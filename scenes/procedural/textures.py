"""Solid textures: a pattern's levels through a ramp of colours, with photo-like variation, or two of them mixed.

Notation: colours are albedos, linear RGB in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .noise import Array, fractal_noise
from .patterns import Pattern

_DARKEST, _BRIGHTEST = 0.015, 0.92  # of real matter, coal to fresh snow


class Texture(Protocol):
    """Colours in space."""

    def colors(self, points: NDArray[np.float64], footprint: Array) -> Array:
        """Albedos `[M, 3]` at `points [M, 3]` (world), seen by pixels as wide as `footprint [M]` [scene units]."""
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class Placement:
    """Where a pattern lies: pattern coordinates are `(point - origin) @ axes / feature`.

    Args:
        origin: `[3]`, world frame.
        axes: The pattern's axes as columns, `[3, 3]`; not necessarily of unit length.
        feature: Size of the largest feature [scene units].
    """

    origin: NDArray[np.float64]
    axes: NDArray[np.float64]
    feature: float

    def local(self, points: NDArray[np.float64], footprint: Array) -> tuple[Array, Array]:
        """`points` and `footprint` in units of the pattern."""
        at = (points - self.origin) @ (self.axes / self.feature)
        return at.astype(np.float32), footprint / np.float32(self.feature)


@dataclass(frozen=True, eq=False, kw_only=True)
class Ramp:
    """Colours `[K, 3]` for levels from 0 to 1, evenly spaced, interpolated between unless `stepped`."""

    stops: Array
    stepped: bool = False

    def colors(self, levels: Array) -> Array:
        """Colours of `levels [M]`, `[M, 3]`."""
        last = len(self.stops) - 1
        if self.stepped or last == 0:
            return self.stops[np.minimum((levels * (last + 1)).astype(np.intp), last)]
        at = np.clip(levels, 0.0, 1.0) * np.float32(last)
        low = np.minimum(at.astype(np.intp), last - 1)
        return self.stops[low] + (self.stops[low + 1] - self.stops[low]) * (at - low)[:, None].astype(
            np.float32
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Painted:
    """A pattern's levels as colours of a ramp."""

    pattern: Pattern
    ramp: Ramp
    placement: Placement

    def colors(self, points: NDArray[np.float64], footprint: Array) -> Array:
        """See `Texture`."""
        return self.ramp.colors(self.pattern.values(*self.placement.local(points, footprint)))


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoNoise:
    """Noise with the statistics of photos: contrast at all scales, and brightness varies more than hue.

    Args:
        mean: Mean logarithm of the colour, `[3]`.
        mixing: What each of three independent fields adds to the logarithm, `[3, 3]`, strongest first.
        octaves: From the largest feature down to the finest.
        gain: See `fractal_noise`.
        placement: Where it lies.
    """

    mean: Array
    mixing: Array
    octaves: int
    gain: float
    placement: Placement

    def colors(self, points: NDArray[np.float64], footprint: Array) -> Array:
        """See `Texture`."""
        at, width = self.placement.local(points, footprint)
        fields = fractal_noise(at, width, octaves=self.octaves, gain=self.gain, channels=3)
        return np.clip(np.exp(self.mean + fields @ self.mixing), _DARKEST, _BRIGHTEST)


@dataclass(frozen=True, eq=False, kw_only=True)
class Weathered:
    """A texture whose brightness wavers by `strength` (of its logarithm), as dirt, wear and dust make it."""

    base: Texture
    strength: float
    octaves: int
    placement: Placement

    def colors(self, points: NDArray[np.float64], footprint: Array) -> Array:
        """See `Texture`."""
        at, width = self.placement.local(points, footprint)
        waver = fractal_noise(at, width, octaves=self.octaves, gain=0.85)
        colors = self.base.colors(points, footprint) * np.exp(np.float32(self.strength) * waver)
        return np.clip(colors, _DARKEST, _BRIGHTEST)


@dataclass(frozen=True, eq=False, kw_only=True)
class Blend:
    """`first` where the mask is 0, `second` where it is 1."""

    first: Texture
    second: Texture
    mask: Pattern
    placement: Placement

    def colors(self, points: NDArray[np.float64], footprint: Array) -> Array:
        """See `Texture`."""
        share = self.mask.values(*self.placement.local(points, footprint))[:, None]
        first, second = self.first.colors(points, footprint), self.second.colors(points, footprint)
        return first + (second - first) * share
