"""Planes that two photos both show, found by trying all distances along the directions of the walls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..opencv import opencv
from ..parallel import in_threads
from .plane_views import PairOfPhotos, PlaneInPair
from .types import LargePlane

FITS = 0.2
"""Correlation over a large window above which a plane counts."""

_WINDOW, _REFINED_WINDOW = 12.0, 6.0  # standard deviations [px]
_FINEST = 1  # photos of half the size do
_STEP = 1.0  # px that the photos move from one distance to the next
_FASTEST = 0.8  # quantile of the pixels that is meant
_LEAST_STEP, _MOST_STEP = 0.004, 0.05  # of the inverse distance
_NUDGE = 0.1 * _LEAST_STEP  # to see how fast the photos move
_GRID = (80, 64)  # cells of the photo that planes share, columns and rows
_MOST_PLANES = 8  # of a pair
_LEAST_GAIN = 0.001  # mean over the photo of how far the correlation exceeds what it was
_SAME_DISTANCE = 0.03  # of the nearer camera's distance
_ONE_PLANE = 0.2  # of `_SAME_DISTANCE`: two that are no farther apart are one
_TRIED = np.linspace(-1.0, 1.0, 13)  # around a plane [of `_SAME_DISTANCE`]


@dataclass(frozen=True, eq=False)
class _Found:
    plane: LargePlane
    distance: float  # from the first camera
    fit: NDArray[np.float32]  # of the cells


def shared_planes(pair: PairOfPhotos, directions: NDArray[np.float64]) -> list[LargePlane]:
    """Planes that the first photo shows as the second does, and the second as the first.

    Args:
        pair: The photos.
        directions: Unit normals, `[3, 3]`, one a row.
    """
    there = _chosen(_swept(pair, directions))
    if not there:
        return []
    back = _chosen(_swept(pair.turned(), directions))
    planes = list[LargePlane]()
    for one in there:
        for other in back:
            near = _SAME_DISTANCE * min(one.distance, other.distance)
            if _distance(one.plane, other.plane) <= near:
                middle = replace(one.plane, offset=(one.plane.offset + other.plane.offset) / 2.0)
                plane = _refined(pair, directions, middle, near)
                if all(_distance(plane, known) > _ONE_PLANE * near for known in planes):
                    planes.append(plane)
    return planes


def in_pair(pair: PairOfPhotos, directions: NDArray[np.float64], plane: LargePlane) -> PlaneInPair | None:
    """The plane as the pair sees it; `None` if the first camera is on it."""
    distance = plane.offset - float(directions[plane.axis] @ pair.camera.position)
    if distance == 0.0:
        return None
    return pair.plane_at(np.sign(distance) * directions[plane.axis], abs(distance))


def _distance(one: LargePlane, other: LargePlane) -> float:
    return abs(one.offset - other.offset) if one.axis == other.axis else np.inf


def _swept(pair: PairOfPhotos, directions: NDArray[np.float64]) -> list[_Found]:
    """Every plane that both photos may show, with how well they fit there."""
    tried = [
        (LargePlane(axis=axis, offset=float(direction @ pair.camera.position + sign * seen.distance)), seen)
        for axis, direction in enumerate(directions)
        for sign in (1.0, -1.0)
        for seen in _distances(pair, sign * direction)
    ]
    fits = in_threads(lambda one: _cells(one[1]), tried)
    return [
        _Found(plane, seen.distance, fit)
        for (plane, seen), fit in zip(tried, fits, strict=True)
        if fit is not None
    ]


def _cells(seen: PlaneInPair) -> NDArray[np.float32] | None:
    fit = seen.fit(_WINDOW, _FINEST)
    if fit is None:
        return None
    cv2 = opencv()
    return cv2.resize(fit, _GRID, interpolation=cv2.INTER_NEAREST)


def _distances(pair: PairOfPhotos, normal: NDArray[np.float64]) -> Iterator[PlaneInPair]:
    """The plane at all distances, far to near, so that the photos move by a pixel from one to the next."""
    inverse, last = 1.0 / pair.far, 1.0 / (_LEAST_STEP * pair.near)
    while inverse < last:
        seen = pair.plane_at(normal, 1.0 / inverse)
        step = _MOST_STEP
        if seen.is_seen:
            yield seen
            nudged = pair.plane_at(normal, 1.0 / (inverse * (1.0 + _NUDGE)))
            moved = np.linalg.norm(nudged.places - seen.places, axis=1)[seen.seen]
            pixel = 2.0**_FINEST * max(seen.scale, 1.0)
            speed = float(np.quantile(moved, _FASTEST)) / pixel / _NUDGE
            step = float(np.clip(_STEP / max(speed, 1e-9), _LEAST_STEP, _MOST_STEP))
        inverse *= 1.0 + step


def _chosen(found: Sequence[_Found]) -> list[_Found]:
    """Those that together explain the most of the photo, the best first."""
    if not found:
        return []
    fits = np.stack([one.fit for one in found])
    best = np.full(fits.shape[1:], FITS, np.float32)
    chosen = list[_Found]()
    while len(chosen) < _MOST_PLANES:
        gains = np.maximum(fits - best, 0.0).mean(axis=(1, 2))
        most = int(gains.argmax())
        if gains[most] < _LEAST_GAIN:
            break
        chosen.append(found[most])
        best = np.maximum(best, fits[most])
    return chosen


def _refined(
    pair: PairOfPhotos, directions: NDArray[np.float64], plane: LargePlane, reach: float
) -> LargePlane:
    """Where the photos fit best both ways."""
    both = (pair, pair.turned())

    def _excess(tried: LargePlane) -> float:
        seen = [in_pair(one, directions, tried) for one in both]
        fits = [None if one is None else one.fit(_REFINED_WINDOW, 0) for one in seen]
        return float(sum(np.maximum(fit - FITS, 0.0).mean() for fit in fits if fit is not None))

    tried = [replace(plane, offset=plane.offset + reach * float(part)) for part in _TRIED]
    return tried[int(np.argmax(in_threads(_excess, tried)))]
