"""Draws shapes at random: simple solids, bent, twisted, roughened and cut, and things made of several parts.

Every shape has its bounding box's middle at the origin and its farthest vertex at distance 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.interpolate import CubicSpline

from .noise import fractal_noise
from .shapes import (
    box,
    cylinder,
    extruded,
    revolved,
    sphere,
    star_polygon,
    superquadric,
    torus,
    torus_knot,
    tube,
)
from .surfaces import Points, Surface, intersect, subtract

_CUT_SHARE = 0.3
_DEFORMED_SHARE = 0.35
_ROUGH_SHARE = 0.12


def random_solid(rng: np.random.Generator) -> Surface:
    """One closed surface of any kind."""
    kinds: tuple[tuple[Callable[[np.random.Generator], Surface], float], ...] = (
        (_box, 1.4),
        (_sphere, 0.8),
        (_cylinder, 1.2),
        (_torus, 0.5),
        (_superquadric, 0.9),
        (_prism, 1.2),
        (_lathe, 1.3),
        (_blob, 1.2),
        (_knot, 0.5),
        (_wire, 0.6),
    )
    weights = np.array([weight for _, weight in kinds])
    number = int(rng.choice(len(kinds), p=weights / weights.sum()))
    surface = kinds[number][0](rng).normalised()
    if rng.random() < _ROUGH_SHARE:
        surface = roughened(surface, rng, rng.uniform(0.02, 0.08), rng.uniform(2.0, 5.0))
    if rng.random() < _DEFORMED_SHARE:
        surface = deformed(surface, rng).normalised()
    if rng.random() < _CUT_SHARE:
        surface = carved(surface, rng)
    return surface.normalised()


def deformed(surface: Surface, rng: np.random.Generator) -> Surface:
    """`surface` twisted about z, bent over or tapered."""
    kind, amount = int(rng.integers(3)), float(rng.uniform(0.3, 1.2) * rng.choice([-1.0, 1.0]))
    if kind == 0:
        return surface.warped(lambda points: _twisted(points, amount))
    if kind == 1:
        return surface.warped(lambda points: _bent(points, 0.8 * amount))
    return surface.warped(lambda points: points * (1.0 + 0.4 * amount * points[:, 2:]) ** [1.0, 1.0, 0.0])


def roughened(surface: Surface, rng: np.random.Generator, amount: float, frequency: float) -> Surface:
    """Every vertex moved by smooth noise of strength `amount`, `frequency` features a unit."""
    shift = rng.uniform(0.0, 30.0, size=3)

    def field(points: Points) -> Points:
        at = (points * frequency + shift).astype(np.float32)
        return points + amount * fractal_noise(
            at, np.zeros(len(at), np.float32), octaves=3, gain=0.4, channels=3
        )

    return surface.warped(field)


def carved(surface: Surface, rng: np.random.Generator) -> Surface:
    """`surface` with one to three simple solids cut out of it, or cut down to the inside of one."""
    for _ in range(int(rng.integers(1, 4))):
        cutter = _cutter(rng)
        if rng.random() < 0.15:
            surface = intersect(surface, cutter.moved(1.6 * np.eye(3), rng.normal(0.0, 0.2, size=3)))
            continue
        where = surface.vertices[int(rng.integers(len(surface.vertices)))] * rng.uniform(0.0, 1.0)
        size = np.diag(rng.uniform(0.15, 0.55, size=3))
        surface = subtract(surface, cutter.moved(random_rotation(rng) @ size, where))
    return surface


def random_rotation(rng: np.random.Generator) -> Points:
    """Even over all rotations, `[3, 3]`."""
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.linalg.det(q)


def _box(rng: np.random.Generator) -> Surface:
    size = np.exp(rng.uniform(-1.2, 0.3, size=3))
    if rng.random() < 0.2:
        size[int(rng.integers(3))] = 0.04  # a plate
    return box(size)


def _sphere(rng: np.random.Generator) -> Surface:
    return sphere().moved(np.diag(np.exp(rng.uniform(-0.4, 0.2, size=3))), np.zeros(3))


def _cylinder(rng: np.random.Generator) -> Surface:
    height = float(np.exp(rng.uniform(-1.5, 1.0)))
    radius = float(rng.uniform(0.25, 0.6)) if rng.random() < 0.85 else 0.06  # a pole
    tops = (radius, 0.0, radius * float(rng.uniform(0.4, 1.0)))
    top = tops[int(rng.choice(3, p=[0.5, 0.25, 0.25]))]
    return cylinder(radius, max(height, 0.12), top, bevel=0.03 * min(1.0, 5.0 * radius))


def _torus(rng: np.random.Generator) -> Surface:
    return torus(0.7, float(rng.uniform(0.05, 0.35)))


def _superquadric(rng: np.random.Generator) -> Surface:
    exponents = (float(rng.uniform(0.15, 2.0)), float(rng.uniform(0.15, 2.0)))
    return superquadric(exponents, np.exp(rng.uniform(-0.7, 0.0, size=3)))


def _prism(rng: np.random.Generator) -> Surface:
    polygon = star_polygon(rng, int(rng.integers(3, 13)), float(rng.uniform(0.1, 0.7)))
    twist = float(rng.uniform(-90.0, 90.0)) if rng.random() < 0.4 else 0.0
    return extruded(
        polygon, float(rng.uniform(0.1, 2.0)), twist_deg=twist, top_scale=float(rng.choice([1.0, 1.0, 0.5]))
    )


def _lathe(rng: np.random.Generator) -> Surface:
    """A vase, bottle, bowl or turned leg: a smooth outline; bowls are hollow."""
    knots = int(rng.integers(4, 8))
    at = np.linspace(0.0, 1.0, knots)
    outline = CubicSpline(at, rng.uniform(0.12, 0.6, size=knots))
    height = np.linspace(0.0, 1.0, 40)
    radius = np.clip(outline(height), 0.06, 0.8)
    stretch = float(rng.uniform(0.7, 1.8))
    outside = np.stack([radius, stretch * height], axis=1)
    if rng.random() < 0.4:  # a solid one
        return revolved(np.concatenate([[[0.0, 0.0]], outside, [[0.0, stretch]]]))
    wall = float(rng.uniform(0.02, 0.04))
    inside = np.stack([np.maximum(radius[:3:-1] - wall, 0.02), stretch * height[:3:-1]], axis=1)
    inside[:, 0] = np.minimum(inside[:, 0], radius[:3:-1] - 0.01)
    return revolved(np.concatenate([[[0.0, 0.0]], outside, inside, [[0.0, inside[-1, 1]]]]))


def _blob(rng: np.random.Generator) -> Surface:
    ball = sphere(40).moved(np.diag(np.exp(rng.uniform(-0.5, 0.2, size=3))), np.zeros(3))
    return roughened(ball, rng, float(rng.uniform(0.08, 0.25)), float(rng.uniform(0.8, 2.2)))


def _knot(rng: np.random.Generator) -> Surface:
    p, q = ((2, 3), (3, 2), (2, 5), (3, 4), (1, 4))[int(rng.integers(5))]
    return torus_knot(p, q, float(rng.uniform(0.06, 0.2)))


def _wire(rng: np.random.Generator) -> Surface:
    """A smooth curve through random points, thick as a wire or a branch."""
    knots = int(rng.integers(4, 7))
    curve = CubicSpline(np.arange(knots), rng.uniform(-1.0, 1.0, size=(knots, 3)))(
        np.linspace(0, knots - 1, 70)
    )
    thickness = float(rng.uniform(0.03, 0.14))
    return tube(curve, thickness * np.linspace(1.0, float(rng.uniform(0.4, 1.0)), 70), closed=False)


def _cutter(rng: np.random.Generator) -> Surface:
    kind = int(rng.integers(4))
    if kind == 0:
        return box([1.4, 1.4, 1.4], 1)
    if kind == 1:
        return sphere(16)
    if kind == 2:
        return cylinder(0.7, 4.0, 0.7)
    return extruded(star_polygon(rng, 6, 0.4), 3.0)


def _twisted(points: Points, rate: float) -> Points:
    """Turned about z by `rate` [rad] a unit of height."""
    angle = rate * points[:, 2]
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = points[:, 0], points[:, 1]
    return np.stack([cos * x - sin * y, sin * x + cos * y, points[:, 2]], axis=1)


def _bent(points: Points, rate: float) -> Points:
    """Bent towards x by `rate` [rad] a unit of height, |rate| < 1, lengths along the z axis kept."""
    angle, radius = rate * points[:, 2], 1.0 / rate - points[:, 0]
    return np.stack([1.0 / rate - radius * np.cos(angle), points[:, 1], radius * np.sin(angle)], axis=1)
