"""Moves a mesh so that its outlines are those of the photos.

A vertex is on an outline of the mesh, as a camera sees it, if triangles around it face both ways and the background is
next to it. There it should lie on the outline of the photo's opaque part: with phi the signed distance in the picture
to that outline, positive outside [px], it moves along its normal n by

    t = -phi z / (f |n_xy|)

with n_xy the part of n in the picture's plane. What lies between the outlines follows smoothly: see
`MeshTopology.smoothed`, where t is the mean over the cameras and w how often the vertex was on an outline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from ....scenes import Camera
from ....scenes.mesh import TriangleMesh
from ....scenes.photo_sets import PhotoImage
from .in_picture import PointsInPicture
from .mesh_topology import MeshTopology, moved_along_normals

Covered = Callable[[Camera], NDArray[np.bool_]]
"""Where a mesh is in the picture of a camera, `[H, W]`."""

_OPAQUE = 0.5
_FINER = 2  # an outline is found between the pixels
_BESIDE = 1.2  # px from the drawn outline, at most
_TRUSTED = 6.0  # px from the photo's outline, at most: farther away a whole part is missing
_LEAST_SLANT = 0.5  # |n_xy|
_SMOOTHNESS = 2.0  # lambda of `MeshTopology.smoothed`


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoOutline:
    """Where a photo is opaque.

    Args:
        camera: The photo's.
        distances: Signed distance to the outline, positive outside, `[2H, 2W]` float32 [px of the photo].
    """

    camera: Camera
    distances: NDArray[np.float32]

    @classmethod
    def of(cls, photo: PhotoImage) -> PhotoOutline | None:
        """The outline of a photo; `None` if all of it is opaque, or nothing."""
        if photo.alpha is None:
            return None
        fine = _enlarged(photo.alpha) >= _OPAQUE
        if fine.all() or not fine.any():
            return None
        return cls(camera=photo.camera, distances=(_signed_distances(fine) / _FINER).astype(np.float32))

    def at(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distances `[N]` at `pixels [N, 2]` (x, y)."""
        places = pixels[:, ::-1].T * _FINER - 0.5
        return map_coordinates(self.distances, places, order=1, mode="nearest")


def fitted_to_outlines(
    mesh: TriangleMesh, outlines: Sequence[PhotoOutline], covered: Covered
) -> TriangleMesh:
    """The mesh, moved once; triangles and colours stay.

    Args:
        mesh: Its front is outside.
        outlines: Of photos that show all of it.
        covered: Draws `mesh`.
    """
    topology = MeshTopology(mesh)
    vertices = mesh.vertices.astype(np.float64)
    face_normals, normals = topology.normals(vertices)
    total, weights = np.zeros(len(vertices)), np.zeros(len(vertices))
    for outline in outlines:
        camera = outline.camera
        chosen = topology.turning(vertices, face_normals, camera)
        seen = PointsInPicture.of(vertices[chosen], camera)
        pixels = seen.pixels[::-1].T + 0.5
        distances = outline.at(pixels)
        kept = _inside(pixels, camera) & (np.abs(distances) <= _TRUSTED)
        kept &= np.abs(_drawn_distances(covered(camera), pixels)) <= _BESIDE
        seen, distances = seen.kept(kept), distances[kept]
        chosen = chosen[seen.numbers]
        slants = np.linalg.norm((normals[chosen] @ camera.viewmat[:3, :3].T)[:, :2], axis=1)
        wanted = -distances * seen.depths / (camera.fx * np.maximum(slants, _LEAST_SLANT))
        total[chosen] += slants * wanted
        weights[chosen] += slants
    return moved_along_normals(mesh, normals, topology.smoothed(total, weights, _SMOOTHNESS))


def _enlarged(alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    from PIL import Image

    size = (_FINER * alpha.shape[1], _FINER * alpha.shape[0])
    return np.asarray(Image.fromarray(alpha.astype(np.float32)).resize(size, Image.Resampling.BILINEAR))


def _signed_distances(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """To the line between the pixels inside and those outside, positive outside [px]."""
    outer: Any = distance_transform_edt(~inside)
    inner: Any = distance_transform_edt(inside)
    return (outer - inner + np.where(inside, 0.5, -0.5)).astype(np.float32)


def _drawn_distances(covered: NDArray[np.bool_], pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed distances `[N]` from `pixels [N, 2]` to the outline of what was drawn; far where nothing was."""
    if covered.all() or not covered.any():
        return np.full(len(pixels), np.inf)
    return map_coordinates(_signed_distances(covered), pixels[:, ::-1].T - 0.5, order=1, mode="nearest")


def _inside(pixels: NDArray[np.float64], camera: Camera) -> NDArray[np.bool_]:
    low, high = np.array([1.0, 1.0]), np.array([camera.width - 2.0, camera.height - 2.0])
    return np.all((pixels > low) & (pixels < high), axis=1)
