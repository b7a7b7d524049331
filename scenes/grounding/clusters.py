"""Points that hang together: connected cells of a grid whose spacing follows the points' own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..edits.floaters import neighbour_distances

_NEIGHBOUR = 6
_MOST_SPACED = 0.9  # of the points are closer together than the spacing
_CELL = 1.5  # spacings
_SAMPLE = 60_000
_DIAGONAL = 1.75  # cells: farther than the middles of cells that share a corner, nearer than those two apart

Points = NDArray[np.floating]
Labels = NDArray[np.intp]


def spacing(points: Points) -> float:
    """How far apart `points [M, 3]` lie: their distance to the sixth nearest, of all but the loneliest [scene units].

    0 for fewer points than that.
    """
    if len(points) <= _NEIGHBOUR:
        return 0.0
    step = max(1, len(points) // _SAMPLE)
    distances = neighbour_distances(np.asarray(points[::step], dtype=np.float32), _NEIGHBOUR)
    # of a surface every k-th point: distances grow by the root
    return float(np.quantile(distances, _MOST_SPACED)) / step**0.5


def connected(points: Points, cell: float) -> Labels:
    """Number of the connected part that each of `points [M, 3]` is in, `[M]`; part 0 has the most points.

    Two points are connected if their cells, of side `cell` [scene units], share a corner.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    if not len(points):
        return np.zeros(0, dtype=np.intp)
    if not cell > 0:
        return np.zeros(len(points), dtype=np.intp)
    keys = np.floor((points - points.min(axis=0)) / cell)
    cells, of_point = np.unique(keys, axis=0, return_inverse=True)
    pairs = KDTree(cells).query_pairs(_DIAGONAL, output_type="ndarray")
    graph = coo_array(
        (np.ones(len(pairs), dtype=np.bool_), (pairs[:, 0], pairs[:, 1])), shape=(len(cells),) * 2
    )
    _, parts = connected_components(graph, directed=False)
    return _largest_first(parts[of_point.ravel()])


def main_parts(points: Points, cell: float, *, least: int, reach: float) -> Labels:
    """As `connected`, but parts of fewer points than `least` join the nearest larger one.

    Args:
        points: `[M, 3]`.
        cell: See `connected`.
        least: Points of a part that stands for itself.
        reach: How far a smaller one may be from the part that it joins [scene units]; beyond, its points get -1.
    """
    from scipy.spatial import KDTree

    parts = connected(points, cell)
    counts = np.bincount(parts)
    small = counts[parts] < least
    if not small.any() or small.all():
        return np.where(small, -1, parts)
    tree = KDTree(points[~small])
    distances, nearest = tree.query(points[small], distance_upper_bound=reach)
    joined = np.append(parts[~small], -1)[nearest]  # beyond the bound the index is one past the end
    parts[small] = np.where(np.isfinite(distances), joined, -1)
    return parts


def _largest_first(parts: NDArray[np.integer]) -> Labels:
    """`parts` renumbered by how many points they have."""
    counts = np.bincount(parts)
    rank = np.empty(len(counts), dtype=np.intp)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank[parts]
