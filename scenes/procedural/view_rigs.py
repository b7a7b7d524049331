"""Camera poses as people take them: around a thing, over a dome, and side by side before a scene.

The poses come first; `framed` gives them focal lengths that suit the subject.

Notation: the subject lies within radius 1 of the origin, z is up; angles in degrees, azimuth 0 at -y looking along +y.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..poses import look_at_pose, orbit_pose
from .scene import View
from .surfaces import Points

_UP = (0.0, 0.0, 1.0)
_FOCALS = (0.5, 4.0)
_CELLS = 20  # across the picture, to estimate how much of it the subject fills
_ZOOM, _ZOOM_STEPS = 1.12, 7
_LEAST = 0.5  # of the coverage asked for: views with less are turned to the middle of the subject


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
    views: list[View] = []
    for k in range(count):
        shift = center[:3, 0] * x[k] + center[:3, 1] * y[k]
        eye = center[:3, 3] + shift - center[:3, 2] * rng.uniform(0.0, 0.1) * limits.distance
        views.append(_view(rng, _above(eye, limits), (1.0 - convergence) * shift))
    return tuple(views)


def _around(rng: np.random.Generator, limits: RigLimits, angles: Points) -> tuple[View, ...]:
    """Cameras at `angles [K, 2]` (azimuth, elevation) that look at the origin, not quite exactly."""
    views: list[View] = []
    for azimuth, elevation in angles:
        pose = orbit_pose(np.zeros(3), limits.distance * rng.uniform(0.95, 1.08), azimuth, elevation, _UP)
        views.append(_view(rng, _above(pose[:3, 3], limits), rng.normal(0.0, 0.08, size=3)))
    return tuple(views)


def _above(eye: Points, limits: RigLimits) -> Points:
    return np.array([eye[0], eye[1], max(eye[2], limits.lowest)])


def _view(rng: np.random.Generator, eye: Points, target: Points) -> View:
    pose = look_at_pose(eye, target, _UP)
    roll = math.radians(float(rng.normal(0.0, 2.5)))
    turn = np.eye(4)
    turn[:2, :2] = [[math.cos(roll), -math.sin(roll)], [math.sin(roll), math.cos(roll)]]
    return View(camtoworld=pose @ turn, focal=1.0)


def framed(
    rng: np.random.Generator, views: tuple[View, ...], subject: Points, *, coverage: float
) -> tuple[View, ...]:
    """`views` with one focal length, but for small differences, and principal points near the middle.

    Args:
        rng: Where the choices come from.
        views: Poses.
        subject: Points all over the subject, `[M, 3]`, world frame.
        coverage: Fraction of the picture that the subject fills at least, if that can be had without cutting off
            more than its outer parts.
    """
    tangents = [_tangents(view, subject) for view in views]
    reach = np.median([np.quantile(np.abs(tangent).max(axis=1), 0.98) for tangent in tangents])
    focal = float(rng.uniform(0.4, 0.75) / reach)
    for _ in range(_ZOOM_STEPS):
        if np.median([_coverage(focal * tangent) for tangent in tangents]) >= coverage:
            break
        focal *= _ZOOM
    views = tuple(
        view if _coverage(focal * tangent) >= _LEAST * coverage else _aimed(view, subject.mean(axis=0))
        for view, tangent in zip(views, tangents, strict=True)
    )
    offset = rng.normal(0.0, 0.01, size=2)
    return tuple(
        replace(
            view,
            focal=float(np.clip(focal, *_FOCALS)) * float(rng.uniform(0.98, 1.02)),
            principal=(float(offset[0]), float(offset[1])),
        )
        for view in views
    )


def _aimed(view: View, target: Points) -> View:
    """`view` from the same place towards `target [3]`."""
    return replace(view, camtoworld=look_at_pose(view.camtoworld[:3, 3], target, _UP))


def _tangents(view: View, points: Points) -> Points:
    """Picture coordinates at focal length 1 of `points [M, 3]`, `[M, 2]`."""
    local = (points - view.camtoworld[:3, 3]) @ view.camtoworld[:3, :3]
    return local[:, :2] / np.maximum(local[:, 2:], 0.05)


def _coverage(places: Points) -> float:
    """Fraction of a picture 1 wide and 0.8 high in which points at `places [M, 2]` fall, by its cells."""
    size = np.array([_CELLS, int(0.8 * _CELLS)])
    cells = np.floor(places * _CELLS + size / 2.0).astype(np.intp)
    inside = cells[((cells >= 0) & (cells < size)).all(axis=1)]
    return len(np.unique(inside[:, 0] + _CELLS * inside[:, 1])) / float(size.prod())
