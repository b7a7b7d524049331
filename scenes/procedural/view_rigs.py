"""Camera poses as people take them: around a thing, over a dome, and side by side before a scene.

Notation: the subject lies within radius 1 of the origin, z is up; angles in degrees, azimuth 0 at -y looking along +y.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..poses import look_at_pose, orbit_pose
from .scene import View
from .surfaces import Points

_UP = (0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class RigLimits:
    """Where cameras may be.

    Args:
        azimuth: Middle of the arc that is free.
        arc: Width of it; 360 is all around.
        elevation: Lowest and highest.
        distance: From the origin [radii of the subject].
        lowest: Height above which they stay, world z.
    """

    azimuth: float
    arc: float
    elevation: tuple[float, float]
    distance: float
    lowest: float


def ring(rng: np.random.Generator, limits: RigLimits, count: int) -> tuple[View, ...]:
    """Cameras on an arc, 10 to 30 degrees apart, that wavers up and down."""
    step = min(float(rng.uniform(10.0, 30.0)), limits.arc / count)
    azimuths = limits.azimuth + step * (np.arange(count) - (count - 1) / 2.0) + rng.normal(0.0, 1.5, count)
    low, high = limits.elevation
    middle, sway = rng.uniform(low, high), rng.uniform(0.0, 0.2 * (high - low))
    elevations = np.clip(middle + sway * np.sin(np.arange(count) + rng.uniform(0, 6)), low, high)
    return _around(rng, limits, np.stack([azimuths, elevations], axis=1))


def dome(rng: np.random.Generator, limits: RigLimits, count: int) -> tuple[View, ...]:
    """Cameras in two rows one above the other, as in captures of single objects."""
    step = min(float(rng.uniform(12.0, 28.0)), 2.0 * limits.arc / count)
    column, row = np.divmod(np.arange(count), 2)
    azimuths = limits.azimuth + step * (column - (count - 1) / 4.0) + 0.4 * step * row
    low, high = limits.elevation
    base = rng.uniform(low, max(low, high - step))
    elevations = np.clip(base + step * 0.9 * row + rng.normal(0.0, 2.0, count), low, high)
    return _around(rng, limits, np.stack([azimuths, elevations], axis=1))


def side_by_side(rng: np.random.Generator, limits: RigLimits, count: int) -> tuple[View, ...]:
    """Cameras in two rows on a plane before the scene, all looking much the same way."""
    elevation = rng.uniform(limits.elevation[0], min(35.0, limits.elevation[1]))
    azimuth = limits.azimuth + rng.uniform(-0.3, 0.3) * min(limits.arc, 90.0)
    center = orbit_pose(np.zeros(3), limits.distance, azimuth, elevation, _UP)
    baseline = limits.distance * math.radians(float(rng.uniform(4.0, 12.0)))
    column, row = np.divmod(np.arange(count), 2)
    x = baseline * (column - (count - 1) / 4.0) + rng.normal(0.0, 0.12 * baseline, count)
    y = baseline * (row - 0.5) * rng.uniform(0.4, 1.0) + rng.normal(0.0, 0.12 * baseline, count)
    convergence = float(rng.uniform(0.0, 0.9))
    focal, views = _focal(rng, limits.distance), []
    for k in range(count):
        shift = center[:3, 0] * x[k] + center[:3, 1] * y[k]
        eye = center[:3, 3] + shift - center[:3, 2] * rng.uniform(0.0, 0.1) * limits.distance
        views.append(_view(rng, _above(eye, limits), (1.0 - convergence) * shift, focal))
    return tuple(views)


def _around(rng: np.random.Generator, limits: RigLimits, angles: Points) -> tuple[View, ...]:
    """Cameras at `angles [K, 2]` (azimuth, elevation) that look at the origin, not quite exactly."""
    focal, views = _focal(rng, limits.distance), []
    for azimuth, elevation in angles:
        pose = orbit_pose(np.zeros(3), limits.distance * rng.uniform(0.95, 1.08), azimuth, elevation, _UP)
        views.append(_view(rng, _above(pose[:3, 3], limits), rng.normal(0.0, 0.08, size=3), focal))
    return tuple(views)


def _above(eye: Points, limits: RigLimits) -> Points:
    return np.array([eye[0], eye[1], max(eye[2], limits.lowest)])


def _focal(rng: np.random.Generator, distance: float) -> float:
    """Focal length with which the subject's sphere fills 0.65 to 1.5 of the picture's larger side."""
    fill = rng.uniform(0.65, 1.5)
    return float(np.clip(0.5 * fill * math.sqrt(distance**2 - 1.0), 0.5, 3.5))


def _view(rng: np.random.Generator, eye: Points, target: Points, focal: float) -> View:
    pose = look_at_pose(eye, target, _UP)
    roll = math.radians(float(rng.normal(0.0, 2.5)))
    turn = np.eye(4)
    turn[:2, :2] = [[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]]
    return View(camtoworld=pose @ turn, focal=focal * float(rng.uniform(0.98, 1.02)))
