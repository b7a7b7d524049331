"""Which things stand in a relation to another: on, beside, in front of it.

Notation: boxes along right, up and forward (towards the camera), columns 0, 1 and 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..poses import FloatMatrix
from ..text_edits.targets import Relation
from .context import GroundingContext
from .instances import Choice, Instance

_LEVEL = (0, 2)
_TOUCHING = 0.15  # of the upper thing's height: a gap so small is none
_HELD = 0.3  # of the footprint of the upper thing is over the lower
_NEAR = 1.0  # of the larger thing's extent: a gap so wide is still near
_BEYOND = 0.1  # of both extents: how far a middle must be to a side
_FAINT = (
    0.55  # confidence of the nearest where none is near, or of the best where none fulfils a relation fully
)
_BESIDE = 0.45  # score of what is farther back, but to the side: it is meant only if nothing else is
_LEAST_SCORE = 0.3


def related(
    relation: Relation, instances: Sequence[Instance], anchor: Instance, context: GroundingContext
) -> Choice:
    """Those of `instances` that are in `relation` to `anchor`.

    The confidence is the least of how well the chosen fulfil it and how badly the others do.
    """
    scores = np.array([_score(relation, one, anchor, context) for one in instances])
    if relation is Relation.NEAR and scores.max(initial=0.0) < 0.5:
        nearest = int(np.argmin([_gap(one, anchor) for one in instances]))
        return Choice(instances=(instances[nearest],), confidence=_FAINT)
    chosen = scores >= 0.5
    if not chosen.any():
        best = int(np.argmax(scores))
        found = (instances[best],) if scores[best] >= _LEAST_SCORE else ()
        return Choice(instances=found, confidence=float(scores[best]) if found else 0.0)
    clear = min(float(scores[chosen].min()), 1.0 - 0.5 * float(scores[~chosen].max(initial=0.0)))
    return Choice(
        instances=tuple(one for one, is_chosen in zip(instances, chosen, strict=True) if is_chosen),
        confidence=clear,
    )


def _score(relation: Relation, one: Instance, anchor: Instance, context: GroundingContext) -> float:
    """0 to 1: how well `one` is in `relation` to `anchor`; 0.5 is just so."""
    if relation is Relation.ON:
        return _on(one, anchor, context)
    if relation is Relation.ABOVE:
        return min(_beyond(one, anchor, 1), 0.3 + 0.7 * _overlap(one, anchor))
    if relation is Relation.BELOW:
        return min(_beyond(anchor, one, 1), 0.3 + 0.7 * max(_overlap(one, anchor), _overlap(anchor, one)))
    if relation is Relation.NEAR:
        reach = _NEAR * max(one.extent, anchor.extent)
        return float(np.clip(1.0 - 0.5 * _gap(one, anchor) / max(reach, 1e-12), 0.0, 1.0))
    if relation in (Relation.LEFT_OF, Relation.RIGHT_OF):
        return _beyond(one, anchor, 0) if relation is Relation.RIGHT_OF else _beyond(anchor, one, 0)
    behind = _beyond(anchor, one, 2) if relation is Relation.BEHIND else _beyond(one, anchor, 2)
    return behind * (_BESIDE + (1.0 - _BESIDE) * _in_line(one, anchor))


def _in_line(one: Instance, anchor: Instance) -> float:
    """How much of the narrower of two things is before or behind the other, 0 to 1."""
    shared = min(one.high[0], anchor.high[0]) - max(one.low[0], anchor.low[0])
    narrow = min(one.high[0] - one.low[0], anchor.high[0] - anchor.low[0])
    return float(np.clip(shared / max(narrow, 1e-12), 0.0, 1.0))


def _beyond(first: Instance, second: Instance, column: int) -> float:
    """How clearly `first` is farther along an axis: 0.5 where middles are a little apart, 1 where boxes are."""
    step = float(first.middle[column] - second.middle[column])
    reach = float((first.high - first.low)[column] + (second.high - second.low)[column]) / 2.0
    part = step / max(reach, 1e-12)
    return float(np.clip(0.5 + 0.5 * (part - _BEYOND) / (1.0 - _BEYOND), 0.0, 1.0)) if part > 0 else 0.0


def _on(one: Instance, anchor: Instance, context: GroundingContext) -> float:
    """How well `one` stands on `anchor`: it touches what of the anchor is beneath it, and is held by it."""
    held = _overlap(one, anchor)
    beneath = _top_beneath(one, anchor, context)
    if beneath is None or held < _HELD or one.middle[1] <= beneath:
        return 0.0
    height = float(one.high[1] - one.low[1])
    gap = abs(float(one.low[1]) - beneath)
    touching = _TOUCHING * height + context.structure.cell
    return float(np.clip(1.0 - 0.5 * gap / max(touching, 1e-12), 0.0, 1.0)) * min(1.0, 0.5 + held)


def _top_beneath(one: Instance, anchor: Instance, context: GroundingContext) -> float | None:
    """Height of the part of `anchor` beneath `one`, of the whole anchor's top where it has no Gaussians there."""
    points = context.coordinates[anchor.mask]
    points = points[points[:, 1] < one.middle[1]]
    for margin in (0.0, 0.5, 1.5):  # a floor often has a hole where something stands
        wider = margin * (one.high - one.low)
        low, high = one.low - wider, one.high + wider
        inside = np.logical_and.reduce(
            [(points[:, column] >= low[column]) & (points[:, column] <= high[column]) for column in _LEVEL]
        )
        if inside.sum() >= 10:
            return float(np.quantile(points[inside, 1], 0.95))
    return None


def _overlap(one: Instance, anchor: Instance) -> float:
    """Share of the box of `one`, seen from above, that is over that of `anchor`."""
    share = 1.0
    for column in _LEVEL:
        shared = min(one.high[column], anchor.high[column]) - max(one.low[column], anchor.low[column])
        edge = max(float(one.high[column] - one.low[column]), 1e-12)
        share *= float(np.clip(shared / edge, 0.0, 1.0))
    return share


def _gap(one: Instance, anchor: Instance) -> float:
    """Distance between two boxes [scene units]."""
    apart: FloatMatrix = np.maximum(0.0, np.maximum(one.low - anchor.high, anchor.low - one.high))
    return float(np.linalg.norm(apart))
