"""Moves a mesh to where photos agree.

A photo is compared with its neighbours at depths z' a little before and behind the depth z that the mesh has in it. A
vertex v that it sees, from o, should lie in the plane that is as far away as the best of these: along its normal n, by

    t = n . (v - o) (z' / z - 1)

The mean over photos, weighted by the cosine between n and the ray, is made smooth by `MeshTopology.smoothed`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from ....scenes import Camera
from ....scenes.mesh import TriangleMesh
from ....scenes.photo_sets import PhotoSet, choose_source_views
from ..depth_prior import closer_look, plane_count
from ..depth_prior.plane_costs import WarpingView
from ..source_pictures import SourcePictures
from .in_picture import PointsInPicture
from .mesh_topology import MeshTopology, moved_along_normals

DepthOf = Callable[[Camera], NDArray[np.float32]]
"""Depth of a mesh in the picture of a camera, `[H, W]`, 0 where it is not [scene units]."""

NEIGHBOURS = 4
"""Photos that each is compared with."""

_SMOOTHNESS = 0.3  # lambda of `MeshTopology.smoothed`
_SMOOTHING = 1  # radius of the mean over costs [px]
_PERCENTILES = (1.0, 99.0)  # of the depths in a photo, between which a pixel's motion is measured
_FARTHEST = 0.02  # that a depth may be off [part of it]
_SAME = 0.01  # depths that differ by no more are of one place [part of the depth]
_MANY = 10**6


def matched_to_photos(
    mesh: TriangleMesh, photo_set: PhotoSet, indices: Sequence[int], depth_of: DepthOf, *, max_side: int
) -> TriangleMesh:
    """The mesh, moved once; triangles and colours stay.

    Args:
        mesh: Nearly where it should be: about a pixel of the photos away.
        photo_set: The photos.
        indices: Those of them that are compared with others.
        depth_of: Draws `mesh`.
        max_side: Longer side that photos are scaled down to [px].

    Raises:
        RowsplatError: OpenCV is not installed.
        SceneFileError: A photo cannot be read.
    """
    topology, vertices = MeshTopology(mesh), mesh.vertices.astype(np.float64)
    _, normals = topology.normals(vertices)
    total, weights = np.zeros(len(vertices)), np.zeros(len(vertices))
    pictures = SourcePictures(photo_set, max_side, torch.device("cpu"))
    for index in indices:
        photo = pictures.photo(index)
        depth = depth_of(photo.camera)
        factors = _factors(photo_set, pictures, index, depth)
        if factors is None:
            continue
        seen = _seen(vertices, photo.camera, depth)
        rays = vertices[seen.numbers] - photo.camera.position
        along = (normals[seen.numbers] * rays).sum(axis=1)
        cosines = np.abs(along) / np.linalg.norm(rays, axis=1)
        total[seen.numbers] += cosines * along * (map_coordinates(factors, seen.pixels, order=1) - 1.0)
        weights[seen.numbers] += cosines
    return moved_along_normals(mesh, normals, topology.smoothed(total, weights, _SMOOTHNESS))


def _factors(
    photo_set: PhotoSet, pictures: SourcePictures, index: int, depth: NDArray[np.float32]
) -> NDArray[np.float32] | None:
    """z' / z of each pixel, `[H, W]`, 1 where the mesh is not; `None` where it is nowhere."""
    known = depth > 0
    if not known.any():
        return None
    near, far = np.percentile(depth[known], _PERCENTILES).tolist()
    far = max(far, near * (1.0 + _SAME))
    camera, name = pictures.photo(index).camera, photo_set.names[index]
    others = choose_source_views(photo_set, camera, NEIGHBOURS, exclude=(name,), near_far=(near, far))
    photos = [pictures.photo(number) for number in (index, *others)]
    views = [WarpingView.of(photo.rgb, photo.camera, camera) for photo in photos]
    step = (1.0 / near - 1.0 / far) / plane_count(views, near, far, _MANY)
    middle = torch.from_numpy(1.0 / np.where(known, depth, np.float32(far)))
    found, _ = closer_look(views, middle, step, smoothing=_SMOOTHING, own_photo=True)
    factors = np.clip((middle / found).numpy(), 1.0 - _FARTHEST, 1.0 + _FARTHEST)
    return np.where(known, factors, np.float32(1.0))


def _seen(vertices: NDArray[np.float64], camera: Camera, depth: NDArray[np.float32]) -> PointsInPicture:
    """The vertices that the camera sees of the mesh whose `depth` this is."""
    found = PointsInPicture.of(vertices, camera)
    there = depth[found.nearest]
    return found.kept((there > 0) & (np.abs(there - found.depths) <= _SAME * found.depths))
