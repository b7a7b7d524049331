"""Plain things for composed scenes, their feet at the origin, z up, lengths in metres."""

from __future__ import annotations

import numpy as np

from ....scenes.procedural import Surface
from ....scenes.procedural.shapes import box, cylinder, revolved, sphere, torus

Place = tuple[float, float, float]


def block(width: float, depth: float, height: float, at: Place = (0.0, 0.0, 0.0)) -> Surface:
    """A box."""
    return _at(box([width, depth, height]), at, height / 2.0)


def ball(radius: float, at: Place = (0.0, 0.0, 0.0)) -> Surface:
    """A sphere."""
    return _at(_scaled(sphere(24), radius), at, radius)


def drum(radius: float, height: float, at: Place = (0.0, 0.0, 0.0), top: float | None = None) -> Surface:
    """A cylinder, or a cone's stump."""
    bevel = 0.1 * min(radius, height)
    return _at(cylinder(radius, height, radius if top is None else top, bevel), at, height / 2.0)


def ring(radius: float, thickness: float, at: Place = (0.0, 0.0, 0.0)) -> Surface:
    """A torus that lies flat."""
    return _at(torus(radius, thickness), at, thickness)


def vase(height: float, at: Place = (0.0, 0.0, 0.0)) -> Surface:
    """A bellied vessel."""
    profile = np.array(
        [[0, 0], [0.2, 0], [0.32, 0.2], [0.34, 0.4], [0.2, 0.7], [0.13, 0.85], [0.2, 1.0], [0, 1.0]]
    )
    return _at(revolved(height * profile), at, 0.0)


def table(width: float, depth: float, height: float, at: Place = (0.0, 0.0, 0.0)) -> list[Surface]:
    """A top on four legs."""
    x, y, thick = width / 2.0 - 0.06, depth / 2.0 - 0.06, 0.04
    legs = [
        block(0.06, 0.06, height - thick, _plus(at, (i * x, j * y, 0.0))) for i in (-1, 1) for j in (-1, 1)
    ]
    return [block(width, depth, thick, _plus(at, (0.0, 0.0, height - thick))), *legs]


def chair(at: Place = (0.0, 0.0, 0.0)) -> list[Surface]:
    """A seat with a back towards +y."""
    return [*table(0.45, 0.45, 0.45, at), block(0.45, 0.04, 0.5, _plus(at, (0.0, 0.2, 0.45)))]


def car(at: Place = (0.0, 0.0, 0.0), length: float = 2.0) -> list[Surface]:
    """A body and a cabin, along x."""
    low = 0.06 * length
    return [
        block(length, 0.42 * length, 0.16 * length, _plus(at, (0.0, 0.0, low))),
        block(0.5 * length, 0.38 * length, 0.14 * length, _plus(at, (0.0, 0.0, low + 0.16 * length))),
    ]


def sofa(at: Place = (0.0, 0.0, 0.0)) -> list[Surface]:
    """A seat, a back towards +y and two arms."""
    return [
        block(1.8, 0.8, 0.4, at),
        block(1.8, 0.2, 0.4, _plus(at, (0.0, 0.3, 0.4))),
        *(block(0.2, 0.8, 0.2, _plus(at, (side * 0.8, 0.0, 0.4))) for side in (-1, 1)),
    ]


def slab(width: float, depth: float) -> Surface:
    """A thin floor whose upper face is at height 0."""
    return box([width, depth, 0.02], 24).moved(np.eye(3), np.array([0.0, 0.0, -0.01]))


def _scaled(surface: Surface, factor: float) -> Surface:
    return surface.moved(factor * np.eye(3), np.zeros(3))


def _at(surface: Surface, at: Place, lift: float) -> Surface:
    return surface.moved(np.eye(3), np.array([at[0], at[1], at[2] + lift]))


def _plus(first: Place, second: Place) -> Place:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]
