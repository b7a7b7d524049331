"""Normals at the corners of triangles: smooth over gentle bends, flat at creases."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..scenes.procedural import Surface

_CREASE_COSINE = 0.8  # a corner whose vertex normal is farther than 37 degrees off keeps its face's


def corner_normals(surface: Surface) -> NDArray[np.float32]:
    """Unit normals `[F, 3, 3]` for each corner of each face: the mean of the faces that meet there, by their angles.

    Weights by area would favour whichever side of a box has both its triangles at the corner (Thürmer and Wüthrich
    1998).
    """
    corners, faces = surface.vertices[surface.faces], surface.faces
    ahead = _unit(np.roll(corners, -1, axis=1) - corners)
    behind = -np.roll(ahead, 1, axis=1)
    flat = _unit(np.cross(ahead[:, 0], behind[:, 0]))
    angles = np.arccos(np.clip(np.einsum("fki,fki->fk", ahead, behind), -1.0, 1.0))
    weighted = (angles[..., None] * flat[:, None]).reshape(-1, 3)
    count = len(surface.vertices)
    sums = np.stack(
        [np.bincount(faces.ravel(), weighted[:, axis], minlength=count) for axis in range(3)], axis=1
    )
    smooth, faced = _unit(sums)[faces], np.broadcast_to(flat[:, None], corners.shape)
    gentle = np.einsum("fki,fki->fk", smooth, faced) > _CREASE_COSINE
    return np.where(gentle[..., None], smooth, faced).astype(np.float32)


def _unit(vectors: NDArray[Any]) -> NDArray[np.float64]:
    """`vectors [..., 3]` at length 1, or 0 where they are."""
    lengths = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return vectors / np.maximum(lengths, 1e-30)[..., None]
