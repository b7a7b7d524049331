"""Groups and labels: what the user named, and what pictures were labelled with."""

from __future__ import annotations

import numpy as np

from ..edits.edited_gaussians import BoolArray
from ..poses import FloatMatrix
from .context import GroundingContext
from .found import Found

_CERTAIN = 0.5  # of the weight
_LIKELY = 0.25  # of the weight, of the strongest label
_NEIGHBOURS = 8


def known_names(context: GroundingContext) -> list[str]:
    """Names of groups, then of labels."""
    return list(dict.fromkeys([*context.groups, *context.labels]))


def named(name: str, context: GroundingContext) -> Found:
    """What goes by `name`, one of `known_names`; a group hides a label of the same name."""
    if name in context.groups:
        mask = context.groups[name].to_bool() & context.alive
        return Found(mask=mask, confidence=1.0, why=f'the group "{name}"')
    return _labelled(name, context)


def _labelled(name: str, context: GroundingContext) -> Found:
    """What has enough of a label, or more of it than of any other; hidden Gaussians follow their neighbours."""
    weights = context.label_weights
    column = list(context.labels).index(name)
    own = weights[:, column]
    others = np.delete(weights, column, axis=1).max(axis=1, initial=0.0)
    mask: BoolArray = context.alive & ((own >= _CERTAIN) | ((own >= _LIKELY) & (own > others)))
    margin = float(np.mean(own[mask] - np.minimum(others[mask], own[mask]))) if mask.any() else 0.0
    confidence = 0.5 + 0.5 * min(1.0, max(0.0, margin))
    return Found(mask=mask, confidence=confidence, why=f'the label "{name}"')


def with_hidden(weights: FloatMatrix, context: GroundingContext) -> FloatMatrix:
    """`weights [N, C]` with those of Gaussians that no picture shows (NaN) taken from their nearest seen neighbours."""
    from scipy.spatial import KDTree

    unknown = np.isnan(weights).any(axis=1)
    seen, hidden = context.alive & ~unknown, context.alive & unknown
    filled = np.nan_to_num(weights)
    if not seen.any() or not hidden.any():
        return filled
    means = context.gaussians.means
    count = min(_NEIGHBOURS, int(seen.sum()))
    reach = 10.0 * context.structure.cell if context.structure.cell > 0 else np.inf
    shape = (int(hidden.sum()), count)
    distances, nearest = (
        np.reshape(found, shape) for found in KDTree(means[seen]).query(means[hidden], k=count)
    )
    close = np.isfinite(distances) & (distances <= reach)
    votes = weights[seen][nearest] * close[:, :, None]
    filled[hidden] = votes.sum(axis=1) / np.maximum(close.sum(axis=1), 1)[:, None]
    return filled
