"""Do the cameras fit the photos, or would they if the file were read in another way?

Features are matched between neighbouring photos without their cameras. Each hypothesis about the cameras is then
scored by the share of matches whose pixels lie on each other's epipolar lines and whose rays meet before both
cameras. Wrong conventions often look plausible, and show up only as blur, late and far from their cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from ..camera import Camera
from .camera_readings import AS_GIVEN, CameraReading, other_readings
from .matching import Matches, PhotoMatcher
from .photo_pairs import neighbour_pairs
from .photo_set import PhotoSet
from .two_views import ray_meetings

_MAX_SIDE = 640
_EPIPOLAR_PX = 1.5
_PARALLEL = np.radians(0.2)
_ANCHORS = 8
_MOST_OF_A_PAIR = 200
_MIN_MATCHES = 60
_CLEARLY_BETTER = 0.2
_FITS = 0.5


class CameraFit(Enum):
    """What comparing the photos said about their cameras."""

    AGREES = "agrees"
    OTHER_READING = "other reading"
    NO_READING = "no reading"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True)
class ReprojectionCheck:
    """How well cameras and photos agree.

    Args:
        fit: The verdict.
        reading: The hypothesis that fits best; `AS_GIVEN` unless `fit` is `OTHER_READING`.
        agreement: Share of matches that agree with the cameras as given, 0 to 1.
        best_agreement: Share that agree with `reading`.
        matches: How many matches were compared.
        pairs: In how many pairs of photos.
    """

    fit: CameraFit
    reading: CameraReading
    agreement: float
    best_agreement: float
    matches: int
    pairs: int

    @property
    def line(self) -> str:
        """The verdict in one line for the user."""
        given, best = f"{self.agreement:.0%}", f"{self.best_agreement:.0%}"
        if self.fit is CameraFit.UNDECIDED:
            return f"Cannot check the cameras: the photos share too little ({self.matches} matches)."
        if self.fit is CameraFit.AGREES:
            return f"The cameras fit the photos: {given} of {self.matches} matches agree."
        if self.fit is CameraFit.NO_READING:
            return (
                f"The cameras do not fit the photos: only {given} of {self.matches} matches agree, "
                "and no other convention does better. Check that each pose belongs to its photo."
            )
        return (
            f"The cameras do not fit the photos as given ({given} of {self.matches} matches agree), but they "
            f"do ({best}) if {self.reading.description}. {self.reading.remedy}."
        )


def reprojection_check(photo_set: PhotoSet) -> ReprojectionCheck:
    """Compare the photos with each other under the given cameras and under the usual mistakes.

    Takes some seconds. The same set gives the same answer.

    Raises:
        SceneFileError: A photo cannot be read.
        RowsplatError: OpenCV is not installed.
    """
    cameras = [photo.camera_at(_MAX_SIDE) for photo in photo_set]
    matched = _matches(photo_set, cameras)
    matches = sum(len(found) for _, found in matched)
    given = _agreement(matched, cameras, AS_GIVEN)
    if matches < _MIN_MATCHES:
        return _verdict(CameraFit.UNDECIDED, AS_GIVEN, given, given, matches, matched)
    scored = [(_agreement(matched, cameras, reading), reading) for reading in other_readings()]
    best, reading = max(scored, key=lambda entry: entry[0])
    if best > given + _CLEARLY_BETTER and best >= _FITS:
        return _verdict(CameraFit.OTHER_READING, reading, given, best, matches, matched)
    fit = CameraFit.AGREES if given >= _FITS else CameraFit.NO_READING
    return _verdict(fit, AS_GIVEN, given, given, matches, matched)


_MatchedPairs = Sequence[tuple[tuple[int, int], Matches]]


def _verdict(
    fit: CameraFit, reading: CameraReading, given: float, best: float, matches: int, pairs: _MatchedPairs
) -> ReprojectionCheck:
    return ReprojectionCheck(
        fit=fit, reading=reading, agreement=given, best_agreement=best, matches=matches, pairs=len(pairs)
    )


def _matches(photo_set: PhotoSet, cameras: Sequence[Camera]) -> _MatchedPairs:
    """Matches of photos that are neighbours in order, or under poses as given or inverted."""
    inverted = [replace(camera, viewmat=camera.camtoworld) for camera in cameras]
    pairs = {*neighbour_pairs(cameras, _ANCHORS), *neighbour_pairs(inverted, _ANCHORS)}
    step = max(1, len(cameras) // _ANCHORS)
    pairs |= {(index, index + 1) for index in range(0, len(cameras) - 1, step)}
    matcher = PhotoMatcher(photo_set.photos, _MAX_SIDE)
    found = ((pair, matcher.matches(*pair)) for pair in sorted(pairs))
    return [(pair, matches) for pair, matches in found if matches is not None]


def _agreement(matched: _MatchedPairs, cameras: Sequence[Camera], reading: CameraReading) -> float:
    """Share of matches that agree with `reading`; pairs with very many do not outweigh the others."""
    agreeing = total = 0.0
    for (first, second), matches in matched:
        meetings = ray_meetings(reading.apply(cameras[first]), reading.apply(cameras[second]), matches)
        in_front = (meetings.depths > 0).all(axis=1) | (meetings.angles < _PARALLEL)
        weight = min(len(matches), _MOST_OF_A_PAIR)
        agreeing += weight * float((in_front & (meetings.errors < _EPIPOLAR_PX)).mean())
        total += weight
    return agreeing / total if total else 0.0
