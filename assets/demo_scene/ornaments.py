"""Things that shine or let light through: the golden knot, glass marbles, soap bubbles and steam."""

from __future__ import annotations

import numpy as np

from . import surfels
from .noise import ValueNoise, mix, smoothstep
from .shapes import sphere, tube
from .surfels import Array, Surfels

_GOLD = np.array([1.0, 0.71, 0.29])
_MARBLE_COLOURS = (
    [0.02, 0.10, 0.42],
    [0.45, 0.03, 0.03],
    [0.02, 0.28, 0.20],
    [0.55, 0.26, 0.02],
    [0.20, 0.04, 0.30],
)


def golden_knot(h: float) -> Surfels:
    """A trefoil knot of polished metal, about 0.27 in radius, its middle at the origin, its axis along z."""
    t = np.linspace(0.0, 2 * np.pi, 400)
    ring = 0.185 + 0.075 * np.cos(3 * t)
    curve = np.column_stack([ring * np.cos(2 * t), ring * np.sin(2 * t), 0.085 * np.sin(3 * t)])
    samples = tube(curve, lambda s: np.full_like(s, 0.048), h, closed=True)
    return surfels.make(*samples.shape, albedo=0.01, f0=_GOLD)


def marble(h: float, radius: float, colour: int, seed: int) -> Surfels:
    """A glossy ball with swirls of one of five colours, its middle at the origin."""
    noise, ball = ValueNoise(seed), sphere(radius, h)
    unit = ball.points / radius
    swirl = noise.fractal(
        np.column_stack([unit[:, 0] * 1.5, unit[:, 1] * 4.0, unit[:, 2] * 1.5]) + colour * 3.0, 3
    )
    bright = np.asarray(_MARBLE_COLOURS[colour % len(_MARBLE_COLOURS)])
    albedo = mix(bright, 0.25 * bright + 0.60, smoothstep(0.52, 0.62, swirl))
    return surfels.make(*ball.shape, albedo=albedo, f0=0.06)


def bubble(h: float, radius: float, seed: int) -> Surfels:
    """A soap bubble: a clear shell whose colours come from the thickness of its film."""
    ball = sphere(radius, h)
    swirl = ValueNoise(seed).fractal(ball.points / radius * 1.3 + 5.0, 3)
    film = 330.0 + 260.0 * (0.5 - 0.5 * ball.v) + 260.0 * (swirl - 0.5)
    return surfels.make(*ball.shape, albedo=0.0, f0=1.0, opacity=0.09, two_sided=True, film=film)


def steam(seed: int, count: int) -> Surfels:
    """Two wisps of vapour that rise 0.42 from the origin, as large faint blobs."""
    rng = np.random.default_rng(seed)
    share = (np.arange(count) + 0.5) / count
    phase = np.pi * (np.arange(count) % 2)
    swing = 0.030 + 0.055 * share
    centre = np.column_stack(
        [swing * np.cos(5.0 * share + phase), 0.42 * share, swing * np.sin(5.0 * share + phase)]
    )
    points = centre + rng.normal(size=(count, 3)) * (0.010 + 0.018 * share)[:, None]
    sigma = (0.011 + 0.020 * share)[:, None] * rng.uniform(0.7, 1.3, (count, 3)) * [0.8, 1.7, 0.8]
    fade = np.sin(np.pi * np.clip(share, 0, 1) ** 0.6) ** 1.2
    axes: Array = np.broadcast_to(np.eye(3), (count, 3, 3)).copy()
    opacity = np.maximum(0.085 * fade, 0.006)
    return surfels.make(points, axes, sigma, albedo=0.9, opacity=opacity, translucency=0.5, two_sided=True)
