"""Sparse points of a photo set that came without: matched features, triangulated with the given cameras."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .matching import PhotoMatcher
from .photo_pairs import neighbour_pairs
from .photo_set import PhotoSet
from .two_views import ray_meetings

_MAX_SIDE = 800
_EPIPOLAR_PX = 1.5
_MIN_ANGLE = np.radians(1.5)


def triangulated_points(photo_set: PhotoSet, *, anchors: int = 24) -> NDArray[np.float64]:
    """Points `[N, 3]` of the scene, world frame, that neighbouring photos agree upon; N may be 0.

    Takes about a third of a second for each photo; `anchors` bounds how many are compared with their neighbours.

    Raises:
        SceneFileError: A photo cannot be read.
        RowsplatError: OpenCV is not installed.
    """
    cameras = [photo.camera_at(_MAX_SIDE) for photo in photo_set]
    matcher = PhotoMatcher(photo_set.photos, _MAX_SIDE)
    found = [np.empty((0, 3))]
    for first, second in neighbour_pairs(cameras, anchors):
        matches = matcher.matches(first, second)
        if matches is None:
            continue
        meetings = ray_meetings(cameras[first], cameras[second], matches)
        in_front = (meetings.depths > 0).all(axis=1) & (meetings.angles > _MIN_ANGLE)
        found.append(meetings.points[in_front & (meetings.errors < _EPIPOLAR_PX)])
    return np.concatenate(found)


def with_triangulated_points(photo_set: PhotoSet) -> PhotoSet:
    """The set with points: its own, else triangulated ones where there are any.

    Raises:
        SceneFileError: A photo cannot be read.
        RowsplatError: OpenCV is not installed.
    """
    if photo_set.points is not None:
        return photo_set
    points = triangulated_points(photo_set)
    return replace(photo_set, points=points) if len(points) else photo_set
