"""How well two photos fit if what one of them shows is on a plane.

A plane n . X = delta before the first camera takes its pixels x to those of the second by the homography

    x' ~ K' (R + t n^T / delta) K^-1 x,    X' = R X + t

The second photo is taken through it, at sizes of both photos at which their pixels are about as large on the plane, and
compared by zero-mean normalised cross-correlation over windows that are much larger than a plane sweep's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera
from ..opencv import opencv
from .types import LEVELS, PhotoLevel, ScaledPhoto, blurred

_GRAZING = 0.02  # least part of a ray's depth that is along the normal
_PROBE_SPACING = 8  # px
_LEAST_PROBES = 12  # that must see the plane
_WITHIN_PHOTOS = 0.35  # part of a window that both photos must show
_NOISE = np.float32(0.02)  # of patterns, whose variance is 1
_UNSEEN = np.float32(-1.0)
_ALL = slice(None)


@dataclass(frozen=True, eq=False)
class PairOfPhotos:
    """Two photos, and the depths between which the first may show the scene [scene units]."""

    first: ScaledPhoto
    second: ScaledPhoto
    near: float
    far: float

    @property
    def camera(self) -> Camera:
        """The first camera, at full size."""
        return self.first.levels[0].camera

    def turned(self) -> PairOfPhotos:
        """The second photo first."""
        return replace(self, first=self.second, second=self.first)

    def plane_at(self, normal: NDArray[np.float64], distance: float) -> PlaneInPair:
        """The plane `normal . (X - first camera's centre) = distance`; the normal points away from the camera."""
        return PlaneInPair(self, normal, distance)


class PlaneInPair:
    """A plane as two photos see it."""

    def __init__(self, pair: PairOfPhotos, normal: NDArray[np.float64], distance: float) -> None:
        """Find where the plane is in the photos."""
        self._pair, self.normal, self.distance = pair, normal, distance
        first, second = pair.camera, pair.second.levels[0].camera
        probes = slice(_PROBE_SPACING // 2, None, _PROBE_SPACING)
        columns, rows = (np.arange(side)[probes] for side in (first.width, first.height))
        x, y = (values.ravel() for values in np.meshgrid(columns, rows))
        matrix = _homography(first, second, normal, distance)
        seen = np.stack([x, y, np.ones_like(x)], axis=1) @ matrix.T
        ahead = np.maximum(seen[:, 2], 1e-9)
        self.places = seen[:, :2] / ahead[:, None]
        """Of probes in the second photo, `[N, 2]` [px]."""
        inside = (seen[:, 2] > 0) & (self.places >= 0).all(axis=1)
        inside &= (self.places[:, 0] < second.width) & (self.places[:, 1] < second.height)
        self.seen = inside & self._before_camera(first, probes).ravel()
        """Which probes are on the plane, in both photos, `[N]`."""
        self._scales = np.sqrt(np.abs(np.linalg.det(matrix)) / ahead**3)

    @property
    def is_seen(self) -> bool:
        """Whether both photos show a part of it worth comparing."""
        return int(self.seen.sum()) >= _LEAST_PROBES

    @property
    def scale(self) -> float:
        """How many pixels of the second photo one of the first is."""
        return float(np.median(self._scales[self.seen]))

    def levels(self, finest: int) -> tuple[PhotoLevel, PhotoLevel] | None:
        """The photos at sizes that show the plane alike; `None` if they are not to be had.

        Args:
            finest: The first photo is halved so often at least.
        """
        halvings = -np.log2(max(self.scale, 2.0**-LEVELS))
        own = max(finest, round(halvings))
        other = max(0, round(own - halvings))
        if own >= len(self._pair.first.levels) or other >= len(self._pair.second.levels):
            return None
        return self._pair.first.levels[own], self._pair.second.levels[other]

    def fit(self, window: float, finest: int) -> NDArray[np.float32] | None:
        """Correlation around every pixel of the first photo, -1 where it cannot be on the plane, `[h, w]`.

        Args:
            window: Standard deviation of the Gaussian window [px].
            finest: See `levels`, whose first photo has the size of what is returned.
        """
        levels = self.levels(finest) if self.is_seen else None
        if levels is None:
            return None
        cv2, (first, second) = opencv(), levels
        matrix = _homography(first.camera, second.camera, self.normal, self.distance)
        size, flags = (first.camera.width, first.camera.height), cv2.WARP_INVERSE_MAP
        warped = cv2.warpPerspective(second.pattern, matrix, size, flags=flags | cv2.INTER_LINEAR)
        inside = np.ones(second.pattern.shape[:2], np.float32)
        shown = cv2.warpPerspective(inside, matrix, size, flags=flags | cv2.INTER_NEAREST)
        shown *= self._before_camera(first.camera)
        products, own, other = (
            blurred(cv2, np.einsum("hwc,hwc->hw", a, b) * shown, window)
            for a, b in ((first.pattern, warped), (first.pattern, first.pattern), (warped, warped))
        )
        counted = blurred(cv2, shown, window)
        known = (shown > 0) & (counted > _WITHIN_PHOTOS)
        noise = _NOISE * counted
        spread = np.sqrt((own + noise) * (other + noise))
        return np.where(known, products / np.where(known, spread, 1.0), _UNSEEN)

    def _before_camera(self, camera: Camera, pixels: slice = _ALL) -> NDArray[np.bool_]:
        depth = depths_of_plane(camera, self.normal, self.distance, pixels)
        return (depth >= self._pair.near) & (depth <= self._pair.far)


def depths_of_plane(
    camera: Camera, normal: NDArray[np.float64], distance: float, pixels: slice = _ALL
) -> NDArray[np.float32]:
    """Depths `[H, W]` along a camera's view axis of a plane at `distance`, 0 where it is not before the camera.

    Args:
        camera: The camera.
        normal: Of the plane, away from the camera, `[3]`.
        distance: From the camera's centre [scene units].
        pixels: Which rows and columns.
    """
    a, b, c = camera.viewmat[:3, :3] @ normal
    x, y = (np.arange(side)[pixels] + 0.5 for side in (camera.width, camera.height))
    along = a * ((x - camera.cx) / camera.fx)[None, :] + b * ((y - camera.cy) / camera.fy)[:, None] + c
    depth = np.where(along > _GRAZING, distance / np.maximum(along, _GRAZING), 0.0)
    return depth.astype(np.float32)


def _homography(
    first: Camera, second: Camera, normal: NDArray[np.float64], distance: float
) -> NDArray[np.float64]:
    """From pixel indices of the first camera to those of the second."""
    motion = second.viewmat @ first.camtoworld
    plane = first.viewmat[:3, :3] @ normal / distance
    centred = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    matrix = second.K @ (motion[:3, :3] + np.outer(motion[:3, 3], plane)) @ np.linalg.inv(first.K)
    return np.linalg.inv(centred) @ matrix @ centred
