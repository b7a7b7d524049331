"""Where posed photos were taken, as pyramids: the apex at the camera, the photo in the image plane.

The planes lie so near their cameras that neighbours hardly overlap: the longer side of most is a part of the way to the
next camera. All points are in the world frame, pixels count from the top left of the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera
from .drawing import Point

MOST_FRUSTUMS = 300
"""Of larger sets so many photos are shown, spread evenly; bounds time and memory."""

_SIDE = 0.7  # of the way to the next camera
_SIDE_ALONE = 0.25  # of the way to the subject, and at most so much of it where cameras are far apart
_NEAREST = 0.2  # depth of a corner before it is drawn [depths of an image plane]
_WIDEST = 3.0  # sizes of the window that a drawn pyramid may lie beside it


@dataclass(frozen=True, kw_only=True)
class SeenFrustum:
    """A photo's pyramid in the window.

    Args:
        index: Of the photo.
        apex: Where it was taken [px].
        corners: Of the photo: top left, top right, bottom right, bottom left [px].
        depth: Of the photo's middle, view space [scene units].
    """

    index: int
    apex: Point
    corners: tuple[Point, Point, Point, Point]
    depth: float

    def holds(self, at: Point) -> bool:
        """Whether a pixel lies on the photo."""
        first, sign = np.array(self.corners), []
        for a, b in zip(first, np.roll(first, -1, axis=0), strict=True):
            sign.append((b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0]))
        return min(sign) >= 0.0 or max(sign) <= 0.0


class PhotoFrustums:
    """The pyramids of a photo set."""

    def __init__(self, cameras: Sequence[Camera], *, reach: float) -> None:
        """Lay them out.

        Args:
            cameras: One a photo, at least one.
            reach: How far the subject is [scene units]; bounds the size of cameras that are far apart.
        """
        chosen = np.linspace(0, len(cameras) - 1, min(len(cameras), MOST_FRUSTUMS))
        self.indices: NDArray[np.int64] = np.unique(chosen.round().astype(np.int64))
        shown = [cameras[index] for index in self.indices]
        side = _plane_side(np.array([camera.position for camera in shown]), reach)
        self.depths = np.array([side * _focal(c) / max(c.width, c.height) for c in shown])
        self.points = np.stack([_pyramid(c, depth) for c, depth in zip(shown, self.depths, strict=True)])
        """`[N, 5, 3]`: apex and corners."""

    def seen(self, camera: Camera) -> tuple[SeenFrustum, ...]:
        """Those that lie wholly before `camera` and partly in its picture, the farthest first.

        One that `camera` stands in would cover all of the picture and is left out.
        """
        local = self.points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
        before = (local[..., 2] > _NEAREST * self.depths[:, None]).all(axis=1)
        depth = np.where(before[:, None], local[..., 2], 1.0)
        x = camera.fx * local[..., 0] / depth + camera.cx
        y = camera.fy * local[..., 1] / depth + camera.cy
        inside = before & _touches(x, camera.width) & _touches(y, camera.height)
        order = np.flatnonzero(inside)
        order = order[np.argsort(-depth[order, 1:].mean(axis=1), kind="stable")]
        return tuple(
            SeenFrustum(
                index=int(self.indices[n]),
                apex=(float(x[n, 0]), float(y[n, 0])),
                corners=_corners(x[n], y[n]),
                depth=float(depth[n, 1:].mean()),
            )
            for n in order
        )


def hit(frustums: Sequence[SeenFrustum], at: Point) -> int | None:
    """Index of the photo whose picture is under a pixel, the nearest; `None` without one."""
    found = [frustum for frustum in frustums if frustum.holds(at)]
    return min(found, key=lambda frustum: frustum.depth).index if found else None


def _touches(pixels: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    """Whether each row `[N, 5]` reaches into the picture and not absurdly far out of it, `[N]`."""
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    return (high > 0) & (low < size) & (low > -_WIDEST * size) & (high < (1 + _WIDEST) * size)


def _corners(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Point, Point, Point, Point]:
    a, b, c, d = ((float(x[n]), float(y[n])) for n in range(1, 5))
    return a, b, c, d


def _plane_side(places: NDArray[np.float64], reach: float) -> float:
    """Longer side of the image planes of cameras at `places [N, 3]` [scene units]."""
    most = _SIDE_ALONE * max(reach, 1e-9)
    if len(places) < 2:
        return most
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = float(np.median(apart.min(axis=1)))
    return min(_SIDE * nearest, most) if nearest > 0 else most


def _focal(camera: Camera) -> float:
    return camera.fx if camera.width >= camera.height else camera.fy


def _pyramid(camera: Camera, depth: float) -> NDArray[np.float64]:
    """Apex and corners, `[5, 3]`."""
    pixels = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * (camera.width, camera.height)
    rays = (pixels - (camera.cx, camera.cy)) / (camera.fx, camera.fy)
    local = np.vstack([np.zeros(3), np.column_stack([rays, np.ones(4)]) * depth])
    return local @ camera.camtoworld[:3, :3].T + camera.camtoworld[:3, 3]
