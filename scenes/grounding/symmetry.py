"""Mirror planes of a thing that stand upright, and the two sides that they part it into.

Notation: a plane with the horizontal unit normal n(phi) at the offset d holds the points with n . x = d; the image of x
is x - 2 (n . x - d) n. A plane's score is the mean over points x of exp(-(r / s)^2) exp(-(c / t)^2), with the distance
r from the image of x to the nearest point and the difference c of their colours, by that of the points themselves, each
with the nearest other, so that 1 is as alike as the thing is to itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..poses import FloatMatrix

LEAST_SCORE = 0.7
"""Of a thing that has two sides."""

_QUERIES, _MOST_POINTS = 600, 6000
_AZIMUTHS = 36
_REFINED = 4  # candidates
_COLOR = 0.2  # t, of colours in [0, 1]
_REACH = 2.0  # s, typical distances between neighbours
_LEAST_POINTS = 40


@dataclass(frozen=True, eq=False, kw_only=True)
class MirrorPlane:
    """An upright plane.

    Args:
        normal: Unit vector `[3]`, horizontal, world frame.
        offset: n . x of its points [scene units].
        score: From 0 on; 1 if the two sides are as alike as neighbouring points, more if they are
            images point by point.
    """

    normal: FloatMatrix
    offset: float
    score: float

    def mirrored(self, points: FloatMatrix) -> FloatMatrix:
        """Images of `points [M, 3]`."""
        return points - 2.0 * (points @ self.normal - self.offset)[:, None] * self.normal


def mirror_planes(points: FloatMatrix, colors: FloatMatrix, up: FloatMatrix) -> tuple[MirrorPlane, ...]:
    """The best upright mirror planes of a thing, best first; none for a few points.

    Args:
        points: `[M, 3]`, world frame [scene units].
        colors: `[M, 3]` in [0, 1].
        up: Unit vector `[3]`.
    """
    from scipy.optimize import minimize

    if len(points) < _LEAST_POINTS:
        return ()
    agreement = _Agreement(points, colors)
    right, forward = _horizontal(up)

    def plane(azimuth: float, offset: float) -> MirrorPlane:
        normal = np.cos(azimuth) * right + np.sin(azimuth) * forward
        return MirrorPlane(normal=normal, offset=offset, score=agreement.score(normal, offset))

    candidates = list[tuple[float, float, float]]()
    for azimuth in np.pi * np.arange(_AZIMUTHS) / _AZIMUTHS:
        along = points @ (np.cos(azimuth) * right + np.sin(azimuth) * forward)
        low, high = np.quantile(along, [0.01, 0.99])
        for offset in (float(np.mean(along)), float(low + high) / 2.0):
            candidates.append((plane(float(azimuth), offset).score, float(azimuth), offset))
    candidates.sort(reverse=True)
    scale, found = agreement.reach, list[MirrorPlane]()

    def loss(values: NDArray[np.float64], azimuth: float, offset: float) -> float:
        return -plane(azimuth + float(values[0]), offset + scale * float(values[1])).score

    for _, azimuth, offset in candidates[:_REFINED]:
        simplex = np.array([[0.0, 0.0], [np.pi / _AZIMUTHS / 2.0, 0.0], [0.0, 1.0]])
        best = minimize(
            partial(loss, azimuth=azimuth, offset=offset),
            np.zeros(2),
            method="Nelder-Mead",
            options={"initial_simplex": simplex, "maxiter": 30},
        ).x
        found.append(plane(azimuth + float(best[0]), offset + scale * float(best[1])))
    return tuple(sorted(found, key=lambda each: -each.score))


class _Agreement:
    """Scores of planes, from some of the points."""

    def __init__(self, points: FloatMatrix, colors: FloatMatrix) -> None:
        from scipy.spatial import KDTree

        chosen = np.random.default_rng(0).permutation(len(points))
        asked, kept = chosen[:_QUERIES], chosen[:_MOST_POINTS]
        self._points, self._colors = points[asked], colors[asked]
        self._tree, self._tree_colors = KDTree(points[kept]), colors[kept]
        found = self._tree.query(self._points, k=2)
        distances, nearest = np.asarray(found[0]), np.asarray(found[1], np.intp)
        self.reach = _REACH * max(float(np.median(distances[:, 1])), 1e-12)
        self._itself = max(self._alike(distances[:, 1], nearest[:, 1]), 1e-12)

    def score(self, normal: FloatMatrix, offset: float) -> float:
        """Of the plane."""
        mirrored = MirrorPlane(normal=normal, offset=offset, score=0.0).mirrored(self._points)
        distances, nearest = self._tree.query(mirrored)
        return self._alike(np.asarray(distances), np.asarray(nearest, np.intp)) / self._itself

    def _alike(self, distances: FloatMatrix, nearest: NDArray[np.intp]) -> float:
        difference = np.linalg.norm(self._colors - self._tree_colors[nearest], axis=1)
        likeness = np.exp(-np.square(distances / self.reach) - np.square(difference / _COLOR))
        return float(np.mean(likeness))


def _horizontal(up: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
    """Two unit vectors across `up` and each other."""
    first = np.asarray(np.cross(up, np.eye(3)[int(np.argmin(np.abs(up)))]), np.float64)
    first = first / np.linalg.norm(first)
    return first, np.asarray(np.cross(up, first), np.float64)
