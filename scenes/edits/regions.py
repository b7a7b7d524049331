"""Selecting Gaussians by where their centres are: on the screen, or in a solid in the world.

Every function gives a bool array `[N]`, true for what is selected. On the screen, what is nearer than the near
plane is never selected, and what is hidden behind other Gaussians is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..camera import Camera
from ..gaussians import Gaussians
from ..poses import FloatMatrix, nearest_rotation
from .edited_gaussians import BoolArray
from .screen import project_centres


def in_rectangle(gaussians: Gaussians, camera: Camera, corner: ArrayLike, opposite: ArrayLike) -> BoolArray:
    """What is in the rectangle between two opposite corners `[2]` [px], its border included."""
    corners = np.stack([_finite("corner", corner, (2,)), _finite("opposite", opposite, (2,))])
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    centres = project_centres(gaussians, camera)
    across = (centres.x >= left) & (centres.x <= right)
    return across & (centres.y >= top) & (centres.y <= bottom) & centres.in_front


def in_lasso(gaussians: Gaussians, camera: Camera, polygon: ArrayLike) -> BoolArray:
    """What is inside a closed polygon `[V, 2]` [px] by the even-odd rule; fewer than three corners hold nothing.

    A point is inside if a ray to its right crosses the outline an odd number of times. Sorted by y, the points
    that an edge can concern are one slice, so that an outline of hundreds of edges costs little more than a few.
    """
    corners = _points("polygon", polygon)
    points = _SortedPoints(gaussians, camera, corners)
    inside = np.zeros(len(points.index), dtype=np.bool_)
    for (x0, y0), (x1, y1) in _edges(corners):
        # half-open in y, so that a corner between two edges is crossed once; a level edge concerns no point
        rows = points.rows(min(y0, y1), max(y0, y1))
        if rows.start < rows.stop:
            crossing = x0 + (points.y[rows] - y0) * ((x1 - x0) / (y1 - y0))
            inside[rows] ^= points.x[rows] < crossing
    return _scattered(points.index[inside], len(gaussians))


def in_brush(gaussians: Gaussians, camera: Camera, stroke: ArrayLike, radius: float) -> BoolArray:
    """What a disc touches that is dragged along a stroke.

    Args:
        gaussians: The scene.
        camera: The view.
        stroke: Corners of the disc's way `[V, 2]` [px]; a single one is a dab, none selects nothing.
        radius: Of the disc [px], its border included.

    Raises:
        ValueError: `radius` is not positive and finite, or `stroke` has another shape or is not finite.
    """
    if not (np.isfinite(radius) and radius > 0):
        raise ValueError(f"radius must be positive and finite, got {radius}")
    corners = _points("stroke", stroke)
    sideways = len(corners) > 0 and bool(
        np.diff(np.ptp(corners, axis=0)) < 0
    )  # short slices: along the stroke
    points = _SortedPoints(gaussians, camera, corners, margin=radius, by_x=sideways)
    touched = np.zeros(len(points.index), dtype=np.bool_)
    ends = corners[1:] if len(corners) > 1 else corners
    for start, end in zip(corners, ends, strict=False):
        ends_along = start[0 if sideways else 1], end[0 if sideways else 1]
        rows = points.rows(min(ends_along) - radius, np.nextafter(max(ends_along) + radius, np.inf))
        x, y = points.x[rows] - start[0], points.y[rows] - start[1]
        along_x, along_y = end - start
        squared_length = along_x**2 + along_y**2
        if squared_length > 0:
            nearest = np.clip((x * along_x + y * along_y) / squared_length, 0.0, 1.0)
            x, y = x - nearest * along_x, y - nearest * along_y
        touched[rows] |= x * x + y * y <= radius**2
    return _scattered(points.index[touched], len(gaussians))


def in_sphere(gaussians: Gaussians, center: ArrayLike, radius: float) -> BoolArray:
    """What is in the ball around `center [3]` [scene units, world frame], its surface included.

    Raises:
        ValueError: `radius` is negative or not finite, or `center` is not three finite numbers.
    """
    if not (np.isfinite(radius) and radius >= 0):
        raise ValueError(f"radius must be finite and at least 0, got {radius}")
    offsets = gaussians.means.T - _finite("center", center, (3,))[:, None]
    squared: FloatMatrix = (offsets * offsets).sum(axis=0)
    return squared <= radius**2


def in_box(gaussians: Gaussians, pose: ArrayLike, half_sizes: ArrayLike) -> BoolArray:
    """What is in a box that may be turned, its surface included.

    Args:
        gaussians: The scene.
        pose: Box -> world, `[4, 4]` rigid: its columns are the box's axes and its centre.
        half_sizes: Half the lengths of its edges `[3]` along its axes [scene units].

    Raises:
        ValueError: `pose` is no rigid motion, or a half size is negative or not finite.
    """
    halves = _half_sizes("half_sizes", half_sizes)
    return np.logical_and.reduce(np.abs(_local(gaussians, pose)) <= halves[:, None])


def in_ellipsoid(gaussians: Gaussians, pose: ArrayLike, semi_axes: ArrayLike) -> BoolArray:
    """What is in an ellipsoid, its surface included.

    Args:
        gaussians: The scene.
        pose: Ellipsoid -> world, `[4, 4]` rigid: its columns are its axes and its centre.
        semi_axes: Half the lengths of its axes `[3]` [scene units].

    Raises:
        ValueError: `pose` is no rigid motion, or a semi-axis is not positive and finite.
    """
    halves = _half_sizes("semi_axes", semi_axes)
    if not (halves > 0).all():
        raise ValueError(f"semi_axes must be positive, got {halves}")
    unit = _local(gaussians, pose) / halves[:, None]
    squared: FloatMatrix = (unit * unit).sum(axis=0)
    return squared <= 1.0


class _SortedPoints:
    """Projected centres near some corners, sorted by one coordinate.

    Args:
        gaussians: The scene.
        camera: The view.
        corners: `[V, 2]` [px].
        margin: How far around their bounding box [px].
        by_x: Sorted by x, else by y.
    """

    def __init__(
        self,
        gaussians: Gaussians,
        camera: Camera,
        corners: NDArray[np.float64],
        *,
        margin: float = 0.0,
        by_x: bool = False,
    ) -> None:
        if not len(corners):
            corners = np.full((1, 2), np.inf)  # holds nothing
        low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
        centres = project_centres(gaussians, camera)
        near = centres.in_front & (centres.x >= low[0]) & (centres.x <= high[0])
        index = np.flatnonzero(near & (centres.y >= low[1]) & (centres.y <= high[1]))
        self.index = index[np.argsort((centres.x if by_x else centres.y)[index])]
        self.x, self.y = centres.x[self.index], centres.y[self.index]
        self._sorted = self.x if by_x else self.y

    def rows(self, low: float, high: float) -> slice:
        """Those whose coordinate is at least `low` and less than `high`."""
        first, last = np.searchsorted(self._sorted, [low, high])
        return slice(int(first), int(last))


def _edges(corners: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Pairs of neighbouring corners, the last with the first."""
    return zip(corners, np.roll(corners, -1, axis=0), strict=True)


