"""Whether pictures of one scene agree: one is warped to its neighbour by depth and compared where both see the same.

Notation: a pixel of the target at depth z lies at X = C_t (z K_t^-1 p); the source sees X at the pixel q and depth z'.
The two see the same point if the source's own depth at q is z', within a share `tolerance` of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera

_TOLERANCE = 0.01


@dataclass(frozen=True, eq=False, kw_only=True)
class DepthView:
    """A camera and the depth along its view axis `[H, W]` [scene units], 0 where nothing is."""

    camera: Camera
    depth: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class Correspondence:
    """Where the pixels of a target are in a source.

    Args:
        coordinates: `[2, H, W]`: row and column in the source, whole numbers at pixel centres.
        seen: `[H, W]`: both see the same point there.
    """

    coordinates: NDArray[np.float64]
    seen: NDArray[np.bool_]

    def warped(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """The source's `picture [H, W, C]` as the target sees it; meaningless where not `seen`."""
        from scipy.ndimage import map_coordinates

        channels = [
            map_coordinates(picture[..., k], self.coordinates, order=1, mode="nearest")
            for k in range(picture.shape[2])
        ]
        return np.stack(channels, axis=-1).astype(np.float32, copy=False)


def correspondence(target: DepthView, source: DepthView, *, tolerance: float = _TOLERANCE) -> Correspondence:
    """Where the pixels of `target` are in `source`.

    Args:
        target: The view that is warped to.
        source: The view that is warped.
        tolerance: Depths that differ by a larger share are of two surfaces.
    """
    height, width = target.depth.shape
    rays = np.stack(
        np.broadcast_arrays(
            (np.arange(width) + 0.5 - target.camera.cx) / target.camera.fx,
            ((np.arange(height) + 0.5 - target.camera.cy) / target.camera.fy)[:, None],
            1.0,
        ),
        axis=-1,
    )
    motion = source.camera.viewmat @ target.camera.camtoworld
    points = (target.depth[..., None] * rays) @ motion[:3, :3].T + motion[:3, 3]
    z = np.maximum(points[..., 2], 1e-9)
    column = source.camera.fx * points[..., 0] / z + source.camera.cx - 0.5
    row = source.camera.fy * points[..., 1] / z + source.camera.cy - 0.5
    rows, columns = source.depth.shape
    seen = (target.depth > 0) & (points[..., 2] > 0)
    seen &= (row >= 0) & (row <= rows - 1) & (column >= 0) & (column <= columns - 1)
    for near_row in (np.floor(row), np.ceil(row)):  # all four pixels that interpolation will mix
        for near_column in (np.floor(column), np.ceil(column)):
            at = _index(near_row, rows), _index(near_column, columns)
            seen &= np.abs(source.depth[at] - z) <= tolerance * z
    return Correspondence(coordinates=np.stack([row, column]), seen=seen)


def warped_error(match: Correspondence, target: NDArray[np.float32], source: NDArray[np.float32]) -> float:
    """Root mean square difference of `target [H, W, C]` and the warped `source` where both see the same.

    Raises:
        ValueError: They see nothing in common.
    """
    if not match.seen.any():
        raise ValueError("the views see nothing in common")
    difference = match.warped(source)[match.seen].astype(np.float64) - target[match.seen]
    return float(np.sqrt(np.mean(np.square(difference))))


def _index(places: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """`places` held in [0, count) as an index."""
    return np.clip(places, 0, count - 1).astype(np.intp)
