"""What a drag of a tool means in the world."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera
from ..scenes.edits.similarity import matrix_tuple
from .drawing import Point
from .messages import Matrix
from .questions import Box, Ellipsoid, Point3, Sphere
from .state import Tool

_SMALLEST_PX = 1.0
_SCALE_PER_HEIGHT = 2.0  # dragging over the whole height scales by e to this
_TURN_PER_WIDTH = math.pi


def unproject(camera: Camera, at: Point, depth: float) -> NDArray[np.float64]:
    """The world point `[3]` at view-space `depth` under a pixel."""
    x, y = (at[0] - camera.cx) / camera.fx * depth, (at[1] - camera.cy) / camera.fy * depth
    return (camera.camtoworld @ np.array([x, y, depth, 1.0]))[:3]


def sphere(camera: Camera, depth: float, center: Point, rim: Point) -> Sphere:
    """Centred under one pixel, at that depth, as wide as to another."""
    radius = max(math.dist(center, rim), _SMALLEST_PX) / camera.fx * depth
    return Sphere(center=_point(unproject(camera, center, depth)), radius=radius)


def box(camera: Camera, depth: float, corner: Point, opposite: Point) -> Box:
    """Seen between two corners, as deep as it is wide or high, along the camera's axes."""
    pose, half_sizes = _between(camera, depth, corner, opposite)
    return Box(pose=pose, half_sizes=half_sizes)


def ellipsoid(camera: Camera, depth: float, corner: Point, opposite: Point) -> Ellipsoid:
    """The one inside that box."""
    pose, semi_axes = _between(camera, depth, corner, opposite)
    return Ellipsoid(pose=pose, semi_axes=semi_axes)


def motion(
    tool: Tool, camera: Camera, pivot: NDArray[np.float64], depth: float, first: Point, last: Point
) -> NDArray[np.float64]:
    """The similarity transform of the world `[4, 4]` that a drag with a tool means, about the pivot."""
    moved = np.eye(4)
    if tool is Tool.MOVE:
        moved[:3, 3] = unproject(camera, last, depth) - unproject(camera, first, depth)
        return moved
    if tool is Tool.SCALE:
        moved[:3, :3] *= math.exp((first[1] - last[1]) / camera.height * _SCALE_PER_HEIGHT)
    else:
        axis = camera.camtoworld[:3, 1]
        moved[:3, :3] = rotation(axis, (last[0] - first[0]) / camera.width * _TURN_PER_WIDTH)
    moved[:3, 3] = pivot - moved[:3, :3] @ pivot
    return moved


def rotation(axis: NDArray[np.float64], radians: float) -> NDArray[np.float64]:
    """Rodrigues' rotation `[3, 3]` about a unit axis."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + math.sin(radians) * cross + (1.0 - math.cos(radians)) * cross @ cross


def _between(camera: Camera, depth: float, corner: Point, opposite: Point) -> tuple[Matrix, Point3]:
    middle = (corner[0] + opposite[0]) / 2, (corner[1] + opposite[1]) / 2
    half_width, half_height = (
        max(abs(a - b), _SMALLEST_PX) / 2 / focal * depth
        for a, b, focal in zip(corner, opposite, (camera.fx, camera.fy), strict=True)
    )
    pose = camera.camtoworld.copy()
    pose[:3, 3] = unproject(camera, middle, depth)
    return matrix_tuple(pose), (half_width, half_height, max(half_width, half_height))


def _point(values: NDArray[np.float64]) -> Point3:
    x, y, z = (float(value) for value in values)
    return x, y, z