def _local(gaussians: Gaussians, pose: ArrayLike) -> NDArray[np.float64]:
    """The centres in the frame of a solid, `[3, N]`."""
    matrix = _finite("pose", pose, (4, 4))
    rotation = nearest_rotation(matrix[:3, :3])
    return rotation.T @ (gaussians.means.T - matrix[:3, 3:])


def _half_sizes(name: str, values: ArrayLike) -> FloatMatrix:
    """`values [3]`, none of them negative."""
    halves = _finite(name, values, (3,))
    if not (halves >= 0).all():
        raise ValueError(f"{name} must not be negative, got {halves}")
    return halves


def _points(name: str, values: ArrayLike) -> FloatMatrix:
    """`values` as finite points `[V, 2]`, V may be 0."""
    points = np.asarray(values, dtype=np.float64)
    return np.zeros((0, 2)) if points.size == 0 else _finite(name, points, (len(points), 2))


def _finite(name: str, values: ArrayLike, shape: tuple[int, ...]) -> FloatMatrix:
    """`values` as finite float64 of `shape`."""
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers of shape {list(shape)}, got {array}")
    return array


def _scattered(index: NDArray[np.intp], count: int) -> BoolArray:
    """True at `index`, `[count]`."""
    selected = np.zeros(count, dtype=np.bool_)
    selected[index] = True
    return selected
