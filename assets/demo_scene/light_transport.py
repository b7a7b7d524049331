"""How light travels: from the studio's lights through the voxels to the surfels, and off them again.

Notation: n normal, d direction the light comes from, v direction to the viewer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .studio import key_samples, sky
from .surfels import Array, Surfels
from .voxels import VoxelPyramid, build_pyramid, march

_KEY_SAMPLES = 14
_KEY_SAMPLES_OF_BOUNCE = 5
_WAVELENGTHS = np.array([612.0, 549.0, 465.0])  # [nm] of red, green and blue


@dataclass(frozen=True, eq=False, kw_only=True)
class ArrivingLight:
    """Light that reaches N surfels from D directions.

    Args:
        front: Irradiance by the key light on the front `[N, 3]`.
        back: The same on the back `[N, 3]`.
        incoming: Radiance without the key light `[N, D, 3]`, 0 where a surfel does not look.
        seen: Share of the sky that is not hidden `[N, D]`.
    """

    front: Array
    back: Array
    incoming: Array
    seen: Array


def _key_light(pyramid: VoxelPyramid, surfels: Surfels, samples: int) -> tuple[Array, Array]:
    """Irradiance by the key light on the front and the back of the surfels, `[N, 3]` each, with shadows."""
    front, back = np.zeros((len(surfels), 3)), np.zeros((len(surfels), 3))
    directions, power = key_samples(samples)
    for d in directions:
        cosine = surfels.normals @ d
        start = _starts(pyramid, surfels, d)
        seen, _ = march(pyramid, start, d, 0.12)
        front += (np.maximum(cosine, 0.0) * seen)[:, None] * power
        back += (np.maximum(-cosine, 0.0) * seen)[:, None] * power
    return front, back


def _starts(pyramid: VoxelPyramid, surfels: Surfels, direction: Array) -> Array:
    """Where rays leave the surfels: off the surface, so that it does not shade itself."""
    side = np.where(surfels.normals @ direction >= 0.0, 1.0, -1.0)
    return (
        surfels.points
        + (2.4 * pyramid.voxel * side)[:, None] * surfels.normals
        + 0.8 * pyramid.voxel * direction
    )


def gather_light(pyramid: VoxelPyramid, surfels: Surfels, directions: Array) -> ArrivingLight:
    """All light that reaches the surfels."""
    incoming = np.zeros((len(surfels), len(directions), 3))
    seen = np.zeros((len(surfels), len(directions)))
    for k, (d, beyond) in enumerate(zip(directions, sky(directions), strict=True)):
        lit = np.flatnonzero((surfels.normals @ d > 0.0) | surfels.two_sided)
        part = surfels.select(lit)
        seen[lit, k], radiance = march(pyramid, _starts(pyramid, part, d), d, 0.30)
        incoming[lit, k] = seen[lit, k, None] * beyond + radiance
    front, back = _key_light(pyramid, surfels, _KEY_SAMPLES)
    return ArrivingLight(front=front, back=back, incoming=incoming, seen=seen)


def leaving_diffuse(surfels: Surfels, light: ArrivingLight, directions: Array) -> tuple[Array, Array]:
    """Radiance that leaves the front and the back whatever the viewer, `[N, 3]` each."""
    cosine = surfels.normals @ directions.T
    weight = 4.0 * np.pi / len(directions)
    front = light.front + weight * np.einsum("nd,ndc->nc", np.maximum(cosine, 0.0), light.incoming)
    back = light.back + weight * np.einsum("nd,ndc->nc", np.maximum(-cosine, 0.0), light.incoming)
    through = surfels.translucency[:, None]
    tint = surfels.albedo / np.pi
    leaving_front = tint * ((1.0 - through) * front + through * back) + surfels.emission
    return leaving_front, tint * ((1.0 - through) * back + through * front) + surfels.emission


def _film_colour(thickness: Array, cosine: Array) -> Array:
    """Reflectance of a soap film of the given thickness [nm] by two-beam interference, linear RGB."""
    inside = np.sqrt(1.0 - (1.0 - cosine**2) / 1.33**2)
    phase = 4.0 * np.pi * 1.33 * thickness[:, None] * inside
    waves = np.sin(0.5 * phase[..., None] / _WAVELENGTHS) ** 2
    return 0.25 + 1.1 * waves


def reflectance(surfels: Surfels, cosine: Array) -> Array:
    """Fresnel reflectance towards viewers at `cosine` `[N, D]` to the normal: `[N, D, 3]`."""
    rise = (1.0 - np.clip(cosine, 0.0, 1.0)) ** 5
    f0 = surfels.f0[:, None, :]
    plain = f0 + (1.0 - f0) * rise[..., None] * 0.75
    film = surfels.film > 0
    if film.any():
        plain[film] = _film_colour(surfels.film[film], cosine[film])
    return plain


def first_bounce(surfels: Surfels) -> VoxelPyramid:
    """The scene as a light source: what the key light and an even sky make of every surfel."""
    dark = build_pyramid(surfels, np.zeros((len(surfels), 0)))
    front, back = _key_light(dark, surfels, samples=_KEY_SAMPLES_OF_BOUNCE)
    even = 0.9 * (0.6 + 0.4 * np.abs(surfels.normals[:, 1:2]))
    through = surfels.translucency[:, None]
    reflecting = surfels.albedo + 0.5 * surfels.f0 * (surfels.film == 0)[:, None]
    shine = reflecting / np.pi * ((1.0 - 0.5 * through) * front + 0.5 * through * back + even)
    return build_pyramid(surfels, shine + surfels.emission)
