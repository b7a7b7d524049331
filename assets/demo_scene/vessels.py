"""Ceramics: the painted vase, the tea cup with its saucer, and the terracotta pot."""

from __future__ import annotations

import numpy as np

from . import surfels
from .noise import ValueNoise, mix, smoothstep
from .shapes import lathe, resample, spline, tube
from .surfels import Array, Surfels

_GLAZE = np.array([0.78, 0.79, 0.77])
_COBALT = np.array([0.018, 0.050, 0.30])
_GOLD = np.array([1.0, 0.74, 0.34])

VASE_HEIGHT = 0.66


def _band(height: Array, low: float, high: float, soft: float = 0.004) -> Array:
    return smoothstep(low - soft, low + soft, height) * (1.0 - smoothstep(high - soft, high + soft, height))


def _disc(x: Array, y: Array, radius: float, soft: float = 0.006) -> Array:
    return 1.0 - smoothstep(radius - soft, radius + soft, np.hypot(x, y))


def _rosettes(angle: Array, height: Array, centre: float, count: int, radius: float, girth: float) -> Array:
    """Flowers of eight petals around the belly: ink in [0, 1]."""
    sector = (angle / (2 * np.pi) * count) % 1.0 - 0.5
    x, y = sector * 2 * np.pi * girth / count, height - centre
    r, a = np.hypot(x, y), np.arctan2(y, x)
    edge = radius * (0.72 + 0.28 * np.abs(np.cos(4 * a)))
    outline = 1.0 - smoothstep(0.0, 0.010, np.abs(r - edge))
    wash = 0.42 * (1.0 - smoothstep(edge - 0.01, edge, r)) * smoothstep(0.3 * radius, radius, r)
    spokes = (np.abs(np.sin(4 * a)) < 0.16) & (r < 0.72 * edge) & (r > 0.3 * radius)
    heart = _disc(x, y, 0.24 * radius)
    return np.max([outline, wash, 0.8 * spokes, heart], axis=0)


def _vine(angle: Array, height: Array, centre: float, count: int, girth: float) -> Array:
    """A wavy stem with leaves between the flowers."""
    phase = angle * count
    stem = 1.0 - smoothstep(0.004, 0.009, np.abs(height - centre - 0.035 * np.sin(phase)))
    ink = 0.9 * stem
    for shift, side in ((0.25, 1.0), (0.75, -1.0)):
        sector = (angle / (2 * np.pi) * count + shift) % 1.0 - 0.5
        x, y = sector * 2 * np.pi * girth / count, height - centre - side * 0.030
        leaf = 1.0 - smoothstep(0.8, 1.1, np.hypot(x / 0.034, (y - side * 0.4 * x) / 0.016))
        ink = np.maximum(ink, 0.75 * leaf)
    return ink


def _vase_ink(angle: Array, y: Array) -> Array:
    lines = np.max([_band(y, a, b) for a, b in ((0.012, 0.026), (0.125, 0.132), (0.375, 0.383), (0.47, 0.477))], axis=0)
    lines = np.maximum(lines, _band(y, 0.600, 0.668))
    petals = 0.128 - 0.09 * np.abs(np.sin(9 * angle)) ** 0.7
    lotus = _band(y, 0.03, 0.12) * (1.0 - smoothstep(0.0, 0.010, np.abs(y - (0.155 - petals))))
    lotus = np.maximum(lotus, 0.38 * _band(y, 0.03, 0.12) * smoothstep(0.0, 0.01, y - (0.155 - petals)))
    key = 0.85 * _band(y, 0.392, 0.462) * (smoothstep(-0.15, 0.15, np.sin(24 * angle + 60 * (y - 0.42))))
    rosettes = _rosettes(angle, y, 0.252, 6, 0.086, 0.205)
    vines = _vine(angle + np.pi / 6, y, 0.252, 6, 0.205) * (rosettes < 0.02) * _band(y, 0.135, 0.370)
    neck = 0.8 * _band(y, 0.485, 0.590) * _disc(((angle * 10 / (2 * np.pi)) % 1.0 - 0.5) * 0.05, (y - 0.53) * 0.4, 0.013, 0.004)
    return np.clip(np.max([lines, lotus, key, rosettes, vines, neck], axis=0), 0.0, 1.0)


