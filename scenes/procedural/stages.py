"""What a subject stands on and before: ground, sky, walls, a photographer's backdrop.

Notation: the subject lies within radius 1 of the origin, `ground` is the height of what it stands on, `distance` is
that of the cameras from the origin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import fractal_noise
from .random_shapes import random_solid
from .random_textures import photo_noise, random_texture
from .scene import Material, Part, Role
from .shapes import box, cylinder, sphere
from .surfaces import Points, Surface
from .textures import Texture


@dataclass(frozen=True, eq=False, kw_only=True)
class Stage:
    """A stage and where cameras are free before it.

    Args:
        name: Its kind.
        parts: Labels go on from those of the subject.
        azimuth: Middle of the free arc [degrees].
        arc: Width of it [degrees].
        highest: Highest elevation of a camera [degrees].
    """

    name: str
    parts: tuple[Part, ...]
    azimuth: float
    arc: float
    highest: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Site:
    """What a stage has to fit: see the module's notation; `first_label` is the first that is free."""

    ground: float
    distance: float
    first_label: int


def room(rng: np.random.Generator, site: Site) -> Stage:
    """Four walls, floor and ceiling of different textures, with flat things on the walls."""
    half = site.distance * rng.uniform(1.2, 1.6, size=2)
    top = site.ground + max(site.distance * 0.75 - site.ground, 2.0) * float(rng.uniform(1.0, 1.3))
    parts = [
        _stage_part(rng, site.first_label, _rectangle(half, site.ground)),
        _stage_part(rng, site.first_label + 1, _rectangle(half, top)),
    ]
    paint = random_texture(rng, origin=np.zeros(3), size=1.5, upright=True)
    for axis in range(2):
        for side in (-1.0, 1.0):
            texture = paint if rng.random() < 0.5 else None
            wall = _wall(half, site.ground, top, axis, side)
            parts.append(_stage_part(rng, site.first_label + 2, wall, texture=texture))
    parts += _pictures(rng, site, half, top)
    azimuth = float(rng.uniform(0.0, 360.0))
    return Stage(name="room", parts=tuple(parts), azimuth=azimuth, arc=360.0, highest=38.0)


def landscape(rng: np.random.Generator, site: Site) -> Stage:
    """Ground up to a sky dome, with things standing far off."""
    radius = site.distance * float(rng.uniform(1.8, 4.0))
    ground = _terrain(rng, radius, site.ground) if rng.random() < 0.4 else _disc(radius, site.ground)
    sky = photo_noise(rng, origin=np.zeros(3), size=0.8 * radius)
    parts = [
        _stage_part(rng, site.first_label, ground, size=1.5),
        _stage_part(rng, site.first_label + 1, _dome(radius), texture=sky),
    ]
    for number in range(int(rng.integers(2, 8))):
        size = float(rng.uniform(0.3, 1.0))
        away, heading = (
            rng.uniform(1.25 * site.distance + size, 0.95 * radius + size),
            rng.uniform(0, 2 * np.pi),
        )
        solid = random_solid(rng)
        offset = np.array([away * np.cos(heading), away * np.sin(heading), site.ground])
        offset[2] -= size * float(solid.vertices[:, 2].min()) + 0.02
        parts.append(_prop(rng, site.first_label + 2 + number, solid.moved(size * np.eye(3), offset)))
    return Stage(
        name="landscape", parts=tuple(parts), azimuth=float(rng.uniform(0, 360)), arc=360.0, highest=65.0
    )


def backdrop(rng: np.random.Generator, site: Site) -> Stage:
    """A sheet that runs from below the subject in a curve up behind it."""
    behind, bow = float(rng.uniform(1.2, 2.2)), float(rng.uniform(0.2, 1.0))
    height, width = 3.0 * site.distance, 3.5 * site.distance
    bend = np.linspace(0.0, np.pi / 2.0, 13)
    profile = np.concatenate(
        [
            [[-2.0 * site.distance, 0.0]],
            np.stack([behind - bow + bow * np.sin(bend), bow - bow * np.cos(bend)], axis=1),
            [[behind, height]],
        ]
    )
    sheet = _sheet(profile, width, site.ground)
    part = _stage_part(rng, site.first_label, sheet, size=1.2)
    return Stage(name="backdrop", parts=(part,), azimuth=0.0, arc=90.0, highest=55.0)


def table_top(rng: np.random.Generator, site: Site) -> Stage:
    """A round or square table under the subject and a dome far behind."""
    reach, thickness = float(rng.uniform(1.05, 1.6)), float(rng.uniform(0.05, 0.2))
    top = (
        cylinder(reach, thickness, reach, bevel=0.02)
        if rng.random() < 0.5
        else box([2.0 * reach, 2.0 * reach * float(rng.uniform(0.8, 1.0)), thickness], 2)
    )
    table = top.moved(np.eye(3), np.array([0.0, 0.0, site.ground - thickness / 2.0]))
    radius = site.distance * float(rng.uniform(1.4, 3.0))
    parts = [
        _stage_part(rng, site.first_label, table, size=1.0),
        _stage_part(rng, site.first_label + 1, _dome(radius), size=0.5 * radius),
    ]
    return Stage(
        name="table", parts=tuple(parts), azimuth=float(rng.uniform(0, 360)), arc=360.0, highest=65.0
    )


