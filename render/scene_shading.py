"""Light on the surfaces of a procedural scene: Lambert and Blinn-Phong under lamps, and light from above and below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..scenes.procedural import Lamp, Lighting, ProceduralScene

GAMMA = 2.2
"""Exponent from displayed colours to linear light."""

_SHOULDER = 0.8  # linear light above is compressed, as cameras do, rather than cut


@dataclass(frozen=True, eq=False, kw_only=True)
class Hits:
    """Where rays meet a scene, M of them.

    Args:
        pixels: Number of each ray, `[M]`.
        points: Where, `[M, 3]` float64, world frame.
        depths: Along the view axis `[M]`.
        toward: Unit directions to the camera, `[M, 3]`, world frame.
        normals: Unit, on the camera's side, `[M, 3]`, world frame.
        parts: Number of the part, `[M]`.
        footprint: Width of a pixel there `[M]` [scene units].
        lit: Bit k is set where lamp k is seen, `[M]`.
    """

    pixels: NDArray[np.intp]
    points: NDArray[np.float64]
    depths: NDArray[np.float32]
    toward: NDArray[np.float32]
    normals: NDArray[np.float32]
    parts: NDArray[np.intp]
    footprint: NDArray[np.float32]
    lit: NDArray[np.uint8]


def shaded(scene: ProceduralScene, hits: Hits) -> NDArray[np.float32]:
    """Light from every hit to the camera, linear RGB `[M, 3]`, before exposure."""
    lighting = scene.lighting
    diffuse, specular = _skylight(lighting, hits.normals), np.zeros_like(hits.normals)
    glossiness = np.array([part.material.gloss for part in scene.parts], dtype=np.float32)[hits.parts]
    shininess = np.array([part.material.shininess for part in scene.parts], dtype=np.float32)[hits.parts]
    glossy = np.flatnonzero(glossiness)
    for number, lamp in enumerate(lighting.lamps):
        toward, light = _arriving(lamp, hits.points)
        cosines = np.maximum(np.einsum("mi,mi->m", hits.normals, toward), 0.0) * ((hits.lit >> number) & 1)
        arriving = light * cosines[:, None]
        diffuse += arriving
        half = toward[glossy] + hits.toward[glossy]
        half /= np.maximum(lengths(half), 1e-6)
        peak = np.maximum(np.einsum("mi,mi->m", half, hits.normals[glossy]), 0.0) ** shininess[glossy]
        specular[glossy] += arriving[glossy] * (glossiness[glossy] * peak)[:, None]
    return albedos(scene, hits) * diffuse + specular


def albedos(scene: ProceduralScene, hits: Hits) -> NDArray[np.float32]:
    """Colours of the textures at the hits, `[M, 3]`; textures that parts share are evaluated once."""
    colors = np.empty((len(hits.pixels), 3), dtype=np.float32)
    textures = {id(part.material.texture): part.material.texture for part in scene.parts}
    place = {key: number for number, key in enumerate(textures)}
    of_part = np.array([place[id(part.material.texture)] for part in scene.parts])
    of_hit = of_part[hits.parts]
    order = np.argsort(of_hit, kind="stable")
    ends = np.searchsorted(of_hit[order], np.arange(len(textures) + 1))
    for number, texture in enumerate(textures.values()):
        chosen = order[ends[number] : ends[number + 1]]
        if len(chosen):
            colors[chosen] = texture.colors(hits.points[chosen], hits.footprint[chosen])
    return colors


def encoded(linear: NDArray[np.float32], lighting: Lighting) -> NDArray[np.float32]:
    """`linear [..., 3]` as the scene's camera displays it, in [0, 1]."""
    exposed = linear * lighting.exposure.astype(np.float32)
    over = np.maximum(exposed - np.float32(_SHOULDER), 0.0)
    rest = np.float32(1.0 - _SHOULDER)
    rolled = np.minimum(exposed, np.float32(_SHOULDER)) + rest * (1.0 - np.exp(-over / rest))
    return np.clip(rolled, 0.0, 1.0).astype(np.float32) ** np.float32(1.0 / GAMMA)


def lengths(vectors: NDArray[Any]) -> NDArray[Any]:
    """Lengths `[M, 1]` of `vectors [M, 3]`; five times as fast as numpy's norm along a short axis."""
    return np.sqrt(np.einsum("mi,mi->m", vectors, vectors))[:, None]


def _skylight(lighting: Lighting, normals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light from above and below on surfaces with `normals [M, 3]`, `[M, 3]`."""
    up = 0.5 + 0.5 * normals[:, 2:]
    return (up * lighting.sky + (1.0 - up) * lighting.floor).astype(np.float32)


def _arriving(lamp: Lamp, points: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Unit directions to `lamp` and its light on surfaces that face it, `[M, 3]` and `[M, 3]` or `[1, 3]`."""
    color = lamp.color.astype(np.float32)
    if lamp.distant:
        return np.broadcast_to(lamp.position.astype(np.float32), points.shape), color[None]
    toward = lamp.position - points
    distances = lengths(toward)
    falloff = np.minimum((lamp.reach / distances) ** 2, 3.0)
    return (toward / distances).astype(np.float32), color * falloff.astype(np.float32)
