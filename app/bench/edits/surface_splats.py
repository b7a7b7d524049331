"""Gaussians on surfaces, with the faults of trained ones: uneven density, noise, haze around them, lit unevenly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from ....kernels.constants import SH_C0
from ....scenes import Gaussians
from ....scenes.procedural import Surface
from ....scenes.procedural.textures import Texture

_LAMP = np.array([0.4, -0.5, 0.77])  # towards the light, z up
_AMBIENT = 0.55
_HAZE_SHARE = 0.06  # of the Gaussians hang beside the surface, faint and of doubtful colour
_HAZE_REACH = 2.5  # spacings
_OFF_SURFACE = 0.15  # spacings: standard deviation across the surface
_COLOR_NOISE = 0.025  # of sRGB

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Plain:
    """One colour, `#rrggbb`: an sRGB albedo, which is what `splats_on` takes from every texture's square root."""

    color: str

    def colors(self, points: Array, footprint: NDArray[np.float32]) -> NDArray[np.float32]:
        """Linear albedo at `points [M, 3]`, `[M, 3]`."""
        del footprint
        value = int(self.color.lstrip("#"), 16)
        channels = np.array([value >> 16, value >> 8 & 255, value & 255]) / 255.0
        return np.broadcast_to(channels**2.2, points.shape).astype(np.float32)


def splats_on(surface: Surface, texture: Texture, density: float, rng: np.random.Generator) -> Gaussians:
    """Flat Gaussians on a surface, lit from above and one side, its frame z up.

    Args:
        surface: What they lie on.
        texture: Its albedo, linear RGB.
        density: Gaussians per square unit.
        rng: Where the noise comes from.
    """
    points, normals = _sampled(surface, density, rng)
    step = density**-0.5
    haze = rng.random(len(points)) < _HAZE_SHARE
    away = np.where(
        haze, rng.uniform(0.0, _HAZE_REACH, len(points)), rng.normal(0.0, _OFF_SURFACE, len(points))
    )
    albedo = np.clip(texture.colors(points, np.full(len(points), step, np.float32)), 0.0, 1.0) ** (1 / 2.2)
    light = _AMBIENT + (1.0 - _AMBIENT) * np.clip(normals @ (_LAMP / np.linalg.norm(_LAMP)), 0.0, 1.0)
    noise = rng.normal(0.0, np.where(haze, 5.0, 1.0)[:, None] * _COLOR_NOISE, (len(points), 3))
    colors = np.clip(albedo * light[:, None] + noise, 0.0, 1.0)
    opacities = np.where(haze, rng.uniform(0.03, 0.3, len(points)), rng.uniform(0.5, 0.98, len(points)))
    x, y, z, w = Rotation.from_matrix(_frames(normals)).as_quat().T
    scales = step * np.exp(rng.normal(np.log([0.55, 0.55, 0.08]), 0.2, (len(points), 3)))
    return Gaussians(
        means=(points + away[:, None] * step * normals).astype(np.float32),
        quats=np.stack([w, x, y, z], axis=1).astype(np.float32),
        log_scales=np.log(scales).astype(np.float32),
        logit_opacities=np.log(opacities / (1.0 - opacities)).astype(np.float32),
        sh_coeffs=((colors - 0.5) / SH_C0)[:, None].astype(np.float32),
    )


def stray_splats(low: Array, high: Array, count: int, size: float, rng: np.random.Generator) -> Gaussians:
    """Faint Gaussians anywhere in a box from `low [3]` to `high [3]`: floaters."""
    opacities = rng.uniform(0.05, 0.6, count)
    colors = rng.uniform(0.2, 0.9, (count, 1)) + rng.normal(0.0, 0.05, (count, 3))
    return Gaussians(
        means=rng.uniform(low, high, (count, 3)).astype(np.float32),
        quats=rng.normal(size=(count, 4)).astype(np.float32),
        log_scales=np.log(size * rng.uniform(0.5, 2.0, (count, 3))).astype(np.float32),
        logit_opacities=np.log(opacities / (1.0 - opacities)).astype(np.float32),
        sh_coeffs=((colors - 0.5) / SH_C0)[:, None].astype(np.float32),
    )


def _sampled(surface: Surface, density: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Random points `[M, 3]` on the triangles and their normals `[M, 3]`, denser in some places than in others."""
    corners = surface.vertices[surface.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled = np.linalg.norm(normals, axis=1)
    normals /= np.maximum(doubled, 1e-300)[:, None]
    count = max(30, int(density * doubled.sum() / 2.0))
    waver = np.exp(0.35 * np.sin(corners.mean(axis=1) @ rng.normal(0.0, 3.0, 3) + rng.uniform(0.0, 6.0)))
    faces = rng.choice(len(corners), count, p=doubled * waver / (doubled * waver).sum())
    root, second = np.sqrt(rng.random(count)), rng.random(count)
    weights = np.stack([1.0 - root, root * (1.0 - second), root * second], axis=1)
    return np.einsum("mk,mkc->mc", weights, corners[faces]), normals[faces]


def _frames(normals: Array) -> Array:
    """Rotations `[M, 3, 3]` whose third column is a unit normal `[M, 3]`."""
    reference = np.where(np.abs(normals[:, :1]) < 0.9, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    first: Array = np.cross(reference, normals)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.stack([first, np.cross(normals, first), normals], axis=2)
