"""Colours of a backdrop where photos see past the mesh, spread smoothly over the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter, map_coordinates

from .backdrop import COLUMNS, ROWS, directions
from .in_picture import PointsInPicture
from .types import Bake

_BESIDE = 2  # px around the mesh that are not trusted to show what is behind it
_LEAST_WEIGHT = 1e-3  # of what a colour is spread from
_AROUND: Any = ("nearest", "wrap", "nearest")  # how rows, columns and channels go on past the borders


def past_mesh(covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a photo shows what is behind the mesh, `[H, W]`; `covered [H, W]` is where it shows the mesh."""
    return np.logical_not(binary_dilation(covered, iterations=_BESIDE))


def backdrop_colors(
    bake: Bake, free: Mapping[str, NDArray[np.bool_]], center: NDArray[np.float64], radius: float
) -> NDArray[np.uint8]:
    """The mean over the photos that see a vertex of the ball past the mesh; elsewhere that of the places around.

    Args:
        bake: Its photos are looked at.
        free: See `past_mesh`, of each photo by name.
        center: Of the ball, `[3]`.
        radius: Of the ball [scene units].

    Returns:
        `[ROWS, COLUMNS, 3]`.
    """
    places = center + radius * directions().reshape(-1, 3)
    total, count = np.zeros((len(places), 3)), np.zeros(len(places))
    for view in bake.views:
        seen = PointsInPicture.of(places, view.camera)
        seen = seen.kept(free[view.name][seen.nearest])
        for channel in range(3):
            plane = view.pixels[..., channel].astype(np.float32)
            total[seen.numbers, channel] += map_coordinates(plane, seen.pixels, order=1, mode="nearest")
        count[seen.numbers] += 1.0
    means = total / np.maximum(count, 1.0)[:, None]
    spread = _spread(means.reshape(ROWS, COLUMNS, 3), count.reshape(ROWS, COLUMNS) > 0)
    return np.rint(np.clip(spread, 0.0, 255.0)).astype(np.uint8)


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
