"""Which points a camera has in its picture, and where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera


@dataclass(frozen=True, eq=False, kw_only=True)
class PointsInPicture:
    """M points that are in front of a camera and inside the middles of its outermost pixels.

    Args:
        numbers: Of the points, `[M]`.
        pixels: Rows and columns as indices, with fractions, `[2, M]`.
        depths: Along the view axis, `[M]` [scene units].
    """

    numbers: NDArray[np.intp]
    pixels: NDArray[np.float64]
    depths: NDArray[np.float64]

    @classmethod
    def of(cls, points: NDArray[np.float64], camera: Camera) -> PointsInPicture:
        """Those of `points [N, 3]`, world frame; what hides them is not looked at."""
        local = points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
        ahead = local[:, 2] > 0.0
        depths = np.where(ahead, local[:, 2], 1.0)
        rows = camera.fy * local[:, 1] / depths + camera.cy - 0.5
        columns = camera.fx * local[:, 0] / depths + camera.cx - 0.5
        inside = ahead & (rows >= 0.0) & (columns >= 0.0)
        inside &= (rows <= camera.height - 1.0) & (columns <= camera.width - 1.0)
        numbers = np.nonzero(inside)[0]
        return cls(
            numbers=numbers, pixels=np.stack([rows[numbers], columns[numbers]]), depths=depths[numbers]
        )

    @property
    def nearest(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the nearest pixels, to index a picture with."""
        rows, columns = np.rint(self.pixels).astype(np.intp)
        return rows, columns

    def kept(self, which: NDArray[np.bool_]) -> PointsInPicture:
        """Some of them, by `which [M]`."""
        return PointsInPicture(
            numbers=self.numbers[which], pixels=self.pixels[:, which], depths=self.depths[which]
        )
