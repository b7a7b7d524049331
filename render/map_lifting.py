"""Maps of pictures, lifted to the Gaussians that drew them: labels, masks, features of any predictor.

Notation: with the blending weights w_g(p) of Gaussian g at pixel p, over all views v and their pixels

    weight_g = sum_v sum_p w_g(p),      value_g = sum_v sum_p w_g(p) map_v(p) / weight_g

so that a Gaussian gets what was seen where it was seen, and one that is hidden everywhere gets nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera, Gaussians
from .blending_weights import BlendingWeights

_CHANNELS = 3  # that one pass gathers


@dataclass(frozen=True, eq=False, kw_only=True)
class LiftedMaps:
    """What the maps say of each Gaussian.

    Args:
        values: `[N, C]` float32, 0 where `weights` is 0.
        weights: `[N]` float32: pixels that the Gaussian drew, over all views [px]. Small ones make unsure values.
    """

    values: NDArray[np.float32]
    weights: NDArray[np.float32]


def lift_maps(
    gaussians: Gaussians,
    cameras: Sequence[Camera],
    maps: Sequence[NDArray[np.float32]],
    *,
    weights: BlendingWeights | None = None,
) -> LiftedMaps:
    """Blend maps of views back onto the Gaussians.

    Args:
        gaussians: The scene.
        cameras: The views.
        maps: One for each, `[H, W, C]` or `[H, W]` of the camera's size; C is the same for all.
        weights: Those of these Gaussians and cameras, where somebody has them already; made anew if `None`.

    Raises:
        ValueError: There is no map, not one for each camera, or their shapes differ or are not the cameras'.
    """
    stacked = [np.asarray(values, np.float32).reshape(*values.shape[:2], -1) for values in maps]
    channels = {values.shape[2] for values in stacked}
    if len(stacked) != len(cameras) or len(channels) != 1:
        raise ValueError(
            f"expected a map for each of {len(cameras)} cameras, all with one number of channels, "
            f"got {len(stacked)} with {sorted(channels)}"
        )
    weights = BlendingWeights(gaussians, cameras) if weights is None else weights
    sums = np.zeros((len(gaussians), channels.pop()), np.float64)
    totals = np.zeros(len(gaussians), np.float64)
    for view, values in enumerate(stacked):
        _add_view(weights, view, values, sums, totals)
    lifted = np.divide(sums, totals[:, None], out=np.zeros_like(sums), where=totals[:, None] > 0)
    return LiftedMaps(values=lifted.astype(np.float32), weights=totals.astype(np.float32))


def _add_view(
    weights: BlendingWeights,
    view: int,
    values: NDArray[np.float32],
    sums: NDArray[np.float64],
    totals: NDArray[np.float64],
) -> None:
    """Add what one view says to `sums [N, C]` and `totals [N]`."""
    ids = weights.visible(view)
    for first in range(0, values.shape[2], _CHANNELS):
        some = values[..., first : first + _CHANNELS]
        padded = np.pad(some, ((0, 0), (0, 0), (0, _CHANNELS - some.shape[2])))
        gathered = weights.gather(view, padded)
        sums[ids, first : first + some.shape[2]] += gathered.values[:, : some.shape[2]]
        if first == 0:
            totals[ids] += gathered.weights
