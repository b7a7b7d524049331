"""Solid patterns: scalar fields in [0, 1] that a colour ramp turns into a texture.

Notation as in `noise`: `points [M, 3]` in units of the pattern's largest feature, `footprint [M]` a pixel's width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .noise import Array, cell_values, fractal_noise, soft_step, square_wave

_GLYPH_SIDE = 6  # strokes fill a grid of this many squares, half of which is drawn and mirrored


class Pattern(Protocol):
    """A scalar field in space."""

    def values(self, points: Array, footprint: Array) -> Array:
        """The field at `points [M, 3]`, `[M]` in [0, 1], seen by pixels as wide as `footprint [M]`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Flat:
    """No pattern at all."""

    level: float

    def values(self, points: Array, footprint: Array) -> Array:
        """`level` everywhere."""
        return np.full(len(points), self.level, dtype=np.float32)


@dataclass(frozen=True, kw_only=True)
class Clouds:
    """Fractal noise; `sharpness` above 1 makes islands with clear shores of it."""

    octaves: int
    gain: float
    sharpness: float = 1.0

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        noise = fractal_noise(points, footprint, octaves=self.octaves, gain=self.gain)[:, 0]
        return np.clip(0.5 + np.float32(0.25 * self.sharpness) * noise, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Marble:
    """Waves along x, pushed about by noise of strength `turbulence`."""

    turbulence: float

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        noise = fractal_noise(points, footprint, octaves=5, gain=0.55)[:, 0]
        return 0.5 + 0.5 * np.sin(np.float32(2.0 * np.pi) * (points[:, 0] + self.turbulence * noise))


@dataclass(frozen=True, kw_only=True)
class Wood:
    """Rings about the z axis that steepen towards their edge, with grain along it."""

    rings: float
    wobble: float

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        along = points * np.array([1.0, 1.0, 0.15], dtype=np.float32)
        bend = fractal_noise(along, footprint, octaves=2, gain=0.5)[:, 0]
        t = self.rings * np.hypot(points[:, 0], points[:, 1]) + self.wobble * bend
        ring = (t % 1.0) ** 2
        resolved = np.clip(2.0 - 4.0 * self.rings * footprint, 0.0, 1.0)
        grain = fractal_noise(12.0 * along, 12.0 * footprint, octaves=3, gain=0.7)[:, 0]
        return np.clip(0.33 + (ring - 0.33) * resolved + 0.08 * grain, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Checker:
    """Cubes of side 0.5, alternately 0 and 1."""

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        signs = [2.0 * square_wave(points[:, axis], footprint) - 1.0 for axis in range(3)]
        return 0.5 + 0.5 * signs[0] * signs[1] * signs[2]


@dataclass(frozen=True, kw_only=True)
class Stripes:
    """Layers across x: `count` a unit, every second one of random height if `varied`."""

    count: float
    varied: bool

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        t = self.count * points[:, 0]
        wave = square_wave(t, np.float32(self.count) * footprint)
        if not self.varied:
            return wave
        layer = np.zeros(points.shape, dtype=np.int32)
        layer[:, 0] = np.floor(t)
        return wave * cell_values(layer)[:, 0]


@dataclass(frozen=True, kw_only=True)
class Dots:
    """One ball in each cell, moved and resized at random; `radius` [cells] of the largest."""

    radius: float
    per_unit: float
    jitter: float

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        at = points * np.float32(self.per_unit)
        cells = np.floor(at).astype(np.int32)
        random = cell_values(cells)
        radius = self.radius * (1.0 - 0.6 * self.jitter * random[:, 0])
        room = np.maximum(0.5 - radius, 0.0)[:, None]
        offset = at - cells - 0.5 - self.jitter * (2.0 * cell_values(cells + 11) - 1.0) * room
        distance = np.sqrt(np.einsum("mi,mi->m", offset, offset))
        inside = soft_step((radius - distance).astype(np.float32), self.per_unit * footprint)
        return inside * (0.4 + 0.6 * random[:, 1])


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Voronoi cells of random level, with dark joints of width `joint` [cells] (0: none)."""

    per_unit: float
    joint: float

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        at = points * np.float32(self.per_unit)
        base = np.floor(at - 0.5).astype(np.int32)
        first = np.full(len(at), 9.0, dtype=np.float32)
        second = first.copy()
        level = np.zeros(len(at), dtype=np.float32)
        for corner in np.ndindex(2, 2, 2):  # seeds stay near their cell's middle, so eight cells suffice
            cells = base + np.array(corner, dtype=np.int32)
            random = cell_values(cells)
            offset = at - cells - 0.5 - 0.45 * (random - 0.5)
            distance = np.sqrt(np.einsum("mi,mi->m", offset, offset))
            nearer = distance < first
            second = np.minimum(second, np.where(nearer, first, distance))
            first = np.where(nearer, distance, first)
            level = np.where(nearer, (random[:, 0] * 7.0 + random[:, 1]) % 1.0, level)
        if not self.joint:
            return level
        return level * soft_step(0.5 * (second - first) - self.joint, self.per_unit * footprint)


@dataclass(frozen=True, kw_only=True)
class Bricks:
    """Blocks of random level in rows along x, every second row shifted, with mortar of level 0."""

    mortar: float

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        size = np.array([0.5, 0.25, 0.2], dtype=np.float32)
        at = points / size
        at[:, 0] += 0.5 * np.floor(at[:, 2])
        cells = np.floor(at).astype(np.int32)
        edge = ((0.5 - np.abs(at - cells - 0.5)) * size).min(axis=1)
        level = 0.35 + 0.65 * cell_values(cells)[:, 0]
        return level * soft_step(edge - np.float32(self.mortar), footprint)


@dataclass(frozen=True, kw_only=True)
class Glyphs:
    """Random sign in each square of the xy plane, drawn through along z; every fourth square is empty."""

    per_unit: float
    mirrored: bool

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        at = points[:, :2] * np.float32(self.per_unit)
        square = np.zeros(points.shape, dtype=np.int32)
        square[:, :2] = np.floor(at)
        grid = (at - square[:, :2]) * 1.3 - 0.15
        if self.mirrored:
            grid[:, 0] = 0.5 - np.abs(grid[:, 0] - 0.5)
        stroke = np.floor(grid * _GLYPH_SIDE).astype(np.int32)
        inside = ((grid > 0.0) & (grid < 1.0)).all(axis=1)
        strokes = np.concatenate([stroke + 13 * square[:, :2], square[:, :1] * 7 + square[:, 1:2]], axis=1)
        drawn = inside & (cell_values(strokes)[:, 0] < 0.5) & (cell_values(square)[:, 1] > 0.25)
        resolved = np.clip(2.0 - 1.5 * _GLYPH_SIDE * self.per_unit * footprint, 0.0, 1.0)
        return 0.3 + (drawn - np.float32(0.3)) * resolved


@dataclass(frozen=True, kw_only=True)
class Gradient:
    """From 0 to 1 along x, over four units, and back."""

    def values(self, points: Array, footprint: Array) -> Array:
        """See `Pattern`."""
        return np.abs((0.25 * points[:, 0]) % 2.0 - 1.0)
