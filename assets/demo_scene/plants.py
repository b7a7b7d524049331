"""Thin things that grow: the cherry twig in the vase and the cactus with its spines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import surfels
from .noise import ValueNoise, mix, smoothstep
from .shapes import patch, rotation, rotation_to, spline, tube
from .surfels import Array, Surfels

_BARK = np.array([0.115, 0.062, 0.045])


def _twig_curve(rng: np.random.Generator, start: Array, heading: Array, length: float) -> Array:
    """A knotty curve from `start` along `heading`, bending upwards a little."""
    knots, direction = [start], heading / np.linalg.norm(heading)
    for _ in range(6):
        direction = direction + rng.normal(0.0, 0.17, 3) + np.array([0.0, 0.07, 0.0])
        direction /= np.linalg.norm(direction)
        knots.append(knots[-1] + direction * length / 6)
    return spline(np.array(knots), 8)


def _grow(
    rng: np.random.Generator, start: Array, heading: Array, length: float, radius: float
) -> list[tuple[Array, float]]:
    """A twig and its side twigs, as (curve, radius at the start)."""
    curve = _twig_curve(rng, start, heading, length)
    twigs = [(curve, radius)]
    if length < 0.16:
        return twigs
    for share in (0.32, 0.5, 0.66, 0.82):
        index = int(share * (len(curve) - 1))
        ahead = curve[index + 1] - curve[index]
        aside = np.cross(ahead, rng.normal(size=3))
        turned = (
            0.75 * ahead / np.linalg.norm(ahead) + 0.72 * aside / np.linalg.norm(aside) + [0.0, 0.12, 0.0]
        )
        twigs += _grow(
            rng, curve[index], turned, length * rng.uniform(0.38, 0.55), 0.62 * radius * (1.1 - 0.5 * share)
        )
    return twigs


def _bark(curve: Array, radius: float, h: float, noise: ValueNoise) -> Surfels:
    if radius > 0.75 * h:
        samples = tube(curve, lambda s: radius * (1.0 - 0.55 * s), min(h, 1.1 * radius))
        tone = noise.fractal(samples.points * [60.0, 25.0, 60.0], 2)
        return surfels.make(*samples.shape, albedo=mix(0.55 * _BARK, 1.9 * _BARK, tone))
    ends = curve[:: max(1, round(1.5 * h / np.linalg.norm(curve[1] - curve[0])))]
    facing = np.broadcast_to([0.3, 1.0, 0.2], ends[1:].shape)
    thin = radius * np.linspace(1.0, 0.5, len(ends) - 1)
    return surfels.make(*surfels.needles(ends[:-1], ends[1:], thin, facing), albedo=1.1 * _BARK, opacity=0.95)


def _petal_shape(curl: float, lift: float, relative_width: float) -> Callable[[Array, Array], Array]:
    def surface(u: Array, v: Array) -> Array:
        rising = 0.14 + 0.86 * np.sin(0.5 * np.pi * np.clip(v / 0.6, 0.0, 1.0))
        rounded = np.sqrt(np.clip(1.0 - (np.maximum(v - 0.6, 0.0) / 0.43) ** 2, 0.02, 1.0))
        notch = 0.13 * np.exp(-((7.0 * (u - 0.5)) ** 2)) * v**5
        x = (u - 0.5) * 0.84 * rising * rounded * relative_width
        y = lift * v + curl * v * v + 0.5 * x * x
        return np.column_stack([x, y, v * (1.0 - notch)])

    return surface


def petal(rng: np.random.Generator, nu: int, nv: int, width: float = 1.0) -> Surfels:
    """One petal of length 1 along z from the origin, its upper side towards +y, of relative `width`."""
    shape = _petal_shape(rng.uniform(0.05, 0.35), rng.uniform(0.15, 0.45), width)
    samples = patch(lambda u, v: shape(1.0 - u, v), nu, nv)
    blush = (1.0 - smoothstep(0.0, 0.55, samples.v)) * 0.75 + 0.25 * rng.random()
    colour = mix([0.93, 0.69, 0.74], [0.82, 0.17, 0.33], np.clip(blush, 0, 1))
    return surfels.make(*samples.shape, albedo=colour, opacity=0.93, translucency=0.42, two_sided=True)


def _stamens(rng: np.random.Generator, count: int) -> Surfels:
    angle, lean = rng.uniform(0, 2 * np.pi, count), rng.uniform(0.1, 0.75, count)
    tips = np.column_stack([lean * np.cos(angle), np.full(count, 0.62), lean * np.sin(angle)])
    tips *= rng.uniform(0.75, 1.0, count)[:, None]
    roots = 0.12 * tips
    up = np.broadcast_to([0.05, 1.0, 0.02], tips.shape)
    threads = surfels.make(*surfels.needles(roots, tips, 0.028, up), albedo=[0.85, 0.52, 0.55], opacity=0.85)
    knobs = surfels.needles(tips, tips + 0.1 * tips, 0.09, up)
    return surfels.concatenate(
        [threads, surfels.make(*knobs, albedo=[0.90, 0.58, 0.08], emission=[0.03, 0.015, 0.0])]
    )


def blossom(rng: np.random.Generator, h: float, size: float) -> Surfels:
    """A five-petalled blossom around +y, petals of length `size`."""
    cells = max(3, round(size / h))
    parts = [_stamens(rng, 9)]
    for k in range(5):
        turn = rotation([0.0, 1.0, 0.0], 2 * np.pi * k / 5 + rng.normal(0.0, 0.06))
        tilt = rotation([1.0, 0.0, 0.0], -rng.uniform(0.0, 0.35))
        parts.append(petal(rng, cells, cells).placed([0.0, 0.0, 0.0], turn @ tilt))
    flower = surfels.concatenate(parts)
    return flower.placed([0.0, 0.0, 0.0], scale=size)


def _flowers(rng: np.random.Generator, twigs: list[tuple[Array, float]], h: float) -> list[Surfels]:
    parts = []
    for curve, radius in twigs:
        if radius > 0.009:
            continue
        for share in np.arange(0.25, 1.01, 0.19):
            if rng.random() < 0.47:
                continue
            at = curve[int(share * (len(curve) - 1))]
            direction = rng.normal(size=3) + np.array([0.0, 0.35, 0.25])
            direction /= np.linalg.norm(direction)
            turn = rotation_to(direction) @ rotation([0.0, 1.0, 0.0], rng.uniform(0, 2 * np.pi))
            size = rng.uniform(0.036, 0.052)
            parts.append(blossom(rng, h, size).placed(at + 0.012 * direction, turn))
    return parts


def cherry_twig(h: float, seed: int) -> Surfels:
    """Three blossoming twigs that leave the origin upwards."""
    rng, noise = np.random.default_rng(seed), ValueNoise(seed)
    twigs: list[tuple[Array, float]] = []
    for heading, length in (([-0.55, 1.0, 0.10], 0.85), ([0.50, 1.0, 0.25], 0.66), ([0.05, 1.0, -0.40], 0.6)):
        twigs += _grow(rng, np.array([0.0, 0.0, 0.0]), np.array(heading), length, 0.0135)
    bark = [_bark(curve, radius, h, noise) for curve, radius in twigs]
    return surfels.concatenate(bark + _flowers(rng, twigs, 0.9 * h))


def fallen_petals(h: float, seed: int, count: int, reach: float) -> Surfels:
    """Petals lying on the plane y = 0 within `reach` of the origin."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(count):
        size, cells = rng.uniform(0.040, 0.052), max(3, round(0.045 / h))
        where, spin = reach * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
        turn = rotation([0.0, 1.0, 0.0], rng.uniform(0, 2 * np.pi)) @ rotation(
            [1.0, 0.0, 0.0], rng.uniform(0.1, 0.3)
        )
        place = [where * np.cos(spin), 0.010, where * np.sin(spin)]
        parts.append(petal(rng, cells, cells).placed(place, turn, size))
    return surfels.concatenate(parts)


