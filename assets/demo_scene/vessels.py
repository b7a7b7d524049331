"""Ceramics: the painted vase, the tea cup with its saucer, and the terracotta pot."""

from __future__ import annotations

import numpy as np

from . import surfels
from .noise import ValueNoise, mix, smoothstep
from .painting import vase_ink
from .shapes import Samples, lathe, resample, spline, tube
from .surfels import Array, Surfels

_GLAZE = np.array([0.78, 0.79, 0.77])
_COBALT = np.array([0.018, 0.050, 0.30])
_GOLD = np.array([1.0, 0.74, 0.34])

VASE_HEIGHT = 0.66


def _lip(radius: float, height: float, thickness: float, h: float) -> Samples:
    """A rounded edge, sampled finely: seen from the side, coarse flat samples would stick out of it."""
    turn = np.linspace(-0.2 * np.pi, 1.2 * np.pi, 24)
    return lathe(
        np.column_stack([radius + thickness * np.cos(turn), height + thickness * np.sin(turn)]), 0.55 * h
    )


def vase(h: float, seed: int) -> Surfels:
    """A glazed vase with cobalt painting, 0.66 high, standing at the origin."""
    lower = [[0.115, 0.0], [0.12, 0.02], [0.165, 0.12], [0.212, 0.26], [0.165, 0.40]]
    outer = spline(np.array([*lower, [0.085, 0.50], [0.074, 0.565], [0.114, 0.653]]))
    inner = spline(np.array([[0.107, 0.655], [0.064, 0.57], [0.074, 0.49], [0.12, 0.43]]))
    samples = lathe(np.vstack([outer, inner]), h)
    y = samples.points[:, 1]
    outside = samples.v < np.linalg.norm(np.diff(outer, axis=0), axis=1).sum()
    uneven = ValueNoise(seed).fractal(samples.points * 14.0, 2)
    ink = np.where(outside, vase_ink(samples.u, y), 0.0) * (0.72 + 0.4 * uneven)
    colour = mix(_GLAZE, _COBALT, np.clip(ink, 0.0, 1.0))
    colour[~outside] *= 0.55
    body = surfels.make(*samples.shape, albedo=colour, f0=0.055)
    lip = _lip(0.1105, 0.656, 0.0065, h)
    return surfels.concatenate([body, surfels.make(*lip.shape, albedo=_COBALT, f0=0.055)])


def _handle(h: float) -> Surfels:
    curve = spline(
        np.array([[0.118, 0.135, 0], [0.165, 0.15, 0], [0.197, 0.11, 0], [0.165, 0.065, 0], [0.095, 0.05, 0]])
    )
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
    return surfels.make(
        *samples.shape, albedo=mix(_GLAZE, 0.02 * _GOLD, gold), f0=mix(np.full(3, 0.055), 0.9 * _GOLD, gold)
    )


def tea_cup(h: float) -> Surfels:
    """A porcelain cup with gilded rims and tea, on a saucer, standing at the origin."""
    saucer = spline(
        np.array(
            [
                [0.09, 0.002],
                [0.11, 0.012],
                [0.20, 0.030],
                [0.238, 0.048],
                [0.236, 0.054],
                [0.19, 0.040],
                [0.10, 0.022],
                [0.004, 0.022],
            ]
        )
    )
    cup = spline(np.array([[0.065, 0.020], [0.068, 0.036], [0.105, 0.062], [0.137, 0.12], [0.152, 0.19]]))
    inside = spline(np.array([[0.145, 0.190], [0.130, 0.12], [0.095, 0.066], [0.004, 0.056]]))
    tea, _, _ = resample(np.array([[0.1405, 0.160], [0.003, 0.160]]), 0.01)
    china = _china(np.vstack([cup, inside]), ((0.150, 0.1915),), h)
    edge = _lip(0.1485, 0.1905, 0.0045, 0.9 * h)
    gilt = surfels.make(*edge.shape, albedo=0.02 * _GOLD, f0=0.9 * _GOLD)
    liquid = lathe(tea, h)
    amber = surfels.make(*liquid.shape, albedo=[0.24, 0.065, 0.010], f0=0.045, opacity=0.86)
    plate = _china(saucer, ((0.237, 0.051), (0.125, 0.0235)), h)
    return surfels.concatenate([plate, china, gilt, _handle(h), amber])


def terracotta_pot(h: float, seed: int) -> Surfels:
    """A matt clay pot filled with soil, 0.25 high, standing at the origin."""
    wall = [[0.10, 0.0], [0.106, 0.004], [0.148, 0.176]]
    collar = [[0.166, 0.178], [0.171, 0.185], [0.178, 0.245], [0.172, 0.252], [0.158, 0.250], [0.152, 0.225]]
    profile = np.array([*wall, *collar])
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
