"""Evenly sampled surfaces: turned profiles, tubes, spheres and rectangular patches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .surfels import Array, frames_from_steps

GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


@dataclass(frozen=True, eq=False, kw_only=True)
class Samples:
    """Samples of a surface before they get a material.

    Args:
        points: Centres `[N, 3]`.
        axes: Tangent, tangent, normal as columns `[N, 3, 3]`.
        sigmas: Standard deviations along them `[N, 3]`.
        u: First surface coordinate `[N]`; the angle [rad] of turned shapes and tubes.
        v: Second surface coordinate `[N]`; the length along the profile or the curve.
    """

    points: Array
    axes: Array
    sigmas: Array
    u: Array
    v: Array

    @property
    def shape(self) -> tuple[Array, Array, Array]:
        """`(points, axes, sigmas)`, the first arguments of `surfels.make`."""
        return self.points, self.axes, self.sigmas


def resample(polyline: Array, step: float) -> tuple[Array, Array, float]:
    """Points at the middle of equal pieces of a polyline, their arc lengths, and the length of a piece."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(polyline, axis=0), axis=1))])
    count = max(2, round(lengths[-1] / step))
    piece = lengths[-1] / count
    at = (np.arange(count) + 0.5) * piece
    points = np.column_stack([np.interp(at, lengths, polyline[:, j]) for j in range(polyline.shape[1])])
    return points, at, piece


def spline(knots: Array, per_piece: int = 24) -> Array:
    """Catmull-Rom curve through `knots` `[K, D]`, as a fine polyline."""
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0.0, 1.0, per_piece, endpoint=False)[:, None]
    pieces = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        a, b, c = 2 * p1, p2 - p0, 2 * p0 - 5 * p1 + 4 * p2 - p3
        pieces.append(0.5 * (a + b * t + c * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3))
    return np.vstack([*pieces, knots[-1:]])


def lathe(profile: Array, h: float) -> Samples:
    """A profile turned about the y axis.

    Args:
        profile: Polyline of (radius, height) `[K, 2]`. With the radius to the right and the height up, the
            outside is on the right of someone who walks along it: an outer wall runs upwards.
        h: Sample distance.

    Returns:
        Samples with `u` the angle about y and `v` the length along the profile.
    """
    rings, at, piece = resample(profile, h)
    slope = np.gradient(rings, at, axis=0, edge_order=1)
    slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
    counts = np.maximum(3, np.round(2 * np.pi * rings[:, 0] / h)).astype(int)
    ring = np.repeat(np.arange(len(rings)), counts)
    place = np.arange(len(ring)) - np.repeat(np.cumsum(counts) - counts, counts)
    angle = 2 * np.pi * (place + 0.5 * (ring % 2)) / counts[ring]
    cos, sin, zero = np.cos(angle), np.sin(angle), np.zeros(len(ring))
    radius, height = rings[ring].T
    around = np.column_stack([-sin, zero, cos]) * (2 * np.pi * radius / counts[ring])[:, None]
    up = np.column_stack([slope[ring, 0] * cos, slope[ring, 1], slope[ring, 0] * sin]) * piece
    axes, sigmas = frames_from_steps(up, around)
    return Samples(
        points=np.column_stack([radius * cos, height, radius * sin]),
        axes=axes,
        sigmas=sigmas,
        u=angle,
        v=at[ring],
    )


def _parallel_frames(tangents: Array) -> Array:
    """Normals `[K, 3]` carried along a curve without twist."""
    start = np.cross(tangents[0], [0.31, 0.59, 0.74])
    normals = [start / np.linalg.norm(start)]
    for tangent in tangents[1:]:
        normal = normals[-1] - tangent * (normals[-1] @ tangent)
        normals.append(normal / np.linalg.norm(normal))
    return np.array(normals)