_RIBS = 13


def _cactus_surface(u: Array, v: Array) -> Array:
    angle, polar = 2 * np.pi * u, np.pi * (0.86 - 0.86 * v)
    rib = np.abs(np.cos(0.5 * _RIBS * angle)) ** 0.8
    radius = 0.135 * (0.80 + 0.24 * rib * np.sin(polar) ** 0.5)
    ring = radius * np.sin(polar)
    return np.column_stack([ring * np.cos(angle), -1.12 * radius * np.cos(polar), ring * np.sin(angle)])


def _spines(rng: np.random.Generator) -> Surfels:
    """Star-shaped bundles of needles along the ribs."""
    rib, row = (
        a.ravel()
        for a in np.meshgrid(np.arange(_RIBS, dtype=np.float64), np.linspace(0.24, 0.93, 9), indexing="ij")
    )
    u = rib / _RIBS
    root = _cactus_surface(u, row)
    out = root / np.linalg.norm(root, axis=1, keepdims=True)
    count = 11
    root, out = np.repeat(root, count, axis=0), np.repeat(out, count, axis=0)
    spread = rng.normal(size=root.shape)
    heading = 0.55 * out + 0.85 * spread / np.linalg.norm(spread, axis=1, keepdims=True)
    heading += np.maximum(0.0, 0.25 - np.einsum("ni,ni->n", heading, out))[:, None] * out
    tip = root + heading * rng.uniform(0.030, 0.058, len(root))[:, None]
    middle = 0.5 * (root + tip)
    colour = mix([0.80, 0.72, 0.52], [0.62, 0.30, 0.16], rng.random(len(root)) ** 3)
    lower = surfels.make(*surfels.needles(root, middle, 0.0015, out), albedo=colour, opacity=0.75)
    upper = surfels.make(*surfels.needles(middle, tip, 0.0009, out), albedo=colour, opacity=0.65)
    return surfels.concatenate([lower, upper])


