"""Between which depths a scene lies, seen from each of its photos.

In order of preference: what the set's file says of a photo; sparse points; the object's sphere; and, from the cameras
alone, where the views overlap. The last is a guess within a factor of about two: give points where a few seconds
can be spent (`with_triangulated_points`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ..camera import Camera
from ..views import SceneExtent
from .photo_set import PhotoSet

DepthRange = tuple[float, float]

_PERCENTILES = (1.0, 99.0)
_MARGIN = 0.3
_FEW_POINTS = 100
_LEAST_NEAR = 0.5
_MIN_POINTS = 20
_SPHERE_MARGIN = 0.05
_INSIDE_NEAR = 0.05

_DEPTHS = np.geomspace(0.02, 30.0, 80)
_RAYS = np.array([(x, y) for y in (0.15, 0.5, 0.85) for x in (0.15, 0.5, 0.85)])
_MAX_OTHERS = 64
_OVERLAP = 0.5
_UNBOUNDED = 8.0  # around an object the overlap ends after some two distances between cameras
_LOOKING_ALL_WAYS = 0.6
_INSIDE_OUT = (0.08, 2.0)


def near_far(photo_set: PhotoSet) -> tuple[DepthRange, ...]:
    """Near and far of every photo, along its optical axis [scene units], 0 < near < far.

    Raises:
        RowsplatError: Nothing tells: a single photo without points, sphere or bounds.
    """
    return tuple(photo.near_far or near_far_of_camera(photo_set, photo.camera) for photo in photo_set.photos)


def near_far_of_camera(photo_set: PhotoSet, camera: Camera) -> DepthRange:
    """Near and far for any camera that looks at the scene of `photo_set`; else as `near_far`.

    Raises:
        RowsplatError: Nothing tells.
    """
    found = _from_points(photo_set.points, camera) or _from_sphere(photo_set.region, camera)
    found = found or _from_overlap(photo_set.cameras, camera) or _from_bounds(photo_set)
    if found is None:
        raise RowsplatError(
            f"{photo_set.name}: expected points or several overlapping photos to tell near from far, found none. "
            "Give near and far."
        )
    return found


def scene_box(cameras: Sequence[Camera], ranges: Sequence[DepthRange]) -> SceneExtent:
    """The cube that holds the frusta of `cameras` between their `ranges`, as its centre and half its side.

    The centre is that of the box around all frustum corners, the radius 1.1 times half its longest side: as the
    world is scaled for the feature volume of Omni-Recon (arXiv:2403.11131). Give the few photos that a
    volume is built from: around a whole orbit the cube is far larger than the object.
    """
    corners = np.concatenate(
        [frustum_points(c, _IMAGE_CORNERS, np.array(r)) for c, r in zip(cameras, ranges, strict=True)]
    ).reshape(-1, 3)
    low, high = corners.min(axis=0), corners.max(axis=0)
    return SceneExtent(center=(low + high) / 2, radius=float(1.1 * (high - low).max() / 2))


_IMAGE_CORNERS = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)])


def _from_points(points: NDArray[np.float64] | None, camera: Camera) -> DepthRange | None:
    if points is None:
        return None
    depths = seen_depths(camera, points)
    if len(depths) < _MIN_POINTS:
        return None
    low, high = (float(value) for value in np.percentile(depths, _PERCENTILES))
    margin = max(_MARGIN * (1 + _FEW_POINTS / len(depths)) * (high - low), 0.02 * high)
    return max(low - margin, _LEAST_NEAR * low), high + margin


def seen_depths(camera: Camera, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Depths `[M]` of those of `points [N, 3]` that lie in the picture, occluded or not."""
    inside, depths = visibility(camera, points)
    return depths[inside]


def visibility(camera: Camera, points: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which of `points [..., 3]` lie in the picture, and their depths."""
    seen = points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    depths = seen[..., 2]
    safe = np.where(depths > 0, depths, 1.0)
    u = camera.fx * seen[..., 0] / safe + camera.cx
    v = camera.fy * seen[..., 1] / safe + camera.cy
    return (depths > 0) & (u >= 0) & (u < camera.width) & (v >= 0) & (v < camera.height), depths


def _from_sphere(sphere: SceneExtent | None, camera: Camera) -> DepthRange | None:
    if sphere is None:
        return None
    middle = float(camera.viewmat[2, :3] @ sphere.center + camera.viewmat[2, 3])
    if middle + sphere.radius <= 0:
        return None
    near = (1 - _SPHERE_MARGIN) * (middle - sphere.radius)
    far = (1 + _SPHERE_MARGIN) * (middle + sphere.radius)
    return max(near, _INSIDE_NEAR * far), far


def _from_overlap(cameras: Sequence[Camera], camera: Camera) -> DepthRange | None:
    """The depths at which at least half as many other photos see a pixel's point as at the best depth.

    Where photos look outwards from within a room, views that overlap do so for ever. Cameras then stand about
    as far from each other as the walls are from them.
    """
    centres = np.array([other.position for other in cameras])
    distances = np.linalg.norm(centres - camera.position, axis=1)
    others = np.flatnonzero(distances > 1e-9 * max(float(distances.max()), 1e-30))
    if not len(others):
        return None
    apart = float(np.median(distances[others]))
    depths = _DEPTHS * apart
    points = frustum_points(camera, _RAYS, depths)
    chosen = others[np.unique(np.linspace(0, len(others) - 1, _MAX_OTHERS).round().astype(int))]
    counts = np.mean([visibility(cameras[index], points)[0] for index in chosen], axis=(0, 2))
    good = depths[(counts > 0) & (counts >= _OVERLAP * counts.max())]
    if not len(good) or good.max() > _UNBOUNDED * apart:
        forward = np.mean([other.viewmat[2, :3] for other in cameras], axis=0)
        if np.linalg.norm(forward) < _LOOKING_ALL_WAYS:
            return _INSIDE_OUT[0] * apart, _INSIDE_OUT[1] * apart
    if not len(good):
        return None
    return float(good.min()), float(max(good.max(), 1.01 * good.min()))


def _from_bounds(photo_set: PhotoSet) -> DepthRange | None:
    """The median of what the file says of its photos."""
    bounds = [photo.near_far for photo in photo_set if photo.near_far is not None]
    if not bounds:
        return None
    near, far = np.median(bounds, axis=0)
    return float(near), float(far)


def frustum_points(
    camera: Camera, shares: NDArray[np.float64], depths: NDArray[np.float64]
) -> NDArray[np.float64]:
    """World points `[D, M, 3]` at `depths [D]` behind the pixels at `shares [M, 2]` of width and height."""
    pixels = shares * (camera.width, camera.height)
    x = (pixels[:, 0] - camera.cx) / camera.fx
    y = (pixels[:, 1] - camera.cy) / camera.fy
    directions = np.stack([x, y, np.ones_like(x)], axis=1) @ camera.viewmat[:3, :3]
    return camera.position + depths[:, None, None] * directions
