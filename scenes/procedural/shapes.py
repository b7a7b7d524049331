"""Closed shapes in a local frame with z up, of radius about 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .surfaces import Points, Surface, from_manifold, manifold3d, outward


def box(size: ArrayLike, divisions: int = 8) -> Surface:
    """A box of `size [3]` about the origin, its faces cut into `divisions`² squares, so that it can bend."""
    steps = np.linspace(-0.5, 0.5, divisions + 1)
    u, v = (a.ravel() for a in np.meshgrid(steps, steps, indexing="ij"))
    w = np.full_like(u, 0.5)
    sides = [
        np.roll(np.stack([u, v, sign * w], axis=1), axis, axis=1) for axis in range(3) for sign in (1.0, -1.0)
    ]
    square = _grid_faces(divisions + 1, divisions + 1)
    faces = [side * len(u) + (square if side % 2 == 0 else square[:, ::-1]) for side in range(6)]
    keys = np.round(np.concatenate(sides) * 2.0 * divisions).astype(np.int64)
    unique, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    del unique
    vertices = np.concatenate(sides)[first] * np.asarray(size, dtype=np.float64)
    return outward(vertices, inverse.ravel()[np.concatenate(faces)])


def revolved(profile: Points, segments: int = 48) -> Surface:
    """A `profile [K, 2]` of (radius, height), from the z axis back to it, turned about z.

    Only the first and last radius are taken as 0, all between must be positive.
    """
    angles = 2.0 * np.pi * np.arange(segments) / segments
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    inner = profile[1:-1]
    rings = np.concatenate(
        [
            inner[:, None, :1] * circle[None],
            np.broadcast_to(inner[:, None, 1:], (len(inner), segments, 1)),
        ],
        axis=2,
    ).reshape(-1, 3)
    poles = np.array([[0.0, 0.0, profile[0, 1]], [0.0, 0.0, profile[-1, 1]]])
    place = np.arange(segments)
    following = (place + 1) % segments
    last = (len(inner) - 1) * segments
    low = np.stack([np.full(segments, len(rings)), following, place], axis=1)
    high = np.stack([np.full(segments, len(rings) + 1), last + place, last + following], axis=1)
    sides = _grid_faces(len(inner), segments, closed=(False, True))
    return outward(np.concatenate([rings, poles]), np.concatenate([low, sides, high]))


def sphere(rings: int = 32) -> Surface:
    """The unit sphere."""
    angles = np.linspace(-np.pi / 2.0, np.pi / 2.0, rings + 1)
    return revolved(np.stack([np.cos(angles), np.sin(angles)], axis=1), 2 * rings)


def cylinder(radius: float, height: float, top_radius: float, bevel: float = 0.03) -> Surface:
    """A cylinder or, with another `top_radius`, a cone's stump; its rims are rounded off by `bevel`."""
    half = height / 2.0
    low, high = radius - bevel, max(top_radius - bevel, 1e-3)
    side = np.linspace([radius, bevel - half], [max(top_radius, 2e-3), half - bevel], 9)
    ends = ([[0.0, -half], [0.6 * low, -half], [low, -half]], [[high, half], [0.6 * high, half], [0.0, half]])
    return revolved(np.concatenate([ends[0], side, ends[1]]))


def superquadric(exponents: tuple[float, float], size: ArrayLike, rings: int = 32) -> Surface:
    """Barr's superellipsoid: `exponents` (north-south, east-west) of 1 are round, less boxy, 2 a double pyramid."""
    base = sphere(rings).vertices
    latitude = np.arcsin(np.clip(base[:, 2], -1.0, 1.0))
    longitude = np.arctan2(base[:, 1], base[:, 0])
    ring = _signed_power(np.cos(latitude), exponents[0])
    vertices = np.stack(
        [
            ring * _signed_power(np.cos(longitude), exponents[1]),
            ring * _signed_power(np.sin(longitude), exponents[1]),
            _signed_power(np.sin(latitude), exponents[0]),
        ],
        axis=1,
    )
    return outward(vertices * np.asarray(size, dtype=np.float64), sphere(rings).faces)


