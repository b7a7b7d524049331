"""Things of several parts with thin members and gaps between: furniture, fences, stairs, stacks.

Like the shapes, each stands upright in a local frame with z up.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .random_shapes import random_solid
from .shapes import box, cylinder, sphere
from .surfaces import Points, Surface


def random_assembly(rng: np.random.Generator) -> tuple[Surface, ...]:
    """The parts of one thing; together they have their bounding box's middle at 0 and radius 1."""
    kinds: tuple[Callable[[np.random.Generator], list[Surface]], ...] = (
        _table,
        _chair,
        _fence,
        _stairs,
        _shelf,
        _plant,
        _tower,
    )
    return _normalised_together(kinds[int(rng.integers(len(kinds)))](rng))


def _normalised_together(parts: list[Surface]) -> tuple[Surface, ...]:
    vertices = np.concatenate([part.vertices for part in parts])
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2.0
    scale = 1.0 / np.linalg.norm(vertices - middle, axis=1).max()
    return tuple(part.moved(scale * np.eye(3), -scale * middle) for part in parts)


def _at(surface: Surface, x: float, y: float, z: float) -> Surface:
    return surface.moved(np.eye(3), np.array([x, y, z]))


def _legs(rng: np.random.Generator, half: Points, height: float, thickness: float) -> list[Surface]:
    """Four legs from the floor to `height`, at the corners of a rectangle of half sizes `half [2]`."""
    round_legs = rng.random() < 0.5
    leg = (
        cylinder(thickness, height, thickness * float(rng.uniform(0.5, 1.0)), bevel=0.2 * thickness)
        if round_legs
        else box([2.0 * thickness, 2.0 * thickness, height], 2)
    )
    inset = half - 1.5 * thickness
    return [_at(leg, x * inset[0], y * inset[1], height / 2.0) for x in (-1, 1) for y in (-1, 1)]


def _table(rng: np.random.Generator) -> list[Surface]:
    half, height = rng.uniform(0.4, 1.0, size=2), float(rng.uniform(0.4, 1.2))
    thickness = float(rng.uniform(0.03, 0.1))
    top = _at(box([2 * half[0], 2 * half[1], thickness], 2), 0.0, 0.0, height + thickness / 2.0)
    things = [top, *_legs(rng, half, height, float(rng.uniform(0.02, 0.07)))]
    for _ in range(int(rng.integers(0, 3))):
        size = float(rng.uniform(0.12, 0.3))
        solid = random_solid(rng)
        solid = solid.moved(size * np.eye(3), np.zeros(3))
        x, y = rng.uniform(-0.7, 0.7, size=2) * half
        things.append(_at(solid, x, y, height + thickness - float(solid.vertices[:, 2].min())))
    return things


def _chair(rng: np.random.Generator) -> list[Surface]:
    half, height = rng.uniform(0.35, 0.5, size=2), float(rng.uniform(0.6, 0.9))
    seat = _at(box([2 * half[0], 2 * half[1], 0.08], 2), 0.0, 0.0, height + 0.04)
    thickness, rise = float(rng.uniform(0.02, 0.05)), float(rng.uniform(0.6, 1.0))
    parts = [seat, *_legs(rng, half, height, thickness)]
    count = int(rng.integers(2, 7))
    post = box([2 * thickness, 2 * thickness, rise], 2)
    places = np.linspace(-half[0] + thickness, half[0] - thickness, count)
    parts += [_at(post, float(x), half[1] - thickness, height + rise / 2.0) for x in places]
    parts.append(_at(box([2 * half[0], 0.05, 0.25], 2), 0.0, half[1] - thickness, height + rise))
    return parts


def _fence(rng: np.random.Generator) -> list[Surface]:
    count, thickness = int(rng.integers(5, 10)), float(rng.uniform(0.02, 0.05))
    places = np.linspace(-1.0, 1.0, count)
    post = cylinder(thickness, 1.2, thickness, bevel=0.3 * thickness)
    rails = [_at(box([2.1, 0.03, 0.06], 2), 0.0, 0.0, z) for z in (0.3, 0.95)]
    return [*rails, *(_at(post, float(x), 0.0, 0.6) for x in places)]


def _stairs(rng: np.random.Generator) -> list[Surface]:
    count = int(rng.integers(3, 8))
    rise, run, width = 1.0 / count, float(rng.uniform(0.8, 1.4)) / count, float(rng.uniform(0.5, 1.2))
    return [
        _at(box([run, width, rise * (k + 1)], 2), run * (k - count / 2), 0.0, rise * (k + 1) / 2)
        for k in range(count)
    ]


def _shelf(rng: np.random.Generator) -> list[Surface]:
    boards, width, depth = (
        int(rng.integers(2, 5)),
        float(rng.uniform(0.8, 1.4)),
        float(rng.uniform(0.25, 0.5)),
    )
    height, step = 1.5, 1.5 / boards
    parts = [_at(box([0.05, depth, height], 2), side * width / 2.0, 0.0, height / 2.0) for side in (-1, 1)]
    parts += [_at(box([width, depth, 0.04], 2), 0.0, 0.0, k * step) for k in range(boards + 1)]
    for k in range(boards):
        at = -width / 2.0 + 0.08
        while at < width / 2.0 - 0.2 and rng.random() < 0.9:  # a row of books
            thick, tall = float(rng.uniform(0.04, 0.14)), float(rng.uniform(0.4, 0.85)) * step
            parts.append(
                _at(box([thick, 0.7 * depth, tall], 2), at + thick / 2, 0.0, k * step + 0.02 + tall / 2)
            )
            at += thick + float(rng.choice([0.002, 0.06]))
    return parts


def _plant(rng: np.random.Generator) -> list[Surface]:
    pot = _at(cylinder(0.22, 0.4, 0.32), 0.0, 0.0, 0.2)
    parts = [pot, _at(cylinder(0.04, 0.9, 0.03, bevel=0.01), 0.0, 0.0, 0.75)]
    for _ in range(int(rng.integers(8, 18))):  # leaves
        heading, lift = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(-0.3, 1.2))
        along = np.array([np.cos(heading) * np.cos(lift), np.sin(heading) * np.cos(lift), np.sin(lift)])
        across = np.array([-np.sin(heading), np.cos(heading), 0.0])
        length = float(rng.uniform(0.18, 0.4))
        axes = np.stack([along * length, across * 0.35 * length, np.cross(along, across) * 0.03], axis=1)
        base = np.array([0.0, 0.0, rng.uniform(0.7, 1.25)])
        parts.append(sphere(10).moved(axes, base + 1.05 * length * along))
    return parts


def _tower(rng: np.random.Generator) -> list[Surface]:
    """Solids stacked on each other, each smaller than the one below."""
    parts: list[Surface] = []
    height, size = 0.0, 0.6
    for _ in range(int(rng.integers(2, 5))):
        solid = random_solid(rng).moved(size * np.eye(3), np.zeros(3))
        low, high = solid.vertices[:, 2].min(), solid.vertices[:, 2].max()
        x, y = rng.uniform(-0.1, 0.1, size=2)
        parts.append(_at(solid, float(x), float(y), height - float(low)))
        height += float(high - low) * 0.97
        size *= float(rng.uniform(0.6, 0.95))
    return parts
