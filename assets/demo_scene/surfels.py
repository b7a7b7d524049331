"""Surfels: flat, oriented samples of a surface, before lighting turns them into Gaussians.

Notation: the model frame has y up; `h` is the distance between neighbouring samples [scene units]; a surfel's
`axes[:, :, j]` are its local axes in the model frame (two tangents, then the normal) and `sigmas[:, j]` the
standard deviations along them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

OVERLAP = 0.72
"""Standard deviation over sample distance: less shows gaps between neighbours, more blurs painted detail."""

THICKNESS = 0.12
"""Standard deviation along the normal over the smaller one in the surface."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Surfels:
    """N surface samples with a material each, model frame (y up).

    Args:
        points: Centres `[N, 3]`.
        axes: Local axes as columns `[N, 3, 3]`, right-handed, the last one is the outward normal.
        sigmas: Standard deviations along the axes `[N, 3]`.
        albedo: Diffuse reflectance, linear RGB `[N, 3]`.
        f0: Mirror reflectance at normal incidence, linear RGB `[N, 3]`; 0 is matt.
        opacity: Peak opacity `[N]`.
        translucency: Share of the diffuse light that comes through from the other side `[N]`.
        emission: Added radiance, linear RGB `[N, 3]`.
        two_sided: Seen (and lit) from both sides `[N]` bool: petals, bubbles, steam.
        film: Thickness of an iridescent film [nm], `[N]`; 0 is none.
    """

    points: Array
    axes: Array
    sigmas: Array
    albedo: Array
    f0: Array
    opacity: Array
    translucency: Array
    emission: Array
    two_sided: NDArray[np.bool_]
    film: Array

    def __len__(self) -> int:
        """Number of surfels."""
        return len(self.points)

    @property
    def normals(self) -> Array:
        """Outward normals `[N, 3]`."""
        return self.axes[:, :, 2]

    def select(self, index: NDArray[np.bool_] | NDArray[np.integer]) -> Surfels:
        """The surfels at `index` (mask or indices), in that order."""
        return replace(self, **{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def placed(self, position: ArrayLike, rotation: Array | None = None, scale: float = 1.0) -> Surfels:
        """Scaled about the origin, turned by `rotation` `[3, 3]`, then moved to `position` `[3]`."""
        turn = np.eye(3) if rotation is None else rotation
        return replace(
            self,
            points=scale * self.points @ turn.T + np.asarray(position, dtype=np.float64),
            axes=np.einsum("ij,njk->nik", turn, self.axes),
            sigmas=self.sigmas * scale,
        )


def concatenate(parts: Sequence[Surfels]) -> Surfels:
    """All `parts` behind one another."""
    return Surfels(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Surfels)})


def _material(n: int, value: ArrayLike, channels: int = 3) -> Array:
    shape = (n, channels) if channels > 1 else (n,)
    return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), shape))


def make(
    points: Array,
    axes: Array,
    sigmas: Array,
    *,
    albedo: ArrayLike,
    f0: ArrayLike = 0.0,
    opacity: ArrayLike = 0.985,
    translucency: ArrayLike = 0.0,
    emission: ArrayLike = 0.0,
    two_sided: bool = False,
    film: ArrayLike = 0.0,
) -> Surfels:
    """Surfels whose materials are given per surfel, or once for all of them (see `Surfels`)."""
    n = len(points)
    return Surfels(
        points=points,
        axes=axes,
        sigmas=sigmas,
        albedo=_material(n, albedo),
        f0=_material(n, f0),
        opacity=_material(n, opacity, 1),
        translucency=_material(n, translucency, 1),
        emission=_material(n, emission),
        two_sided=np.full(n, two_sided),
        film=_material(n, film, 1),
    )


def frames_from_steps(step_u: Array, step_v: Array) -> tuple[Array, Array]:
    """Axes and deviations of flat surfels that just cover the parallelograms between samples.

    Args:
        step_u: Vectors to the next sample along u, `[N, 3]`.
        step_v: The same along v; the normal points along `step_u x step_v`.

    Returns:
        `(axes [N, 3, 3], sigmas [N, 3])`: principal axes of the covariance `OVERLAP^2 (u u^T + v v^T)`.
    """
    a = np.einsum("ni,ni->n", step_u, step_u)
    b = np.einsum("ni,ni->n", step_u, step_v)
    c = np.einsum("ni,ni->n", step_v, step_v)
    # Eigenvectors of the 2x2 Gram matrix turn (u, v) into two orthogonal vectors with the same covariance.
    angle = 0.5 * np.arctan2(2.0 * b, a - c)
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    major, minor = cos * step_u + sin * step_v, cos * step_v - sin * step_u
    length_major = np.maximum(np.linalg.norm(major, axis=1), 1e-9)
    length_minor = np.maximum(np.linalg.norm(minor, axis=1), 1e-9)
    tangent = major / length_major[:, None]
    bitangent = minor / length_minor[:, None]
    axes = np.stack([tangent, bitangent, np.cross(tangent, bitangent)], axis=2)
    flat = np.stack([length_major, length_minor], axis=1) * OVERLAP
    sigmas = np.column_stack([flat, THICKNESS * flat.min(axis=1)])
    return axes, sigmas


def needles(starts: Array, ends: Array, radius: ArrayLike, facing: Array) -> tuple[Array, Array, Array]:
    """Thin Gaussians along segments.

    Args:
        starts: First ends `[N, 3]`.
        ends: Last ends `[N, 3]`.
        radius: Half thickness, one or `[N]`.
        facing: Roughly where the lit side looks, `[N, 3]`; becomes the normal.

    Returns:
        `(points, axes, sigmas)` for `make`.
    """
    along = ends - starts
    length = np.maximum(np.linalg.norm(along, axis=1), 1e-9)
    tangent = along / length[:, None]
    side = np.cross(facing, tangent)
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    axes = np.stack([tangent, side, np.cross(tangent, side)], axis=2)
    thin = np.broadcast_to(np.asarray(radius, dtype=np.float64), length.shape)
    return 0.5 * (starts + ends), axes, np.column_stack([0.42 * length, 0.6 * thin, 0.6 * thin])
