"""Features that two photos share, found without any use of their cameras.

SIFT features (Lowe 2004) with the ratio test both ways; then a fundamental matrix by RANSAC throws out what fits no
pair of cameras at all. Whatever is left may be held against any hypothesis about the cameras.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..optional_modules import optional_module
from .photo import Photo

FloatArray = NDArray[np.float64]

_MAX_FEATURES = 2000
_RATIO = 0.8
_MIN_MATCHES = 16
_RANSAC_PX = 1.5


@dataclass(frozen=True, eq=False, kw_only=True)
class Matches:
    """Pixels of two photos that show the same: `first [M, 2]` and `second [M, 2]`, at the matcher's size."""

    first: FloatArray
    second: FloatArray

    def __len__(self) -> int:
        """Number of matches."""
        return len(self.first)


@dataclass(frozen=True, eq=False)
class _Features:
    points: FloatArray
    descriptors: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class PhotoMatcher:
    """Matches pairs of `photos`, each read once, with its longer side scaled down to `max_side` [px].

    Pixels of the matches fit the cameras `photo.camera_at(max_side)`.
    """

    photos: tuple[Photo, ...]
    max_side: int = 640
    _features: dict[int, _Features] = field(default_factory=dict[int, _Features])

    def matches(self, first: int, second: int) -> Matches | None:
        """What photos number `first` and `second` share; `None` where that is too little to trust.

        Raises:
            SceneFileError: A photo cannot be read.
            RowsplatError: OpenCV is not installed.
        """
        one, other = self._features_of(first), self._features_of(second)
        if min(len(one.points), len(other.points)) < _MIN_MATCHES:
            return None
        pairs = _mutual_matches(one.descriptors, other.descriptors)
        if len(pairs) < _MIN_MATCHES:
            return None
        points, others = one.points[pairs[:, 0]], other.points[pairs[:, 1]]
        cv2 = _opencv()
        cv2.setRNGSeed(0)  # RANSAC draws from OpenCV's own generator
        _, inliers = cv2.findFundamentalMat(points, others, cv2.FM_RANSAC, _RANSAC_PX, 0.999, 2000)
        if inliers is None or int(inliers.sum()) < _MIN_MATCHES:
            return None
        kept = inliers[:, 0].astype(bool)
        return Matches(first=points[kept], second=others[kept])

    def _features_of(self, index: int) -> _Features:
        if index not in self._features:
            self._features[index] = _features(self.photos[index], self.max_side)
        return self._features[index]


def _features(photo: Photo, max_side: int) -> _Features:
    cv2 = _opencv()
    image = photo.image(max_side)
    grey = (image.rgb @ np.array([0.299, 0.587, 0.114], np.float32) * 255).round().astype(np.uint8)
    opaque = image.opaque
    mask = None if opaque is None else opaque.astype(np.uint8)
    keypoints, descriptors = cv2.SIFT_create(_MAX_FEATURES).detectAndCompute(grey, mask)
    if descriptors is None:
        return _Features(np.empty((0, 2)), np.empty((0, 128), np.float32))
    points = (
        np.array([keypoint.pt for keypoint in keypoints], np.float64) + 0.5
    )  # OpenCV's centres are integers
    return _Features(points, np.asarray(descriptors, np.float32))


def _mutual_matches(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.intp]:
    """Pairs `[M, 2]` of descriptors that are each other's nearest, by far."""
    matcher = _opencv().BFMatcher()
    there, back = matcher.knnMatch(one, other, k=2), matcher.knnMatch(other, one, k=1)
    nearest = [match[0].trainIdx for match in back]
    pairs = [
        (best.queryIdx, best.trainIdx)
        for best, next_best in there
        if best.distance < _RATIO * next_best.distance and nearest[best.trainIdx] == best.queryIdx
    ]
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _opencv() -> Any:
    return optional_module("cv2", extra="omni", feature="Comparing photos")
