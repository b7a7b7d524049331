"""The painting on the vase, as ink over the angle around it and the height above its foot [scene units]."""

from __future__ import annotations

import numpy as np

from .noise import smoothstep
from .surfels import Array

_GIRTH = 0.205
_FLOWERS = 6
_FLOWER_RADIUS = 0.086
_FLOWER_HEIGHT = 0.252


def _band(height: Array, low: float, high: float, soft: float = 0.004) -> Array:
    return smoothstep(low - soft, low + soft, height) * (1.0 - smoothstep(high - soft, high + soft, height))


def _disc(x: Array, y: Array, radius: float, soft: float = 0.006) -> Array:
    return 1.0 - smoothstep(radius - soft, radius + soft, np.hypot(x, y))


def _sectors(angle: Array, count: int) -> Array:
    """Where in its one of `count` sectors an angle lies, from -0.5 to 0.5."""
    return (angle * count / (2 * np.pi)) % 1.0 - 0.5


def _rosettes(angle: Array, y: Array) -> Array:
    """Flowers of eight petals around the belly."""
    x, y = _sectors(angle, _FLOWERS) * 2 * np.pi * _GIRTH / _FLOWERS, y - _FLOWER_HEIGHT
    r, a = np.hypot(x, y), np.arctan2(y, x)
    edge = _FLOWER_RADIUS * (0.72 + 0.28 * np.abs(np.cos(4 * a)))
    heart = 0.3 * _FLOWER_RADIUS
    outline = 1.0 - smoothstep(0.0, 0.010, np.abs(r - edge))
    wash = 0.42 * (1.0 - smoothstep(edge - 0.01, edge, r)) * smoothstep(heart, _FLOWER_RADIUS, r)
    spokes = 0.8 * ((np.abs(np.sin(4 * a)) < 0.16) & (r < 0.72 * edge) & (r > heart))
    return np.max([outline, wash, spokes, _disc(x, y, 0.8 * heart)], axis=0)


def _vines(angle: Array, y: Array) -> Array:
    """A wavy stem with leaves between the flowers."""
    stem = 1.0 - smoothstep(0.004, 0.009, np.abs(y - _FLOWER_HEIGHT - 0.035 * np.sin(angle * _FLOWERS)))
    ink = 0.9 * stem
    for shift, side in ((0.25, 1.0), (0.75, -1.0)):
        x = _sectors(angle + 2 * np.pi * shift / _FLOWERS, _FLOWERS) * 2 * np.pi * _GIRTH / _FLOWERS
        above = y - _FLOWER_HEIGHT - side * 0.030
        leaf = 1.0 - smoothstep(0.8, 1.1, np.hypot(x / 0.034, (above - side * 0.4 * x) / 0.016))
        ink = np.maximum(ink, 0.75 * leaf)
    return ink * _band(y, 0.135, 0.370)


def _lotus(angle: Array, y: Array) -> Array:
    """Pointed petals around the foot: an outline, filled with a wash."""
    above = y - 0.027 - 0.09 * np.abs(np.sin(9 * angle)) ** 0.7
    outline, wash = 1.0 - smoothstep(0.0, 0.010, np.abs(above)), 0.38 * smoothstep(0.0, 0.01, above)
    return _band(y, 0.03, 0.12) * np.maximum(outline, wash)


def vase_ink(angle: Array, y: Array) -> Array:
    """Cobalt in [0, 1] at `angle` [rad] and height `y` on the outside of the vase, `[N]` each."""
    rings = ((0.012, 0.026), (0.125, 0.132), (0.375, 0.383), (0.47, 0.477), (0.600, 0.675))
    lines = np.max([_band(y, low, high) for low, high in rings], axis=0)
    strokes = 0.85 * _band(y, 0.392, 0.462) * smoothstep(-0.15, 0.15, np.sin(24 * angle + 60 * (y - 0.42)))
    drops = 0.8 * _disc(0.05 * _sectors(angle, 10), 0.4 * (y - 0.53), 0.013, 0.004) * _band(y, 0.485, 0.590)
    rosettes = _rosettes(angle, y)
    vines = _vines(angle + np.pi / _FLOWERS, y) * (rosettes < 0.02)
    return np.clip(np.max([lines, _lotus(angle, y), strokes, rosettes, vines, drops], axis=0), 0.0, 1.0)