def tube(curve: Array, radius: Callable[[Array], Array], h: float, *, closed: bool = False) -> Samples:
    """A tube around a polyline `[K, 3]` whose radius depends on the share of the way, in [0, 1].

    Returns:
        Samples with `u` the angle around the tube and `v` the length along the curve.
    """
    centres, at, piece = resample(curve, h)
    if closed:  # noqa: SIM108 (one line would be too long to read)
        tangents = np.roll(centres, -1, axis=0) - np.roll(centres, 1, axis=0)
    else:
        tangents = np.gradient(centres, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    normals = _parallel_frames(tangents)
    binormals = np.cross(tangents, normals)
    radii = radius(at / (at[-1] + 0.5 * piece))
    count = max(5, round(2 * np.pi * float(radii.max()) / h))
    ring, place = np.divmod(np.arange(len(centres) * count), count)
    angle = 2 * np.pi * (place + 0.5 * (ring % 2)) / count
    outward = np.cos(angle)[:, None] * normals[ring] + np.sin(angle)[:, None] * binormals[ring]
    points = centres[ring] + radii[ring, None] * outward
    around = np.cross(tangents[ring], outward) * (2 * np.pi * radii[ring] / count)[:, None]
    along = tangents[ring] * piece
    axes, sigmas = frames_from_steps(around, along)
    return Samples(points=points, axes=axes, sigmas=sigmas, u=angle, v=at[ring])


def sphere(radius: float, h: float) -> Samples:
    """A sphere on a Fibonacci lattice; `u` is the angle about y, `v` the height over the radius."""
    count = max(12, round(4 * np.pi * radius**2 / h**2))
    y = 1.0 - 2.0 * (np.arange(count) + 0.5) / count
    angle = GOLDEN_ANGLE * np.arange(count)
    ring = np.sqrt(1.0 - y**2)
    normal = np.column_stack([ring * np.cos(angle), y, ring * np.sin(angle)])
    around = np.column_stack([-np.sin(angle), np.zeros(count), np.cos(angle)])
    step = np.sqrt(4 * np.pi * radius**2 / count)
    axes, sigmas = frames_from_steps(np.cross(around, normal) * step, around * step)
    flip = np.sign(np.einsum("ni,ni->n", axes[:, :, 2], normal))
    axes[:, :, 1:] *= flip[:, None, None]
    return Samples(points=radius * normal, axes=axes, sigmas=sigmas, u=angle % (2 * np.pi), v=y)


def patch(surface: Callable[[Array, Array], Array], nu: int, nv: int) -> Samples:
    """A surface over the unit square, sampled at the middles of `nu` x `nv` cells.

    Args:
        surface: Maps `u [N], v [N]` to points `[N, 3]`; the normal points along d/du x d/dv.
        nu: Cells along u.
        nv: Cells along v.
    """
    u, v = (
        a.ravel() for a in np.meshgrid((np.arange(nu) + 0.5) / nu, (np.arange(nv) + 0.5) / nv, indexing="ij")
    )
    e = 1e-4
    step_u = (surface(u + e, v) - surface(u - e, v)) / (2 * e * nu)
    step_v = (surface(u, v + e) - surface(u, v - e)) / (2 * e * nv)
    axes, sigmas = frames_from_steps(step_u, step_v)
    return Samples(points=surface(u, v), axes=axes, sigmas=sigmas, u=u, v=v)


def rotation(axis: NDArray[np.float64] | list[float], angle: float) -> Array:
    """Rotation matrix `[3, 3]` by `angle` [rad] about `axis`."""
    x, y, z = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross


def rotation_to(direction: Array) -> Array:
    """Rotation matrix that takes +y to `direction`."""
    d = direction / np.linalg.norm(direction)
    axis = np.cross([0.0, 1.0, 0.0], d)
    if np.linalg.norm(axis) < 1e-9:
        return np.eye(3) if d[1] > 0 else rotation([1.0, 0.0, 0.0], np.pi)
    return rotation(axis, float(np.arccos(np.clip(d[1], -1.0, 1.0))))
