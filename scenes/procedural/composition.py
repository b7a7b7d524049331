"""Puts a scene together from a seed: things, stage, light and views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .assemblies import random_assembly
from .random_shapes import random_rotation, random_solid
from .random_textures import random_texture
from .scene import Lamp, Lighting, Material, Part, ProceduralScene, Role
from .stages import Site, Stage, backdrop, landscape, room, table_top, void
from .surfaces import Points, Surface
from .view_rigs import RigLimits, dome, framed, ring, side_by_side

_STAGES: tuple[tuple[Callable[[np.random.Generator, Site], Stage], float], ...] = (
    (room, 0.28),
    (landscape, 0.27),
    (backdrop, 0.15),
    (table_top, 0.18),
    (void, 0.12),
)
_ASSEMBLY_SHARE = 0.3
_GLOSSY_SHARE = 0.3
_MAX_SPOTS = 4_000  # to find out how much of a picture the subject fills
_CLEARANCE = 0.15  # of cameras above the ground [radii of the subject]


def procedural_scene(seed: int) -> ProceduralScene:
    """The scene of `seed`, the same in every process.

    Args:
        seed: 0 or more.

    Raises:
        RowsplatError: manifold3d is not installed.
    """
    rng = np.random.default_rng(np.random.SeedSequence([0x5CE11E, seed]))
    things = _unit_sized(_arranged(rng))
    ground = min(float(surface.vertices[:, 2].min()) for thing in things for surface in thing)
    subject = _painted(rng, things)
    distance = float(rng.uniform(1.7, 3.2))
    kind = int(rng.choice(len(_STAGES), p=[share for _, share in _STAGES]))
    stage = _STAGES[kind][0](rng, Site(ground=ground, distance=distance, first_label=len(things) + 1))
    limits = RigLimits(
        azimuth=stage.azimuth,
        arc=stage.arc,
        elevation=(4.0, stage.highest),
        distance=distance,
        lowest=ground + _CLEARANCE,
    )
    rig = (ring, dome, side_by_side)[int(rng.choice(3, p=[0.4, 0.25, 0.35]))]
    samples = np.concatenate([_spots(part.surface) for part in subject])
    views = rig(rng, limits, int(rng.integers(6, 11)))
    samples = samples[:: max(1, len(samples) // _MAX_SPOTS)]
    views = framed(rng, views, samples, coverage=0.55 if stage.name == "void" else 0.3)
    return ProceduralScene(
        seed=seed,
        parts=(*subject, *stage.parts),
        lighting=_lighting(rng, stage),
        views=views,
        layout=f"{stage.name}/{rig.__name__}",
    )


def _spots(surface: Surface) -> Points:
    """A few points inside each of the larger triangles, all corners of the small, `[M, 3]`."""
    corners = surface.vertices[surface.faces]
    shares = np.array([[1, 0, 0], [4, 1, 1], [1, 4, 1], [1, 1, 4], [2, 2, 2]]) / np.array(
        [[1], [6], [6], [6], [6]]
    )
    return (shares @ corners[:: max(1, len(corners) // 1000)]).reshape(-1, 3)


def _arranged(rng: np.random.Generator) -> list[list[Surface]]:
    """Two to seven things, beside, against and on top of each other, the ground at 0."""
    placed: list[list[Surface]] = []
    for _ in range(int(rng.integers(2, 8))):
        thing = _thing(rng)
        low = min(part.vertices[:, 2].min() for part in thing)
        offset = np.array([0.0, 0.0, -low])
        if placed:
            offset += _beside_or_upon(rng, placed[int(rng.integers(len(placed)))], thing)
        placed.append([part.moved(np.eye(3), offset) for part in thing])
    return placed


def _thing(rng: np.random.Generator) -> list[Surface]:
    """A solid in any position or an upright assembly, of radius 0.35 to 1."""
    size = float(np.exp(rng.uniform(np.log(0.35), 0.0)))
    angle = float(rng.uniform(0.0, 2.0 * np.pi))
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    if rng.random() < _ASSEMBLY_SHARE:
        return [part.moved(1.2 * size * turn, np.zeros(3)) for part in random_assembly(rng)]
    if rng.random() < 0.4:
        turn = random_rotation(rng)
    return [random_solid(rng).moved(size * turn, np.zeros(3))]


def _beside_or_upon(rng: np.random.Generator, other: list[Surface], thing: list[Surface]) -> Points:
    """Where a thing on the ground at the origin is moved to, `[3]`."""
    vertices = np.concatenate([part.vertices for part in other])
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2.0
    chance, heading = rng.random(), float(rng.uniform(0.0, 2.0 * np.pi))
    if chance < 0.2:
        top = vertices[vertices[:, 2] > vertices[:, 2].max() - 0.02].mean(axis=0)
        return np.array([top[0], top[1], top[2] - 0.01])
    radius = np.hypot(*(vertices - middle)[:, :2].T).max()
    own = max(np.hypot(*part.vertices[:, :2].T).max() for part in thing)
    away = (radius + own) * rng.uniform(0.6, 1.05)
    lift = float(rng.uniform(0.1, 0.8)) if chance > 0.9 else 0.0  # some float
    return np.array([middle[0] + away * np.cos(heading), middle[1] + away * np.sin(heading), lift])


def _unit_sized(things: list[list[Surface]]) -> list[list[Surface]]:
    """All things together moved and scaled into the unit sphere around the origin."""
    vertices = np.concatenate([part.vertices for thing in things for part in thing])
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2.0
    scale = 1.0 / float(np.linalg.norm(vertices - middle, axis=1).max())
    return [[part.moved(scale * np.eye(3), -scale * middle) for part in thing] for thing in things]


def _painted(rng: np.random.Generator, things: list[list[Surface]]) -> list[Part]:
    """Every thing with one to three materials, labels from 1."""
    parts: list[Part] = []
    for label, thing in enumerate(things, start=1):
        vertices = np.concatenate([part.vertices for part in thing])
        middle = vertices.mean(axis=0)
        size = float(np.linalg.norm(vertices - middle, axis=1).max())
        materials = [_material(rng, middle, size) for _ in range(min(len(thing), int(rng.integers(1, 4))))]
        for surface in thing:
            material = materials[int(rng.integers(len(materials)))]
            parts.append(Part(label=label, role=Role.SUBJECT, surface=surface, material=material))
    return parts


def _material(rng: np.random.Generator, middle: Points, size: float) -> Material:
    texture = random_texture(rng, origin=middle, size=size)
    if rng.random() > _GLOSSY_SHARE:
        return Material(texture=texture)
    return Material(
        texture=texture, gloss=float(rng.uniform(0.1, 0.6)), shininess=float(np.exp(rng.uniform(2.3, 5.0)))
    )


def _lighting(rng: np.random.Generator, stage: Stage) -> Lighting:
    """One to three lamps and light from all around; white at about full exposure where the first lamp falls."""
    count = int(rng.integers(1, 4))
    strengths = np.array([1.0, 0.45, 0.3])[:count] * rng.uniform(0.6, 1.2, size=count)
    ambient = float(rng.uniform(0.2, 0.55))
    strengths *= (1.15 - ambient) / strengths.sum()
    lamps = tuple(_lamp(rng, stage, float(strength)) for strength in strengths)
    sky = ambient * _tint(rng, 0.12) * rng.uniform(0.9, 1.3)
    floor = ambient * _tint(rng, 0.12) * rng.uniform(0.3, 0.8)
    return Lighting(
        lamps=lamps,
        sky=sky,
        floor=floor,
        exposure=_tint(rng, 0.1) * float(np.exp(rng.uniform(-0.15, 0.7))),
        background=_background(rng),
    )


def _lamp(rng: np.random.Generator, stage: Stage, strength: float) -> Lamp:
    heading, height = float(rng.uniform(0.0, 2.0 * np.pi)), float(np.radians(rng.uniform(25.0, 80.0)))
    if stage.name == "backdrop":  # behind the sheet it would light nothing
        heading = float(rng.uniform(1.05, 1.95)) * np.pi
    toward = np.array([np.cos(heading) * np.cos(height), np.sin(heading) * np.cos(height), np.sin(height)])
    distant = bool(rng.random() < (0.3 if stage.name == "room" else 0.6))
    lamp = Lamp(position=toward, color=strength * _tint(rng, 0.12), distant=True)
    if distant:
        return lamp
    reach = float(rng.uniform(1.8, 3.0))
    return replace(lamp, position=reach * toward, distant=False, reach=reach)


def _tint(rng: np.random.Generator, strength: float) -> Points:
    """A nearly white colour `[3]` of mean about 1, warmer or cooler."""
    warmth, green = rng.normal(0.0, strength), rng.normal(0.0, 0.25 * strength)
    return np.exp(np.array([warmth, green, -warmth]))


def _background(rng: np.random.Generator) -> Points:
    kind = rng.random()
    if kind < 0.4:
        return np.ones(3)
    return np.zeros(3) if kind < 0.55 else rng.uniform(0.1, 0.95, size=3)
