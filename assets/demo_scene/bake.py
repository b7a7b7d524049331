"""Writes what leaves every surfel, towards every viewer, into spherical harmonics.

Notation: n normal, v direction to the viewer, d direction light comes from; `v = 2 (n.d) n - d` in a mirror.
A surfel sends `diffuse + F(n.v) * L(d)` towards v; the harmonics are the least-squares fit to its display
values, because that is what a Gaussian's colour is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...scenes import Gaussians
from .harmonics import SH_C0, fit_harmonics, sh_basis
from .light_transport import ArrivingLight, first_bounce, gather_light, leaving_diffuse, reflectance
from .studio import KEY_IN_MIRRORS, displayed, sphere_directions
from .surfels import Array, Surfels
from .voxels import VoxelPyramid

MODEL_TO_WORLD = np.array([1.0, -1.0, -1.0])
"""A half turn about x: the model's y is up, the world's is down. Multiplies every vector."""

_DIRECTIONS = 112
_CHUNK = 16384


def _fit(surfels: Surfels, light: ArrivingLight, directions: Array, degree: int) -> Array:
    """Harmonics `[N, K, 3]` of the display values, in the world frame (y down)."""
    front, back = leaving_diffuse(surfels, light, directions)
    dot = surfels.normals @ directions.T
    viewers = 2.0 * dot[..., None] * surfels.normals[:, None, :] - directions
    sides = np.where((dot > 0)[..., None], front[:, None, :], back[:, None, :])
    mirrored = light.incoming + light.seen[..., None] * KEY_IN_MIRRORS.radiance(directions)
    radiance = sides + reflectance(surfels, np.abs(dot)) * mirrored
    weights = np.where(surfels.two_sided[:, None], 0.15 + np.abs(dot), np.maximum(dot, 0.0))
    basis = sh_basis(-viewers * MODEL_TO_WORLD, degree)
    return fit_harmonics(basis, displayed(radiance) - 0.5, weights)


def _constant(surfels: Surfels, light: ArrivingLight, directions: Array) -> Array:
    """The same for matt surfels seen from the front: one coefficient, `[N, 1, 3]`."""
    front, _ = leaving_diffuse(surfels, light, directions)
    return ((displayed(front) - 0.5) / SH_C0)[:, None, :]


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
            light = gather_light(pyramid, part, directions)
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


def bake(scene: Surfels, *, degree: int = 3, only: NDArray[np.integer] | None = None) -> Gaussians:
    """Light a scene.

    Args:
        scene: All surfels, model frame (y up).
        degree: Highest degree of the spherical harmonics, 1-3.
        only: Bake these alone, `[M]` indices; the light still comes from the whole scene.

    Returns:
        The Gaussians in the world frame (y down), in the order of the surfels.
    """
    pyramid = first_bounce(scene)
    surfels = scene if only is None else scene.select(only)
    axes = surfels.axes * MODEL_TO_WORLD[:, None]
    return Gaussians(
        means=(surfels.points * MODEL_TO_WORLD).astype(np.float32),
        quats=_quats(axes).astype(np.float32),
        log_scales=np.log(surfels.sigmas).astype(np.float32),
        logit_opacities=np.log(surfels.opacity / (1.0 - surfels.opacity)).astype(np.float32),
        sh_coeffs=_colours(surfels, pyramid, degree).astype(np.float32),
    )
