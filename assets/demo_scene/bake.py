"""Lights the surfels and writes what leaves them towards every viewer into spherical harmonics.

Notation: n normal, v direction to the viewer, d direction the light comes from; `v = 2 (n.d) n - d` for a mirror.
A surfel sends `diffuse + F(n.v) * L(d)` towards v; the harmonics are the least-squares fit to its display values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...scenes import Gaussians
from .studio import KEY, displayed, key_samples, sky, sphere_directions
from .surfels import Array, Surfels
from .voxels import VoxelPyramid, build_pyramid, march

_DIRECTIONS = 112
_KEY_SAMPLES = 14
_CHUNK = 16384
MODEL_TO_WORLD = np.array([1.0, -1.0, -1.0])
RIDGE = 1.5e-3
_SH_C0 = 0.28209479177387814


@dataclass(frozen=True, eq=False, kw_only=True)
class _Light:
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


def sh_basis(d: Array, degree: int) -> Array:
    """Real spherical harmonics in INRIA's order and signs.

    Args:
        d: Unit vectors from the camera to the Gaussian, world frame, `[..., 3]`.
        degree: 0-3.

    Returns:
        `[..., (degree + 1)^2]`.
    """
    x, y, z = d[..., 0], d[..., 1], d[..., 2]
    xx, yy, zz = x * x, y * y, z * z
    terms = [np.full_like(x, _SH_C0), -0.4886025119029199 * y, 0.4886025119029199 * z, -0.4886025119029199 * x]
    terms += [1.0925484305920792 * x * y, -1.0925484305920792 * y * z, 0.31539156525252005 * (2 * zz - xx - yy)]
    terms += [-1.0925484305920792 * x * z, 0.5462742152960396 * (xx - yy)]
    terms += [-0.5900435899266435 * y * (3 * xx - yy), 2.890611442640554 * x * y * z]
    terms += [-0.4570457994644658 * y * (4 * zz - xx - yy), 0.3731763325901154 * z * (2 * zz - 3 * xx - 3 * yy)]
    terms += [-0.4570457994644658 * x * (4 * zz - xx - yy), 1.445305721320277 * z * (xx - yy)]
    terms += [-0.5900435899266435 * x * (xx - 3 * yy)]
    return np.stack(terms[: (degree + 1) ** 2], axis=-1)


def _key_light(pyramid: VoxelPyramid, surfels: Surfels) -> tuple[Array, Array]:
    """Irradiance by the key light on the front and on the back of the surfels, `[N, 3]` each, shadows included."""
    front, back = np.zeros((len(surfels), 3)), np.zeros((len(surfels), 3))
    directions, power = key_samples(_KEY_SAMPLES)
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
    return surfels.points + (1.9 * pyramid.voxel * side)[:, None] * surfels.normals + 0.8 * pyramid.voxel * direction


def _gather(pyramid: VoxelPyramid, surfels: Surfels, directions: Array) -> _Light:
    """All light that reaches the surfels."""
    incoming = np.zeros((len(surfels), len(directions), 3))
    seen = np.zeros((len(surfels), len(directions)))
    for k, (d, beyond) in enumerate(zip(directions, sky(directions), strict=True)):
        lit = np.flatnonzero((surfels.normals @ d > 0.0) | surfels.two_sided)
        part = surfels.select(lit)
        seen[lit, k], radiance = march(pyramid, _starts(pyramid, part, d), d, 0.30)
        incoming[lit, k] = seen[lit, k, None] * beyond + radiance
    front, back = _key_light(pyramid, surfels)
    return _Light(front=front, back=back, incoming=incoming, seen=seen)


def _diffuse(surfels: Surfels, light: _Light, directions: Array) -> tuple[Array, Array]:
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
    waves = np.sin(0.5 * phase[..., None] / np.array([612.0, 549.0, 465.0])) ** 2
    return 0.25 + 1.1 * waves


def _reflectance(surfels: Surfels, cosine: Array) -> Array:
    """Fresnel reflectance towards viewers at `cosine` `[N, D]` to the normal: `[N, D, 3]`."""
    rise = (1.0 - np.clip(cosine, 0.0, 1.0)) ** 5
    f0 = surfels.f0[:, None, :]
    plain = f0 + (1.0 - f0) * rise[..., None] * 0.75
    film = surfels.film > 0
    if film.any():
        plain[film] = _film_colour(surfels.film[film], cosine[film])
    return plain


def _fit(surfels: Surfels, light: _Light, directions: Array, degree: int) -> Array:
    """Harmonics `[N, K, 3]` of the display values, in the world frame (y down)."""
    front, back = _diffuse(surfels, light, directions)
    dot = surfels.normals @ directions.T
    viewers = 2.0 * dot[..., None] * surfels.normals[:, None, :] - directions
    sides = np.where((dot > 0)[..., None], front[:, None, :], back[:, None, :])
    mirrored = light.incoming + light.seen[..., None] * KEY.radiance(directions)
    radiance = sides + _reflectance(surfels, np.abs(dot)) * mirrored
    weights = np.where(surfels.two_sided[:, None], 0.15 + np.abs(dot), np.maximum(dot, 0.0))
    basis = sh_basis(-viewers * MODEL_TO_WORLD, degree)
    return _least_squares(basis, displayed(radiance) - 0.5, weights)


def _least_squares(basis: Array, values: Array, weights: Array) -> Array:
    """Weighted fit with a small price on high degrees, which keeps unseen directions tame."""
    weighted = basis * (weights / weights.sum(axis=1, keepdims=True))[..., None]
    band = np.floor(np.sqrt(np.arange(basis.shape[-1])))
    normal = np.swapaxes(weighted, 1, 2) @ basis + np.diag(1e-6 + RIDGE * band**2)
    return np.linalg.solve(normal, np.swapaxes(weighted, 1, 2) @ values)


def _constant(surfels: Surfels, light: _Light, directions: Array) -> Array:
    """The same for matt surfels seen from the front: one coefficient, `[N, 1, 3]`."""
    front, _ = _diffuse(surfels, light, directions)
    return ((displayed(front) - 0.5) / _SH_C0)[:, None, :]


def _first_bounce(surfels: Surfels) -> VoxelPyramid:
    """The scene as a light source: what the key light and an even sky make of every surfel."""
    dark = build_pyramid(surfels, np.zeros((len(surfels), 3)))
    front, back = _key_light(dark, surfels)
    even = 0.9 * (0.6 + 0.4 * np.abs(surfels.normals[:, 1:2]))
    through = surfels.translucency[:, None]
    reflecting = surfels.albedo + 0.5 * surfels.f0 * (surfels.film == 0)[:, None]
    shine = reflecting / np.pi * ((1.0 - 0.5 * through) * front + 0.5 * through * back + even)
    return build_pyramid(surfels, shine + surfels.emission)


def _colours(surfels: Surfels, pyramid: VoxelPyramid, degree: int) -> Array:
    """Harmonics of all surfels `[N, K, 3]`; matt ones have the constant term alone."""
    directions = sphere_directions(_DIRECTIONS)
    coeffs = np.zeros((len(surfels), (degree + 1) ** 2, 3))
    shiny = surfels.f0.max(axis=1) > 0.0
    kinds = ((shiny, degree), (~shiny & surfels.two_sided, min(degree, 1)), (~shiny & ~surfels.two_sided, 0))
    for chosen, fitted in kinds:
        every = np.flatnonzero(chosen)
        for begin in range(0, len(every), _CHUNK):
            index = every[begin : begin + _CHUNK]
            part = surfels.select(index)
            light = _gather(pyramid, part, directions)
            fit = _fit(part, light, directions, fitted) if fitted else _constant(part, light, directions)
            coeffs[index, : fit.shape[1]] = fit
    return coeffs


def _quats(rotations: Array) -> Array:
    """Unit quaternions wxyz `[N, 4]` of rotation matrices `[N, 3, 3]`."""
    # Row j of the table is 4 q_j q; the row with the largest q_j is the well-conditioned one.
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = np.moveaxis(rotations, 0, -1)
    table = np.stack(
        [
            np.stack([1 + xx + yy + zz, zy - yz, xz - zx, yx - xy], axis=-1),
            np.stack([zy - yz, 1 + xx - yy - zz, xy + yx, xz + zx], axis=-1),
            np.stack([xz - zx, xy + yx, 1 - xx + yy - zz, yz + zy], axis=-1),
            np.stack([yx - xy, xz + zx, yz + zy, 1 - xx - yy + zz], axis=-1),
        ],
        axis=1,
    )
    best = np.argmax(np.einsum("nii->ni", table), axis=1)
    quats = table[np.arange(len(best)), best]
    return quats / np.linalg.norm(quats, axis=1, keepdims=True)


def bake(scene: Surfels, degree: int, only: NDArray[np.integer] | None = None) -> Gaussians:
    """Light a scene.

    Args:
        scene: All surfels, model frame (y up).
        degree: Highest degree of the spherical harmonics, 1-3.
        only: Bake these alone, `[M]` indices; the light still comes from the whole scene.

    Returns:
        The Gaussians in the world frame (y down), in the order of the surfels.
    """
    pyramid = _first_bounce(scene)
    surfels = scene if only is None else scene.select(only)
    # A half turn about x takes y up to y down.
    axes = surfels.axes * MODEL_TO_WORLD[:, None]
    return Gaussians(
        means=(surfels.points * MODEL_TO_WORLD).astype(np.float32),
        quats=_quats(axes).astype(np.float32),
        log_scales=np.log(surfels.sigmas).astype(np.float32),
        logit_opacities=np.log(surfels.opacity / (1.0 - surfels.opacity)).astype(np.float32),
        sh_coeffs=_colours(surfels, pyramid, degree).astype(np.float32),
    )
