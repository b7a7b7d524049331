"""Colours of a backdrop where photos see past the mesh, spread smoothly over the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter, map_coordinates

from ....scenes import Camera
from .backdrop import COLUMNS, ROWS, directions
from .types import Bake

_BESIDE = 2  # px around the mesh that are not trusted to show what is behind it
_LEAST_WEIGHT = 1e-3  # of what a colour is spread from
_AROUND: Any = ("nearest", "wrap", "nearest")  # how rows, columns and channels go on past the borders


def backdrop_colors(
    bake: Bake, covered: Mapping[str, NDArray[np.bool_]], center: NDArray[np.float64], radius: float
) -> NDArray[np.uint8]:
    """The mean over the photos that see a vertex of the ball past the mesh; elsewhere that of the places around.

    Args:
        bake: Its photos are looked at.
        covered: Where its mesh is in each photo, by name, `[H, W]`.
        center: Of the ball, `[3]`.
        radius: Of the ball [scene units].

    Returns:
        `[ROWS, COLUMNS, 3]`.
    """
    places = center + radius * directions().reshape(-1, 3)
    total, count = np.zeros((len(places), 3)), np.zeros(len(places))
    for view in bake.views:
        free = np.logical_not(binary_dilation(covered[view.name], iterations=_BESIDE))
        rows, columns, numbers = _seen(view.camera, places, free)
        for channel in range(3):
            plane = view.pixels[..., channel].astype(np.float32)
            total[numbers, channel] += map_coordinates(plane, [rows, columns], order=1, mode="nearest")
        count[numbers] += 1.0
    means = total / np.maximum(count, 1.0)[:, None]
    spread = _spread(means.reshape(ROWS, COLUMNS, 3), count.reshape(ROWS, COLUMNS) > 0)
    return np.rint(np.clip(spread, 0.0, 255.0)).astype(np.uint8)


def _seen(
    camera: Camera, places: NDArray[np.float64], free: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Rows and columns of the places that are in the picture and not behind the mesh, and their numbers."""
    local = places @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    depth = np.where(local[:, 2] > 0.0, local[:, 2], np.inf)
    columns = camera.fx * local[:, 0] / depth + camera.cx - 0.5
    rows = camera.fy * local[:, 1] / depth + camera.cy - 0.5
    inside = (local[:, 2] > 0.0) & (rows >= 0.0) & (columns >= 0.0)
    inside &= (rows <= camera.height - 1.0) & (columns <= camera.width - 1.0)
    numbers = np.nonzero(inside)[0]
    nearest = np.rint(rows[numbers]).astype(np.intp), np.rint(columns[numbers]).astype(np.intp)
    numbers = numbers[free[nearest]]
    return rows[numbers], columns[numbers], numbers


def _spread(colors: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """`colors` where they are `known`, elsewhere a mean over known ones as near by as there are any; grey without."""
    if not known.any():
        return np.full_like(colors, 127.5)
    found, missing = np.where(known[..., None], colors, 0.0), ~known
    weights = known.astype(np.float64)
    filled, sigma = found.copy(), 1.0
    while missing.any():
        weight = gaussian_filter(weights, sigma, mode=_AROUND[:2])
        mean = (
            gaussian_filter(found, (sigma, sigma, 0.0), mode=_AROUND) / np.maximum(weight, 1e-30)[..., None]
        )
        now = missing & (weight > _LEAST_WEIGHT)
        filled[now], missing = mean[now], missing & ~now
        sigma *= 2.0
    return filled
