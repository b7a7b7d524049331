"""Planes that agreed depths lie on, such as the floor of a room of which only a corner is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera
from ..depth_consistency import world_points
from ..reconstruction_types import ViewDepth
from .types import LargePlane

_SIDE = 320  # of a depth map: more pixels are not looked at
_FACING = np.cos(np.radians(15.0))
_BINS = 200  # of the points' longest side
_LEAST_SHARE = 0.02  # of the points, for a plane
_MOST_BEHIND = 0.02  # of the points, for one that bounds


@dataclass(frozen=True, eq=False, kw_only=True)
class KnownPlanes:
    """Planes along the walls.

    Args:
        directions: Unit normals, `[3, 3]`, one a row.
        planes: What many points lie on and face.
        bounds: Those of them that have all cameras, and nearly all points, on one side: nothing behind is seen.
        slack: How far behind a plane something may be found [scene units].
    """

    directions: NDArray[np.float64]
    planes: tuple[LargePlane, ...]
    bounds: tuple[LargePlane, ...]
    slack: float

    @classmethod
    def of(cls, views: Sequence[ViewDepth], directions: NDArray[np.float64]) -> KnownPlanes:
        """Those of the depths of `views`."""
        found = [_facing_points(view.camera, view.depth) for view in views]
        points, normals = (np.concatenate([one[part] for one in found]) for part in (0, 1))
        if not len(points):
            return cls(directions=directions, planes=(), bounds=(), slack=0.0)
        slack = float(np.ptp(points, axis=0).max()) / _BINS
        cameras = np.stack([view.camera.position for view in views])
        planes = list[LargePlane]()
        bounds = list[LargePlane]()
        for axis, direction in enumerate(directions):
            facing = np.abs(normals @ direction) > _FACING
            for offset in _peaks((points @ direction)[facing], slack, _LEAST_SHARE * len(points)):
                planes.append(LargePlane(axis=axis, offset=offset))
                sides = np.sign(cameras @ direction - offset)
                behind = ((points @ direction - offset) * sides[0] < -slack).mean()
                if sides[0] and (sides == sides[0]).all() and behind <= _MOST_BEHIND:
                    bounds.append(planes[-1])
        return cls(directions=directions, planes=tuple(planes), bounds=tuple(bounds), slack=slack)

    def hidden(self, camera: Camera, depth: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which points at `depth [H, W]` lie behind a plane that bounds the scene."""
        points = world_points(camera, depth)
        behind = np.zeros(depth.shape, dtype=np.bool_)
        for plane in self.bounds:
            normal = self.directions[plane.axis]
            side = np.sign(float(normal @ camera.position) - plane.offset)
            behind |= (points @ normal - plane.offset) * side < -self.slack
        return behind


def _facing_points(
    camera: Camera, depth: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points whose neighbours are known `[N, 3]`, and unit normals there `[N, 3]`, world frame."""
    step = -(-max(depth.shape) // _SIDE)
    points, known = world_points(camera, depth)[::step, ::step], depth[::step, ::step] > 0
    across, down = points[1:-1, 2:] - points[1:-1, :-2], points[2:, 1:-1] - points[:-2, 1:-1]
    normals = np.cross(across, down)
    length = np.linalg.norm(normals, axis=-1)
    inner = known[1:-1, 1:-1] & known[1:-1, 2:] & known[1:-1, :-2] & known[2:, 1:-1] & known[:-2, 1:-1]
    inner &= length > 0
    return points[1:-1, 1:-1][inner], normals[inner] / length[inner][:, None]


def _peaks(values: NDArray[np.float64], width: float, least: float) -> list[float]:
    """About where at least so many of `values [N]` are within a bin or two of each other."""
    if not len(values):
        return []
    edges = np.arange(values.min() - 3 * width, values.max() + 4 * width, width)
    counts = np.histogram(values, edges)[0]
    peaks = list[float]()
    for index in range(2, len(counts) - 2):
        around = counts[index - 2 : index + 3]
        if counts[index] == around.max() and counts[index - 1] < counts[index] and around[1:4].sum() >= least:
            middle = edges[index] + width / 2
            peaks.append(float(np.median(values[np.abs(values - middle) < 1.5 * width])))
    return peaks
