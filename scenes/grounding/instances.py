"""Single things among all that go by a noun: splitting them, and choosing by size and place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..edits.edited_gaussians import BoolArray
from ..poses import FloatMatrix
from ..text_edits.targets import Place, Size
from .clusters import main_parts
from .context import GroundingContext

_TAIL = 0.01  # of the Gaussians, at either end, that a box leaves out
_LEAST_SHARE = 0.02  # of the largest instance: fewer Gaussians are a crumb of it
_LEAST_POINTS = 15
_THINNEST = 0.05  # of the diagonal: a flat thing has a volume too
_CLEAR_SIZE = np.log(1.3)  # a thing so much larger than the next is clearly the largest
_CLEAR_STEP = 0.25  # sizes: a thing so far beyond the next is clearly the leftmost


@dataclass(frozen=True, eq=False, kw_only=True)
class Instance:
    """One thing.

    Args:
        mask: Its Gaussians, `[N]`.
        low: Corner of its box along right, up and forward from the camera, `[3]` [scene units].
        high: The opposite corner.
        middle: Median of its centres along the same axes, `[3]`.
    """

    mask: BoolArray
    low: FloatMatrix
    high: FloatMatrix
    middle: FloatMatrix

    @property
    def count(self) -> int:
        """Number of its Gaussians."""
        return int(self.mask.sum())

    @property
    def extent(self) -> float:
        """Cube root of the volume of its box [scene units]."""
        edges = self.high - self.low
        thick = np.maximum(edges, _THINNEST * float(np.linalg.norm(edges)))
        return float(np.prod(thick)) ** (1.0 / 3.0)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Some of several instances.

    Args:
        instances: Those chosen.
        confidence: 0 to 1: how clearly these and not the others.
    """

    instances: tuple[Instance, ...]
    confidence: float


def instance(mask: BoolArray, context: GroundingContext) -> Instance:
    """The thing with the Gaussians of `mask [N]`, which is not empty."""
    points = context.coordinates[mask]
    low, high = np.quantile(points, [_TAIL, 1.0 - _TAIL], axis=0)
    return Instance(mask=mask, low=low, high=high, middle=np.median(points, axis=0))


def split(mask: BoolArray, context: GroundingContext) -> tuple[Instance, ...]:
    """The connected parts of `mask [N]`, most Gaussians first; crumbs belong to the nearest part."""
    members = np.flatnonzero(mask)
    if not len(members):
        return ()
    points = context.gaussians.means[members].astype(np.float64)
    largest = np.bincount(main_parts(points, context.structure.cell, least=0, reach=0.0)).max()
    least = min(largest, max(_LEAST_POINTS, int(_LEAST_SHARE * largest)))
    parts = main_parts(points, context.structure.cell, least=least, reach=np.inf)
    masks = (_scattered(members[parts == number], len(mask)) for number in np.unique(parts))
    return tuple(instance(part, context) for part in masks)


def choose_size(size: Size, instances: Sequence[Instance]) -> Choice:
    """The largest or smallest of `instances`, or the larger or smaller ones.

    "Large" and "small" part them at the widest step between their sizes.
    """
    if len(instances) == 1:
        return Choice(instances=tuple(instances), confidence=1.0)
    ranked = sorted(instances, key=lambda one: -one.extent)
    logs = np.log([one.extent for one in ranked])
    steps = logs[:-1] - logs[1:]
    cut = {Size.LARGEST: 0, Size.SMALLEST: len(steps) - 1}.get(size, int(np.argmax(steps)))
    chosen = ranked[: cut + 1] if size in (Size.LARGEST, Size.LARGE) else ranked[cut + 1 :]
    return Choice(instances=tuple(chosen), confidence=_clear(float(steps[cut]) / _CLEAR_SIZE))


def choose_place(place: Place, instances: Sequence[Instance]) -> Choice:
    """The one of `instances` that is farthest to a side, as the camera sees it, or nearest the middle."""
    if len(instances) == 1:
        return Choice(instances=tuple(instances), confidence=1.0)
    positions = _positions(place, instances)
    order = np.argsort(-positions)
    scale = max(float(np.ptp(positions)), 1e-12)
    lead = float(positions[order[0]] - positions[order[1]]) / scale
    return Choice(instances=(instances[int(order[0])],), confidence=_clear(lead / _CLEAR_STEP))


def on_side(place: Place, instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """Those of `instances` that are in the half towards a side; at least one, unless there is none at all."""
    positions = _positions(place, instances)
    half = (positions.min(initial=np.inf) + positions.max(initial=-np.inf)) / 2.0
    return tuple(one for one, position in zip(instances, positions, strict=True) if position >= half)


def _positions(place: Place, instances: Sequence[Instance]) -> FloatMatrix:
    """How far each is to a side, or near the middle, `[len(instances)]`."""
    if place is Place.MIDDLE:
        bearings = _positions(Place.RIGHT, instances)
        ends = bearings.min(initial=np.inf), bearings.max(initial=-np.inf)
        return -np.abs(bearings - sum(ends) / 2.0)
    return np.array([_position(place, one) for one in instances])


def _position(place: Place, one: Instance) -> float:
    """How far `one` is to a side; to left and right by the angle at which the camera sees it."""
    right, up, forward = one.middle
    if place in (Place.TOP, Place.BOTTOM):
        return float(up if place is Place.TOP else -up)
    if place in (Place.FRONT, Place.BACK):
        return float(forward if place is Place.FRONT else -forward)
    bearing = float(np.arctan2(right, max(-forward, 1e-9)))
    return -bearing if place is Place.LEFT else bearing


def _clear(lead: float) -> float:
    """Confidence of a choice, from how far ahead it is: 0.5 for a tie, 1 from a clear lead on."""
    return 0.5 + 0.5 * min(1.0, lead)


def _scattered(indices: np.ndarray, count: int) -> BoolArray:
    mask = np.zeros(count, dtype=np.bool_)
    mask[indices] = True
    return mask