def tube(curve: Points, radii: Points, segments: int = 16, *, closed: bool) -> Surface:
    """A round tube along `curve [K, 3]` with `radii [K]`; ends are flat unless it is `closed`."""
    tangents = (
        np.roll(curve, -1, axis=0) - np.roll(curve, 1, axis=0) if closed else np.gradient(curve, axis=0)
    )
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    normals = _frames(tangents, closed)
    binormals = np.cross(tangents, normals)
    angles = 2.0 * np.pi * np.arange(segments) / segments
    around = (
        np.cos(angles)[None, :, None] * normals[:, None] + np.sin(angles)[None, :, None] * binormals[:, None]
    )
    rings = (curve[:, None] + radii[:, None, None] * around).reshape(-1, 3)
    sides = _grid_faces(len(curve), segments, closed=(closed, True))
    if closed:
        return outward(rings, sides)
    place = np.arange(segments)
    following, last = (place + 1) % segments, (len(curve) - 1) * segments
    low = np.stack([np.full(segments, len(rings)), following, place], axis=1)
    high = np.stack([np.full(segments, len(rings) + 1), last + place, last + following], axis=1)
    return outward(np.concatenate([rings, curve[[0, -1]]]), np.concatenate([low, sides, high]))


def torus(radius: float, thickness: float) -> Surface:
    """A ring about z."""
    angles = 2.0 * np.pi * np.arange(56) / 56
    curve = radius * np.stack([np.cos(angles), np.sin(angles), np.zeros(56)], axis=1)
    return tube(curve, np.full(56, thickness), 24, closed=True)


def torus_knot(p: int, q: int, thickness: float) -> Surface:
    """The knot that goes `p` times around z while it goes `q` times around the ring; radius about 1."""
    t = 2.0 * np.pi * np.arange(220) / 220
    ring = 1.0 + 0.42 * np.cos(q * t)
    curve = np.stack([ring * np.cos(p * t), ring * np.sin(p * t), 0.42 * np.sin(q * t)], axis=1)
    return tube(curve, np.full(len(t), thickness), 14, closed=True)


def extruded(polygon: Points, height: float, *, twist_deg: float = 0.0, top_scale: float = 1.0) -> Surface:
    """A simple `polygon [K, 2]`, drawn up by `height` about z = 0, turned and scaled on the way."""
    module = manifold3d()
    section = module.CrossSection([np.asarray(polygon, dtype=np.float64)])
    solid = module.Manifold.extrude(
        section, height, n_divisions=10, twist_degrees=twist_deg, scale_top=(top_scale, top_scale)
    )
    surface = from_manifold(solid)
    return surface.moved(np.eye(3), np.array([0.0, 0.0, -height / 2.0]))


def star_polygon(rng: np.random.Generator, corners: int, roughness: float) -> Points:
    """A random simple polygon around the origin, `[corners, 2]`, counter-clockwise, corners at most 1 away."""
    steps = rng.uniform(0.6, 1.4, size=corners)
    angles = 2.0 * np.pi * np.cumsum(steps) / steps.sum()
    radii = rng.uniform(1.0 - roughness, 1.0, size=corners)
    return radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _frames(tangents: Points, closed: bool) -> Points:
    """Normals `[K, 3]` carried along unit `tangents [K, 3]` without twist, joined up at the end if `closed`."""
    start = np.cross(tangents[0], [0.31, 0.59, 0.74])
    normals = np.empty_like(tangents)
    normals[0] = start / np.linalg.norm(start)
    for k in range(1, len(tangents)):
        across = normals[k - 1] - tangents[k] * (normals[k - 1] @ tangents[k])
        normals[k] = across / np.linalg.norm(across)
    if not closed:
        return normals
    end = normals[-1] - tangents[0] * (normals[-1] @ tangents[0])
    gap = np.arctan2(np.cross(end, normals[0]) @ tangents[0], end @ normals[0])
    angles = (gap * np.arange(len(tangents)) / len(tangents))[:, None]
    return np.cos(angles) * normals + np.sin(angles) * np.cross(tangents, normals)


def _grid_faces(rows: int, columns: int, closed: tuple[bool, bool] = (False, False)) -> NDArray[np.int64]:
    """Two triangles for each square of a grid of vertices, numbered row by row, `[F, 3]`."""
    i, j = np.meshgrid(
        np.arange(rows if closed[0] else rows - 1),
        np.arange(columns if closed[1] else columns - 1),
        indexing="ij",
    )
    i, j = i.ravel(), j.ravel()
    below, right = (i + 1) % rows, (j + 1) % columns
    a, b, c, d = i * columns + j, i * columns + right, below * columns + right, below * columns + j
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def _signed_power(values: Points, exponent: float) -> Points:
    return np.sign(values) * np.abs(values) ** exponent