def cactus(h: float, seed: int) -> Surfels:
    """A ribbed ball cactus with spines and a flower on top, its middle at the origin."""
    rng, noise = np.random.default_rng(seed), ValueNoise(seed)
    nu, nv = (max(_RIBS * 3, round(2 * np.pi * 0.135 / h)), max(10, round(0.42 / h)))
    body = patch(lambda u, v: _cactus_surface(1.0 - u, v), nu, nv)
    rib = np.abs(np.cos(0.5 * _RIBS * 2 * np.pi * body.u))
    tone = noise.fractal(body.points * 30.0, 2)
    skin = mix([0.040, 0.135, 0.060], [0.20, 0.42, 0.15], np.clip(rib**2 * 0.9 + 0.5 * tone - 0.2, 0, 1))
    parts = [surfels.make(*body.shape, albedo=skin, f0=0.02), _spines(rng)]
    for k, (lean, size) in enumerate(((0.25, 0.085), (0.65, 0.080), (1.0, 0.070))):
        for j in range(7 + k):
            leaf = petal(rng, max(3, round(0.05 / h)), max(4, round(0.09 / h)), 0.55)
            leaf.albedo[:] = mix(
                [0.86, 0.10, 0.34], [0.95, 0.42, 0.52], smoothstep(0.2, 1.0, leaf.points[:, 2])
            )
            turn = rotation([0, 1, 0], 2 * np.pi * (j + 0.4 * k) / (7 + k)) @ rotation(
                [1, 0, 0], -1.35 + lean
            )
            parts.append(leaf.placed([0.0, 0.128, 0.0], turn, size))
    parts.append(_stamens(rng, 24).placed([0.0, 0.140, 0.0], scale=0.055))
    return surfels.concatenate(parts)
