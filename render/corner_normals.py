"""Normals at the corners of triangles: smooth over gentle bends, flat at creases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..scenes.procedural import Surface

_CREASE_COSINE = 0.8  # a corner whose vertex normal is farther than 37 degrees off keeps its face's


def corner_normals(surface: Surface) -> NDArray[np.float32]:
    """Unit normals `[F, 3, 3]` for each corner of each face: area-weighted mean of the faces that meet there."""
    vertices, faces = surface.vertices, surface.faces
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    weighted = np.cross(b - a, c - a)
    sums = np.stack(
        [
            np.bincount(faces.ravel(), np.repeat(weighted[:, axis], 3), minlength=len(vertices))
            for axis in range(3)
        ],
        axis=1,
    )
    flat = weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-30)
    smooth = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-30)
    corners, faced = smooth[faces], np.broadcast_to(flat[:, None], (len(faces), 3, 3))
    gentle = (corners * faced).sum(axis=2, keepdims=True) > _CREASE_COSINE
    return np.where(gentle, corners, faced).astype(np.float32)