def void(rng: np.random.Generator, site: Site) -> Stage:
    """Nothing at all: the picture's background is one colour."""
    del site
    return Stage(name="void", parts=(), azimuth=float(rng.uniform(0, 360)), arc=360.0, highest=65.0)


def _stage_part(
    rng: np.random.Generator,
    label: int,
    surface: Surface,
    *,
    size: float = 1.5,
    texture: Texture | None = None,
) -> Part:
    chosen = texture or random_texture(rng, origin=np.zeros(3), size=size, upright=bool(rng.random() < 0.7))
    gloss = float(rng.uniform(0.05, 0.2)) if rng.random() < 0.15 else 0.0
    return Part(
        label=label,
        role=Role.STAGE,
        surface=surface,
        material=Material(texture=chosen, gloss=gloss, shininess=40.0),
        casts_shadows=False,
    )


def _prop(rng: np.random.Generator, label: int, surface: Surface) -> Part:
    middle = surface.vertices.mean(axis=0)
    radius = float(np.linalg.norm(surface.vertices - middle, axis=1).max())
    texture = random_texture(rng, origin=middle, size=radius)
    return Part(label=label, role=Role.STAGE, surface=surface, material=Material(texture=texture))


def _pictures(rng: np.random.Generator, site: Site, half: Points, top: float) -> list[Part]:
    """Flat boxes that hang on the walls."""
    parts: list[Part] = []
    for number in range(int(rng.integers(2, 9))):
        axis, side = int(rng.integers(2)), float(rng.choice([-1.0, 1.0]))
        size = rng.uniform([0.4, 0.4], [1.4, 1.1])
        thickness = float(rng.uniform(0.03, 0.15))
        along = float(rng.uniform(-1.0, 1.0)) * max(half[1 - axis] - size[0] / 2.0, 0.0)
        where = np.zeros(3)
        where[axis], where[1 - axis] = side * (half[axis] - thickness / 2.0), along
        where[2] = rng.uniform(site.ground + 0.5 * size[1], max(top - 0.5 * size[1], site.ground + size[1]))
        extent = np.array([size[0], size[0], size[1]])
        extent[axis] = thickness
        parts.append(_prop(rng, site.first_label + 3 + number, box(extent, 1).moved(np.eye(3), where)))
    return parts


def _rectangle(half: Points, height: float) -> Surface:
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * half
    return _quad(np.column_stack([corners, np.full(4, height)]))


def _wall(half: Points, low: float, high: float, axis: int, side: float) -> Surface:
    along = np.array([-1.0, 1.0, 1.0, -1.0]) * half[1 - axis]
    corners = np.empty((4, 3))
    corners[:, axis], corners[:, 1 - axis] = side * half[axis], along
    corners[:, 2] = [low, low, high, high]
    return _quad(corners)


def _quad(corners: Points) -> Surface:
    return Surface(vertices=corners, faces=np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32))


def _disc(radius: float, height: float) -> Surface:
    angles = 2.0 * np.pi * np.arange(64) / 64
    rim = np.stack([radius * np.cos(angles), radius * np.sin(angles), np.full(64, height)], axis=1)
    place = np.arange(64)
    faces = np.stack([np.full(64, 64), place, (place + 1) % 64], axis=1)
    return Surface(vertices=np.concatenate([rim, [[0.0, 0.0, height]]]), faces=faces.astype(np.int32))


def _terrain(rng: np.random.Generator, radius: float, height: float) -> Surface:
    """Hills that leave the subject and the cameras on level ground, `[81 x 81]` vertices."""
    steps = radius * np.linspace(-1.0, 1.0, 81)
    x, y = (a.ravel() for a in np.meshgrid(steps, steps, indexing="ij"))
    at = np.stack([x, y, np.zeros_like(x)], axis=1).astype(np.float32) * np.float32(rng.uniform(0.4, 0.8))
    at += rng.uniform(0, 30, size=3).astype(np.float32)
    hills = fractal_noise(at, np.zeros(len(at), np.float32), octaves=4, gain=0.5)[:, 0].astype(np.float64)
    away = np.hypot(x, y)
    strength = 0.03 + 0.3 * np.clip((away - 0.55 * radius) / (0.45 * radius), 0.0, 1.0)
    z = height - 0.02 + strength * np.minimum(hills, 0.6 + away / radius)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(80), np.arange(80), indexing="ij"))
    a, b, c, d = i * 81 + j, (i + 1) * 81 + j, (i + 1) * 81 + j + 1, i * 81 + j + 1
    faces = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]).astype(np.int32)
    return Surface(vertices=np.stack([x, y, z], axis=1), faces=faces)


def _dome(radius: float) -> Surface:
    """A whole sphere seen from within; what is below the ground is never seen."""
    ball = sphere(24)
    return Surface(vertices=radius * ball.vertices, faces=np.ascontiguousarray(ball.faces[:, ::-1]))


def _sheet(profile: Points, width: float, ground: float) -> Surface:
    """A `profile [K, 2]` of (y, height above ground), drawn out along x by `width` to both sides."""
    rows = [np.column_stack([np.full(len(profile), side * width), profile]) for side in (-1.0, 1.0)]
    vertices = np.concatenate(rows) + np.array([0.0, 0.0, ground])
    count = len(profile)
    k = np.arange(count - 1)
    faces = np.concatenate(
        [np.stack([k, k + count, k + 1], axis=1), np.stack([k + 1, k + count, k + count + 1], axis=1)]
    )
    return Surface(vertices=vertices, faces=faces.astype(np.int32))
