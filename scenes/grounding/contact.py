"""Where a thing stands on a plane: which of the Gaussians near the plane are the thing's.

A slab around a plane holds the feet of what stands on it. Seen along the plane's normal, columns in which something
rises from the slab are doubtful; in them a Gaussian goes to the side whose colours it has, the plane's in the columns
beside or the thing's above, and by its height where both have that colour.
"""

from __future__ import annotations

import numpy as np

from ..edits.edited_gaussians import BoolArray
from ..poses import FloatMatrix
from .color_words import lab
from .planes import Plane, column_keys

_RISING = 3  # Gaussians just above the slab: fewer are haze
_ABOVE = 4.0  # thicknesses: as far above the slab as the colours of what rises are taken from
_NEIGHBOURS = 6
_ALIKE = 1.4  # ratio of colour distances from which on the colour decides
_COLOR_STEP = 6.0  # CIELAB units: colours nearer than that are the same but for noise
_SURFACE = 0.5  # thicknesses: where colour does not decide, what is lower belongs to the plane


def standing(points: FloatMatrix, colors: FloatMatrix, plane: Plane, cell: float) -> BoolArray:
    """Which of `points [M, 3]` are in the slab of `plane` but belong to what rises from it, `[M]`.

    Args:
        points: Centres, world frame.
        colors: `[M, 3]` sRGB, 0 to 1.
        plane: Its normal points to where things stand.
        cell: Width of a column [scene units].
    """
    heights = plane.heights(points)
    slab = np.abs(heights) <= plane.thickness
    rising = (heights > plane.thickness) & (heights <= _ABOVE * plane.thickness)
    columns = column_keys(points, plane.normal, max(cell, 1.5 * plane.thickness))
    used, counts = np.unique(columns[rising], return_counts=True)
    doubtful = slab & np.isin(columns, used[counts >= _RISING])
    sure = slab & ~doubtful
    result = np.zeros(len(points), dtype=np.bool_)
    if not doubtful.any() or not sure.any():
        return result
    values = lab(colors)
    to_plane = _color_distances(points, values, doubtful, sure, reach=20.0 * cell)
    to_thing = _color_distances(points, values, doubtful, rising, reach=2.0 * cell)
    ratio = (to_plane + _COLOR_STEP) / (to_thing + _COLOR_STEP)
    by_height = heights[doubtful] > _SURFACE * plane.thickness
    result[doubtful] = np.where(ratio > _ALIKE, True, np.where(ratio < 1.0 / _ALIKE, False, by_height))
    return result


def _color_distances(
    points: FloatMatrix, values: FloatMatrix, queries: BoolArray, references: BoolArray, *, reach: float
) -> FloatMatrix:
    """Mean CIELAB distance of each of `queries` to the references most like it, place counted too, `[Q]`."""
    from scipy.spatial import KDTree

    near = points / max(reach, 1e-12) * _COLOR_STEP
    features = np.concatenate([near, values], axis=1)
    count = min(_NEIGHBOURS, int(references.sum()))
    found = KDTree(features[references]).query(features[queries], k=count)[1]
    nearest = np.reshape(found, (int(queries.sum()), count))
    differences = values[references][nearest] - values[queries][:, None]
    return np.linalg.norm(differences, axis=2).mean(axis=1)
