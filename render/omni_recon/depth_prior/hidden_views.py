"""Which views do not see a sample because the surface that a depth prior found stands before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ....scenes import Camera

_CELL = 2  # px of the views: points of one pixel land in every cell even where a view is a little nearer
_TRUSTED = 0.5  # confidence of the points that hide others
_TOLERANCE = 0.02  # of the depth


def view_surfaces(camera: Camera, depths: Tensor, confidence: Tensor, views: Sequence[Camera]) -> Tensor:
    """Depth of the nearest trusted point of a depth map in each cell of each view.

    Args:
        camera: Whose depth map it is.
        depths: Along its view axis, `[H, W]` [scene units].
        confidence: `[H, W]` in [0, 1].
        views: All of one size.

    Returns:
        `[V, ceil(H/2), ceil(W/2)]` [scene units] along each view's axis, infinite where there is none.
    """
    points = _points(camera, depths)[(confidence >= _TRUSTED).flatten().numpy()]
    return torch.stack([_surface(points, view) for view in views])


def hidden_views(surfaces: Tensor, pixels: Tensor, depths: Tensor) -> Tensor:
    """Whether a surface stands before samples, `[V, N]` bool.

    Args:
        surfaces: Of `view_surfaces`, `[V, h, w]`.
        pixels: Where the views see the samples, `[V, 2, N]` [px].
        depths: Along each view's axis, `[V, N]` [scene units].
    """
    height, width = surfaces.shape[1:]
    columns = (pixels[:, 0] / _CELL).long().clamp(0, width - 1)
    rows = (pixels[:, 1] / _CELL).long().clamp(0, height - 1)
    before = surfaces.flatten(1).gather(1, rows * width + columns)
    return depths > before * (1.0 + _TOLERANCE)


def _points(camera: Camera, depths: Tensor) -> NDArray[np.float64]:
    """`[H * W, 3]`, world frame."""
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = np.stack([x, y, np.ones_like(x)], axis=-1).reshape(-1, 3) @ np.linalg.inv(camera.K).T
    local = rays * depths.flatten().numpy()[:, None]
    return local @ camera.camtoworld[:3, :3].T + camera.camtoworld[:3, 3]


def _surface(points: NDArray[np.float64], camera: Camera) -> Tensor:
    """`[ceil(H/2), ceil(W/2)]`."""
    rows, columns = -(-camera.height // _CELL), -(-camera.width // _CELL)
    local = points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    local = local[local[:, 2] > 0]
    pixels = local @ camera.K.T
    cells = np.floor(pixels[:, :2] / pixels[:, 2:] / _CELL)
    inside = ((cells >= 0) & (cells < (columns, rows))).all(axis=1)
    index = cells[inside].astype(np.int64) @ np.array([1, columns])
    nearest = torch.full((rows * columns,), torch.inf)
    nearest.scatter_reduce_(0, torch.from_numpy(index), torch.from_numpy(local[inside, 2]).float(), "amin")
    return nearest.reshape(rows, columns)
