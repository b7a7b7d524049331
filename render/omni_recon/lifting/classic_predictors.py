"""Edges and corners by OpenCV: strengths of the picture's gradient, not thinned, so that they survive blending.

Source: Scharr's derivative (2000), Harris and Stephens' combined corner and edge detector (1988), Shi and Tomasi's
good features to track (1994).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....scenes.optional_modules import optional_module
from .types import Channel, Legend, Map, MapKind, Picture

_SMOOTHING = 0.8  # px
_SCHARR_SUM = 32.0  # Scharr's response to a step of 1
_FULL_EDGE = 0.25  # step of the picture that counts as a whole edge
_CORNER_WINDOW, _CORNER_APERTURE = 5, 3
_FULL_CORNER = 0.06  # root of the smaller eigenvalue of the gradients' second moments of a whole corner


class EdgePredictor:
    """How strong an edge of the picture is at each pixel, in the colour channel where it is strongest."""

    legend = Legend(title="edges", kind=MapKind.VALUES, channels=(Channel(name="edge"),))

    def predict(self, image: Picture) -> Map:
        """`[1, H, W]` in [0, 1] of `image [H, W, 3]`.

        Raises:
            RowsplatError: OpenCV is not installed.
        """
        cv2 = _opencv()
        smooth = cv2.GaussianBlur(image, (0, 0), _SMOOTHING)
        across, down = (cv2.Scharr(smooth, cv2.CV_32F, *axes) for axes in ((1, 0), (0, 1)))
        strength = np.hypot(across, down).max(axis=2) / (_SCHARR_SUM / 2.0)
        return np.clip(strength / _FULL_EDGE, 0.0, 1.0)[None].astype(np.float32)


class KeypointPredictor:
    """How good a corner to follow each pixel is: the root of the smaller eigenvalue of Shi and Tomasi."""

    legend = Legend(title="keypoints", kind=MapKind.VALUES, channels=(Channel(name="keypoint"),))

    def predict(self, image: Picture) -> Map:
        """`[1, H, W]` in [0, 1] of `image [H, W, 3]`.

        Raises:
            RowsplatError: OpenCV is not installed.
        """
        cv2 = _opencv()
        grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
        least = cv2.cornerMinEigenVal(grey, _CORNER_WINDOW, ksize=_CORNER_APERTURE)
        strength = np.sqrt(np.maximum(least, 0.0)) / _FULL_CORNER
        return np.clip(strength, 0.0, 1.0)[None].astype(np.float32)


def _opencv() -> Any:
    return optional_module("cv2", extra="omni", feature="Finding edges and keypoints")
