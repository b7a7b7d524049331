"""What two cameras say about pixels that show the same point.

Notation: a pixel x of camera i lies on the ray o_i + s d_i, o_i the camera's centre, d_i = R_i^T K_i^-1 x. With exact
cameras both rays of a match meet at positive s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..camera import Camera
from .matching import FloatArray, Matches


@dataclass(frozen=True, eq=False)
class RayMeetings:
    """Where the rays of matches come nearest to each other.

    Args:
        points: Midpoints `[M, 3]`, world frame.
        depths: Along the optical axes of the two cameras `[M, 2]` [scene units]; negative behind a camera.
        angles: Between the rays `[M]` [rad].
        errors: Sampson distance of the matches from the epipolar geometry `[M]` [px].
    """

    points: FloatArray
    depths: FloatArray
    angles: FloatArray
    errors: FloatArray


def ray_meetings(first: Camera, second: Camera, matches: Matches) -> RayMeetings:
    """Triangulate `matches`, whose pixels fit the sizes of the two cameras.

    Source: Hartley & Zisserman, Multiple View Geometry, 11.4.3 (Sampson distance).
    """
    a, b = _ray_directions(first, matches.first), _ray_directions(second, matches.second)
    baseline = second.position - first.position
    aa, bb, ab = (a * a).sum(1), (b * b).sum(1), (a * b).sum(1)
    determinant = np.maximum(aa * bb - ab * ab, 1e-18 * aa * bb)
    s = ((a @ baseline) * bb - (b @ baseline) * ab) / determinant
    t = ((a @ baseline) * ab - (b @ baseline) * aa) / determinant
    points = 0.5 * (first.position + s[:, None] * a + second.position + t[:, None] * b)
    cosines = np.clip(ab / np.sqrt(aa * bb), -1.0, 1.0)
    errors = _sampson_distance(_fundamental_matrix(first, second), matches)
    return RayMeetings(points, np.stack([s, t], axis=1), np.arccos(cosines), errors)


def _ray_directions(camera: Camera, pixels: FloatArray) -> FloatArray:
    """World directions `[M, 3]` whose depth is 1."""
    x = (pixels[:, 0] - camera.cx) / camera.fx
    y = (pixels[:, 1] - camera.cy) / camera.fy
    return np.stack([x, y, np.ones_like(x)], axis=1) @ camera.viewmat[:3, :3]


def _fundamental_matrix(first: Camera, second: Camera) -> FloatArray:
    relative = second.viewmat @ first.camtoworld
    tx, ty, tz = relative[:3, 3] / max(float(np.linalg.norm(relative[:3, 3])), 1e-12)
    cross = np.array([[0.0, -tz, ty], [tz, 0.0, -tx], [-ty, tx, 0.0]])
    essential = cross @ relative[:3, :3]
    return np.linalg.inv(second.K).T @ essential @ np.linalg.inv(first.K)


def _sampson_distance(fundamental: FloatArray, matches: Matches) -> FloatArray:
    ones = np.ones((len(matches), 1))
    x, y = np.hstack([matches.first, ones]), np.hstack([matches.second, ones])
    lines_y, lines_x = x @ fundamental.T, y @ fundamental
    residual = (y * lines_y).sum(1)
    slope = (lines_y[:, :2] ** 2).sum(1) + (lines_x[:, :2] ** 2).sum(1)
    return np.abs(residual) / np.sqrt(np.maximum(slope, 1e-30))
