"""Depths that other views agree with.

A pixel's point is projected into the other views. A view agrees where its own depth there differs by at most a small
part from the point's: bilinear where its four pixels around belong to one surface, else that of the nearest pixel. The
mean of two surfaces would be a depth at which nothing is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...scenes import Camera
from .reconstruction_types import ViewDepth

_MOST_OTHERS = 12  # nearest cameras that a view is compared with
_ONE_SURFACE = 4.0  # [tolerances]: four pixels whose depths differ by no more belong to one


def agreed_depth(
    views: Sequence[ViewDepth], index: int, *, tolerance: float, agreeing: int
) -> NDArray[np.float32]:
    """The depth map `[H, W]` of view `index` with 0 where fewer than `agreeing` others agree.

    Args:
        views: All views.
        index: The one that is looked at.
        tolerance: Largest difference that counts as agreement [part of the depth].
        agreeing: How many other views must agree; no more than are compared.
    """
    view = views[index]
    counts = np.zeros(view.depth.shape, dtype=np.int32)
    known = view.depth > 0
    points = world_points(view.camera, view.depth)[known]
    others = _nearest(views, index)
    for other in others:
        counts[known] += has_surface(other.camera, other.depth, points, tolerance)
    enough = known & (counts >= min(agreeing, len(others)))
    return np.where(enough, view.depth, np.float32(0.0))


def world_points(camera: Camera, depth: NDArray[np.float32]) -> NDArray[np.float64]:
    """The points `[H, W, 3]` at the pixel centres of `depth [H, W]`, world frame."""
    x = (np.arange(camera.width) + 0.5 - camera.cx) / camera.fx
    y = (np.arange(camera.height) + 0.5 - camera.cy) / camera.fy
    rays = np.stack([*np.meshgrid(x, y), np.ones(depth.shape)], axis=-1)
    return (rays * depth[..., None]) @ camera.viewmat[:3, :3] + camera.position


def _nearest(views: Sequence[ViewDepth], index: int) -> list[ViewDepth]:
    centers = np.stack([view.camera.position for view in views])
    order = np.argsort(np.linalg.norm(centers - centers[index], axis=1), kind="stable")
    return [views[other] for other in order.tolist() if other != index][:_MOST_OTHERS]


def has_surface(
    camera: Camera, depth: NDArray[np.float32], points: NDArray[np.float64], tolerance: float
) -> NDArray[np.bool_]:
    """Whether a depth map has a surface at each of `points`, `[N]`.

    Args:
        camera: Of the map.
        depth: `[H, W]` [scene units], 0 where none is known.
        points: `[N, 3]`, world frame.
        tolerance: Largest difference [part of the depth].
    """
    seen = points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    depths = seen[:, 2]
    safe = np.where(depths > 0, depths, 1.0)
    x = camera.fx * seen[:, 0] / safe + camera.cx - 0.5  # of pixel indices
    y = camera.fy * seen[:, 1] / safe + camera.cy - 0.5
    inside = (depths > 0) & (x >= -0.5) & (x < camera.width - 0.5) & (y >= -0.5) & (y < camera.height - 0.5)
    agrees = np.zeros(len(points), dtype=np.bool_)
    own = _depth_at(depth, x[inside], y[inside], _ONE_SURFACE * tolerance)
    agrees[inside] = (own > 0) & (np.abs(own - depths[inside]) <= tolerance * depths[inside])
    return agrees


def _depth_at(
    depth: NDArray[np.float32], x: NDArray[np.float64], y: NDArray[np.float64], spread: float
) -> NDArray[np.float64]:
    """Depth at pixel indices `x [N]`, `y [N]` of `depth [H, W]`; 0 where none is known."""
    height, width = depth.shape
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    columns = np.clip(np.stack([left, left + 1]), 0, width - 1)
    rows = np.clip(np.stack([top, top + 1]), 0, height - 1)
    corners = depth[rows[:, None], columns[None]].astype(np.float64)  # [2, 2, N]
    right, down = x - left, y - top
    smooth = (corners[:, 0] * (1.0 - right) + corners[:, 1] * right) * np.stack([1.0 - down, down])
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    nearest = depth[
        np.clip(np.rint(y).astype(np.intp), 0, height - 1), np.clip(np.rint(x).astype(np.intp), 0, width - 1)
    ]
    return np.where((low > 0) & (high - low <= spread * low), smooth.sum(axis=0), nearest)
