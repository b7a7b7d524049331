"""How badly photos disagree about a pixel of a camera if the scene were at some depth there.

Photos are warped to the camera as if everything lay at the depth. For two warped photos a and b, at a pixel, with
windows of several sizes around it,

    cost = (1 - w) (1 - mean over windows of ZNCC(a, b)) / 2 + w min(|a - b|, cap) / cap

is 0 where they agree. Of the costs of all pairs the two lowest count, the lowest more: a photo in which the point is
hidden spoils its pairs only.

Source: plane sweep, Collins 1996; zero-mean normalised cross-correlation over colour channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera
from ..opencv import opencv

Picture = NDArray[np.float32]

_COLOR_WEIGHT, _COLOR_CAP = np.float32(0.3), np.float32(0.15)
_NOISE = np.float32(
    2e-5
)  # variance of a window that says as much as no texture: a level of 255 in each channel
_FLAT = _NOISE / 4  # that of a window which is hardly told from one flat colour
_BEST_PAIR = np.float32(0.6)
_UNSEEN_PAIR = np.float32(9.0)
UNSEEN_COST = np.float32(0.42)
"""Of a depth at which no two photos see the pixel: better than disagreement, worse than agreement."""

WINDOWS = (2, 7)
"""Radii of the windows [px]."""


@dataclass(frozen=True, eq=False)
class WarpingView:
    """A photo, ready to be warped to a camera.

    Args:
        picture: `[h, w, 3]` in [0, 1].
        slopes: Homogeneous pixel of the photo for each pixel of the camera: `slopes * depth + offset`, `[H, W, 3]`.
        offset: `[3]`.
    """

    picture: Picture
    slopes: Picture
    offset: Picture

    @classmethod
    def of(cls, picture: Picture, camera: Camera, target: Camera) -> WarpingView:
        """The photo of `camera` for pixels of `target`."""
        motion = camera.viewmat @ target.camtoworld
        x, y = np.meshgrid(np.arange(target.width) + 0.5, np.arange(target.height) + 0.5)
        matrix = camera.K @ motion[:3, :3] @ np.linalg.inv(target.K)
        slopes = np.stack([x, y, np.ones_like(x)], axis=-1) @ matrix.T
        return cls(picture, slopes.astype(np.float32), (camera.K @ motion[:3, 3]).astype(np.float32))

    def warped(self, cv2: Any, depth: float | Picture) -> tuple[Picture, NDArray[np.bool_]]:
        """The photo as seen from the camera `[H, W, 3]`, and where it reaches `[H, W]`.

        Args:
            cv2: OpenCV.
            depth: Of the scene along the camera's view axis, one number or `[H, W]`.
        """
        x, y, z = (
            self.slopes[..., axis] * np.asarray(depth, np.float32) + self.offset[axis] for axis in range(3)
        )
        in_front = z > 0
        inverse = 1.0 / np.where(in_front, z, np.float32(1.0))
        u, v = (x * inverse).astype(np.float32), (y * inverse).astype(np.float32)
        height, width = self.picture.shape[:2]
        seen = in_front & (u > 0) & (v > 0) & (u < width) & (v < height)
        picture = cv2.remap(self.picture, u - 0.5, v - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return picture, seen


@dataclass(frozen=True, eq=False)
class _Windows:
    """A warped photo with the mean and the variance, summed over channels, of each window."""

    picture: Picture
    seen: NDArray[np.bool_]
    means: tuple[Picture, ...]
    variances: tuple[Picture, ...]


def disagreement(
    views: Sequence[WarpingView],
    depth: float | Picture,
    radii: Sequence[int] = WINDOWS,
    *,
    first_only: bool = False,
) -> Picture:
    """The cost of a depth for each pixel, `[H, W]`, about 0 to 1.

    Args:
        views: The photos, for one camera.
        depth: Along its view axis, one number or `[H, W]` [scene units].
        radii: Of the windows [px].
        first_only: The first photo is the camera's own: only pairs with it are compared.

    Raises:
        RowsplatError: OpenCV is not installed.
    """
    cv2 = opencv()
    warped = [_windows(cv2, *view.warped(cv2, depth), radii) for view in views]
    pairs = [pair for pair in combinations(range(len(views)), 2) if pair[0] == 0 or not first_only]
    costs = np.stack([_pair_cost(cv2, warped[a], warped[b], radii) for a, b in pairs])
    if len(pairs) > 1:
        costs = np.partition(costs, 1, axis=0)
        second = np.where(costs[1] < _UNSEEN_PAIR, costs[1], costs[0])
        best = _BEST_PAIR * costs[0] + (1 - _BEST_PAIR) * second
    else:
        best = costs[0]
    return np.where(costs[0] < _UNSEEN_PAIR, best, UNSEEN_COST)


def first_warped(views: Sequence[WarpingView], depth: Picture) -> Picture:
    """The first photo as seen from the camera if the scene is at `depth [H, W]`, `[H, W, 3]`; its own photo as it is.

    Raises:
        RowsplatError: OpenCV is not installed.
    """
    cv2 = opencv()
    return views[0].warped(cv2, depth)[0]


def textured(picture: Picture) -> Picture:
    """How far each small window of `picture [H, W, 3]` is from one flat colour, `[H, W]`: 0 where it is, else about 1.

    Anything agrees with a flat colour, such as a background that was cut out.

    Raises:
        RowsplatError: OpenCV is not installed.
    """
    cv2 = opencv()
    everywhere = np.ones(picture.shape[:2], dtype=np.bool_)
    variance = _windows(cv2, picture, everywhere, (min(WINDOWS),)).variances[0] - _NOISE
    return variance / (variance + _FLAT)


def _windows(cv2: Any, picture: Picture, seen: NDArray[np.bool_], radii: Sequence[int]) -> _Windows:
    squares = np.einsum("hwc,hwc->hw", picture, picture)
    means = tuple(_mean(cv2, picture, radius) for radius in radii)
    variances = tuple(
        np.maximum(_mean(cv2, squares, radius) - np.einsum("hwc,hwc->hw", mean, mean), 0) + _NOISE
        for radius, mean in zip(radii, means, strict=True)
    )
    return _Windows(picture, seen, means, variances)


def _pair_cost(cv2: Any, a: _Windows, b: _Windows, radii: Sequence[int]) -> Picture:
    products = np.einsum("hwc,hwc->hw", a.picture, b.picture)
    correlation = np.zeros_like(products)
    for index, radius in enumerate(radii):
        covariance = _mean(cv2, products, radius) - np.einsum("hwc,hwc->hw", a.means[index], b.means[index])
        correlation += (covariance + _NOISE / 2) / np.sqrt(a.variances[index] * b.variances[index])
    correlation = np.clip(correlation / np.float32(len(radii)), -1, 1)
    colors = np.minimum(np.abs(a.picture - b.picture).mean(axis=2), _COLOR_CAP) / _COLOR_CAP
    cost = (1 - _COLOR_WEIGHT) * (1 - correlation) / 2 + _COLOR_WEIGHT * colors
    return np.where(a.seen & b.seen, cost, _UNSEEN_PAIR).astype(np.float32)


def _mean(cv2: Any, picture: Picture, radius: int) -> Picture:
    """Mean over squares of side `2 * radius + 1` [px]."""
    return cv2.boxFilter(picture, -1, (2 * radius + 1, 2 * radius + 1))
