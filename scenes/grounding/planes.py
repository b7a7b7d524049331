"""Level and upright planes among points: random sampling of triples, then least squares with a measured thickness.

Candidates are compared by the area that their points cover, counted in cells, not by the number of points: a dense
object has more Gaussians than the floor that it stands on.

Source: Fischler and Bolles, Random Sample Consensus (1981).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..poses import FloatMatrix

_TRIPLES = 6_000
_CANDIDATES = 250  # of the triples, those that are looked at closely
_SAMPLE = 6_000  # points that decide between candidates
_LEVEL_COSINE = np.cos(np.radians(15.0))  # a floor may be tilted so far against up
_UPRIGHT_COSINE = np.sin(np.radians(8.0))
_TOLERANCE = 0.01  # of the points' size: how near a plane its points are, to begin with
_NORMAL_SPREAD = 1.4826  # standard deviation / median absolute deviation of a normal distribution
_SPREADS = 3.5  # standard deviations of the residuals that belong to the plane
_REFINEMENTS = 4
_FEWEST = 50  # points of a plane
_CELLS = 48  # across the points' size
_THINNING_CELLS, _MOST_IN_CELL = 96, 3

Points = NDArray[np.floating]


class PlaneKind(Enum):
    """Across up, or along it."""

    LEVEL = "level"
    UPRIGHT = "upright"


@dataclass(frozen=True, eq=False, kw_only=True)
class Plane:
    """All x with `normal @ x == offset`, and how far from it its points lie.

    Args:
        normal: Unit vector `[3]`; of a level plane upwards, of an upright one to where most points are.
        offset: Along the normal from the origin [scene units].
        thickness: Largest distance of a point that belongs to it [scene units].
        area: What its points cover [cells of `cell`²].
        cell: [scene units].
        contrast: 0 to 1: how much denser points are in it than beside it.
    """

    normal: FloatMatrix
    offset: float
    thickness: float
    area: int
    cell: float
    contrast: float

    def turned(self) -> Plane:
        """The same plane with its normal the other way."""
        return replace(self, normal=-self.normal, offset=-self.offset)

    def heights(self, points: Points) -> FloatMatrix:
        """Signed distances of `points [M, 3]` along the normal, `[M]` [scene units]."""
        return points @ self.normal - self.offset

    def holds(self, points: Points) -> NDArray[np.bool_]:
        """Which of `points [M, 3]` belong to it, `[M]`."""
        return np.abs(self.heights(points)) <= self.thickness


def find_planes(
    points: Points, up: FloatMatrix, kind: PlaneKind, *, size: float, count: int = 4
) -> list[Plane]:
    """The planes of a kind that cover the most area, largest first; points of one are not points of the next.

    Args:
        points: `[M, 3]`.
        up: Unit vector `[3]`.
        kind: Which planes.
        size: Of the part of the scene that matters [scene units]: what tolerances and cells are measured by.
        count: How many at most.
    """
    rng = np.random.default_rng(0)  # the same scene gives the same planes
    planes: list[Plane] = []
    left = thinned(np.asarray(points, dtype=np.float64), size / _THINNING_CELLS, _MOST_IN_CELL, rng)
    for _ in range(count):
        if len(left) < _FEWEST:
            break
        start = _best_candidate(left, up, kind, size, rng)
        if start is None:
            break
        plane = _refined(left, *start, size)
        planes.append(plane)
        left = left[np.abs(plane.heights(left)) > 1.5 * plane.thickness]
    return sorted(planes, key=lambda plane: -plane.area)


def thinned(points: FloatMatrix, cell: float, most: int, rng: np.random.Generator) -> FloatMatrix:
    """Random ones of `points [M, 3]`, at most `most` in each cube of side `cell`: dense things weigh no more."""
    shuffled = points[rng.permutation(len(points))]
    keys = np.floor((shuffled - points.min(axis=0, initial=np.inf)) / cell).astype(np.int64)
    _, cells = np.unique(keys @ np.array([1, 1 << 20, 1 << 40]), return_inverse=True)
    order = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[order], cells[order])
    return shuffled[order[np.arange(len(order)) - starts < most]]


def covered_cells(points: Points, normal: FloatMatrix, cell: float) -> int:
    """Number of squares of side `cell` across `normal [3]` that hold one of `points [M, 3]`."""
    if not len(points):
        return 0
    return len(np.unique(column_keys(points, normal, cell)))


def column_keys(points: Points, normal: FloatMatrix, cell: float) -> NDArray[np.int64]:
    """Number of the square of side `cell` across `normal [3]` that each of `points [M, 3]` is in, `[M]`."""
    keys = np.floor(points @ np.stack(_across_axes(normal), axis=1) / cell).astype(np.int64)
    return keys[:, 0] * (1 << 31) + keys[:, 1]


def _best_candidate(
    points: FloatMatrix, up: FloatMatrix, kind: PlaneKind, size: float, rng: np.random.Generator
) -> tuple[FloatMatrix, float] | None:
    """Normal `[3]` and offset of the sampled plane whose points cover most."""
    triples = points[rng.integers(len(points), size=(_TRIPLES, 3))]
    normals = np.cross(triples[:, 1] - triples[:, 0], triples[:, 2] - triples[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    normals /= np.maximum(lengths, 1e-300)[:, None]
    cosines = np.abs(normals @ up)
    suits = cosines > _LEVEL_COSINE if kind is PlaneKind.LEVEL else cosines < _UPRIGHT_COSINE
    chosen = np.flatnonzero(suits & (lengths > (0.05 * size) ** 2))[:_CANDIDATES]
    if not len(chosen):
        return None
    normals = normals[chosen]
    offsets = np.einsum("ki,ki->k", normals, triples[chosen, 0])
    sample = points[rng.permutation(len(points))[:_SAMPLE]]
    near = np.abs(sample @ normals.T - offsets) <= _TOLERANCE * size
    areas = [covered_cells(sample[near[:, k]], normals[k], 2.0 * size / _CELLS) for k in range(len(normals))]
    best = int(np.argmax(areas))
    return normals[best], float(offsets[best])


def _refined(points: FloatMatrix, normal: FloatMatrix, offset: float, size: float) -> Plane:
    """Least squares over the points near the plane, nearer each time, down to their own spread."""
    thickness = 1.5 * _TOLERANCE * size
    for _ in range(_REFINEMENTS):
        near = points[np.abs(points @ normal - offset) <= thickness]
        if len(near) < 10:
            break
        middle = np.median(near, axis=0)
        _, _, axes = np.linalg.svd((near - middle)[:: max(1, len(near) // 20_000)], full_matrices=False)
        fitted = axes[2] * np.sign(axes[2] @ normal)
        if fitted @ normal > 0.99:  # too few points in a row would turn it
            normal = fitted
        residuals = near @ normal
        offset = float(np.median(residuals))
        spread = _NORMAL_SPREAD * float(np.median(np.abs(residuals - offset)))
        thickness = float(np.clip(_SPREADS * spread, 0.002 * size, 2.0 * _TOLERANCE * size))
    return _measured(points, normal, offset, thickness, size)


def _measured(
    points: FloatMatrix, normal: FloatMatrix, offset: float, thickness: float, size: float
) -> Plane:
    heights = points @ normal - offset
    inside = np.abs(heights) <= thickness
    beside = ~inside & (np.abs(heights) <= 3.0 * thickness)
    density = float(inside.sum()) / 2.0
    contrast = 1.0 - min(1.0, float(beside.sum()) / 4.0 / max(density, 1e-9))
    cell = size / _CELLS
    return Plane(
        normal=normal,
        offset=offset,
        thickness=thickness,
        area=covered_cells(points[inside], normal, cell),
        cell=cell,
        contrast=contrast,
    )


def _across_axes(normal: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
    """Two unit vectors `[3]` across `normal [3]` and each other."""
    reference = np.eye(3)[int(np.argmin(np.abs(normal)))]
    first = np.asarray(np.cross(normal, reference), dtype=np.float64)
    first /= np.linalg.norm(first)
    return first, np.asarray(np.cross(normal, first), dtype=np.float64)