def vase(h: float, seed: int) -> Surfels:
    """A glazed vase with cobalt painting, 0.66 high, standing at the origin."""
    outer = spline(
        np.array([[0.115, 0.0], [0.12, 0.02], [0.165, 0.12], [0.212, 0.26], [0.165, 0.40], [0.085, 0.50], [0.074, 0.565], [0.118, 0.66]])
    )
    inner = spline(np.array([[0.110, 0.662], [0.064, 0.57], [0.074, 0.49], [0.12, 0.43]]))
    samples = lathe(np.vstack([outer, [0.114, 0.664], inner]), h)
    y = samples.points[:, 1]
    outside = samples.v < np.linalg.norm(np.diff(outer, axis=0), axis=1).sum()
    uneven = ValueNoise(seed).fractal(samples.points * 14.0, 2)
    ink = np.where(outside, _vase_ink(samples.u, y), 0.0) * (0.72 + 0.4 * uneven)
    colour = mix(_GLAZE, _COBALT, np.clip(ink, 0.0, 1.0))
    colour[~outside] *= 0.55
    return surfels.make(*samples.shape, albedo=colour, f0=0.055)


def _handle(h: float) -> Surfels:
    curve = spline(np.array([[0.118, 0.135, 0], [0.165, 0.15, 0], [0.197, 0.11, 0], [0.165, 0.065, 0], [0.095, 0.05, 0]]))
    samples = tube(curve, lambda s: 0.0125 + 0.004 * np.abs(2 * s - 1) ** 2, 0.7 * h)
    return surfels.make(*samples.shape, albedo=_GLAZE, f0=0.055)


def _gilded(samples_y: Array, radius: Array, rims: tuple[tuple[float, float], ...]) -> Array:
    """Share of gold at points of the given height and radius: 1 within 5 mm of a rim (radius, height)."""
    distance = np.min([np.hypot(radius - r, samples_y - y) for r, y in rims], axis=0)
    return 1.0 - smoothstep(0.008, 0.012, distance)


def _china(profile: Array, rims: tuple[tuple[float, float], ...], h: float) -> Surfels:
    samples = lathe(profile, h)
    radius = np.hypot(samples.points[:, 0], samples.points[:, 2])
    gold = _gilded(samples.points[:, 1], radius, rims)
    return surfels.make(*samples.shape, albedo=mix(_GLAZE, 0.02 * _GOLD, gold), f0=mix(np.full(3, 0.055), 0.9 * _GOLD, gold))


def tea_cup(h: float) -> Surfels:
    """A porcelain cup with gilded rims and tea, on a saucer, standing at the origin."""
    saucer = spline(np.array([[0.09, 0.002], [0.11, 0.012], [0.20, 0.030], [0.238, 0.048], [0.236, 0.054], [0.19, 0.040], [0.10, 0.022], [0.004, 0.022]]))
    cup = spline(np.array([[0.065, 0.020], [0.068, 0.036], [0.105, 0.062], [0.137, 0.12], [0.152, 0.19]]))
    inside = spline(np.array([[0.147, 0.1925], [0.130, 0.12], [0.095, 0.066], [0.004, 0.056]]))
    tea, _, _ = resample(np.array([[0.1405, 0.160], [0.003, 0.160]]), 0.01)
    china = _china(np.vstack([cup, inside]), ((0.150, 0.1915),), h)
    liquid = lathe(tea, h)
    amber = surfels.make(*liquid.shape, albedo=[0.24, 0.065, 0.010], f0=0.045, opacity=0.86)
    plate = _china(saucer, ((0.237, 0.051), (0.125, 0.0235)), h)
    return surfels.concatenate([plate, china, _handle(h), amber])


def terracotta_pot(h: float, seed: int) -> Surfels:
    """A matt clay pot filled with soil, 0.25 high, standing at the origin."""
    profile = np.array(
        [[0.10, 0.0], [0.106, 0.004], [0.148, 0.176], [0.166, 0.178], [0.171, 0.185], [0.178, 0.245], [0.172, 0.252]]
        + [[0.158, 0.250], [0.152, 0.225]]
    )
    noise = ValueNoise(seed)
    clay = lathe(profile, h)
    tone = noise.fractal(clay.points * 9.0)
    lime = smoothstep(0.55, 0.75, noise.fractal(clay.points * 5.0 + 4.0))
    colour = mix([0.50, 0.165, 0.070], [0.34, 0.105, 0.048], tone)
    colour = mix(colour, [0.55, 0.42, 0.34], 0.45 * lime)
    soil = lathe(np.array([[0.155, 0.228], [0.004, 0.236]]), h)
    soil.points[:, 1] += 0.012 * noise(soil.points * 45.0)
    crumbs = noise.fractal(soil.points * 40.0, 2)
    earth = mix([0.022, 0.013, 0.008], [0.12, 0.075, 0.045], smoothstep(0.35, 0.75, crumbs))
    pot = surfels.make(*clay.shape, albedo=colour)
    return surfels.concatenate([pot, surfels.make(*soil.shape, albedo=earth)])
