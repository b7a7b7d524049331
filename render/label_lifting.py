"""Label maps of pictures, lifted to Gaussians as the label weights that nouns are grounded in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera, Gaussians
from ..scenes.grounding import Weights
from .blending_weights import BlendingWeights
from .map_lifting import LiftedMaps, lift_maps

_LEAST_DRAWN = 0.05  # pixels over all views: what draws less is hidden


def lifted_labels(
    gaussians: Gaussians,
    cameras: Sequence[Camera],
    maps: Sequence[NDArray[np.integer]],
    names: Sequence[str],
    *,
    weights: BlendingWeights | None = None,
) -> dict[str, Weights]:
    """How much each Gaussian belongs to each label, as `GroundingContext.labels` has it.

    Args:
        gaussians: The scene.
        cameras: The views.
        maps: Of each view the index into `names` of every pixel, `[H, W]`; a negative one for no label.
        names: Of the labels.
        weights: See `map_lifting.lift_maps`.

    Raises:
        ValueError: There is not one map for each camera, of its size, or an index is beyond the names.
    """
    if any(labels.max(initial=-1) >= len(names) for labels in maps):
        raise ValueError(f"label maps must hold indices below {len(names)}, the number of names")
    if not names:
        return {}
    one_hot = [(labels[..., None] == np.arange(len(names))).astype(np.float32) for labels in maps]
    lifted = lift_maps(gaussians, cameras, one_hot, weights=weights)
    return {name: known_weights(lifted, column) for column, name in enumerate(names)}


def known_weights(lifted: LiftedMaps, column: int) -> Weights:
    """A channel of lifted maps `[N]`, 0 to 1, NaN for Gaussians that no view shows."""
    values = np.clip(lifted.values[:, column], 0.0, 1.0)
    return np.where(lifted.weights >= _LEAST_DRAWN, values, np.nan).astype(np.float32)
