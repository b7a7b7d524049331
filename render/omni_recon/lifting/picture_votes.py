"""What is predicted on a rendered picture, alone and joined with what photos say of the same view.

Photos outvote what a predictor gets wrong in one of them, but speak for the wrong pixel where the geometry is wrong.
The rendered picture errs like a photo, and is of the view itself. It counts as two photos, lifted maps as all that they
are made from, where two of these have a surface where the view has one, and as less where not.

Source: probabilities of classes are joined by a logarithmic opinion pool (Genest and Zidek, "Combining probability
distributions", 1986), in which a class that either side finds unlikely does not win; all else by weighted means, which
for logits is the same.
"""

from __future__ import annotations

import numpy as np
import torch

from ..types import RenderedView
from .lifted_views import LiftedView, resized
from .types import Map, MapKind, Predictor

_OWN_VIEW = 2.0  # photos that the rendered picture counts as
_SURE = 2.0  # photos that must agree for all to count
_DOUBT = 0.02  # probability of any class, whatever is said of it
_ROUNDING = 1e-2
_EPS = 1e-9


def render_then_predict(predictor: Predictor, picture: RenderedView) -> Map:
    """What `predictor` sees in a rendered picture, `[C, H, W]`: what lifting is compared with."""
    image = np.ascontiguousarray(picture.image.permute(1, 2, 0).cpu().numpy())
    found = torch.from_numpy(np.ascontiguousarray(predictor.predict(image)))[None]
    return resized(found, (image.shape[0], image.shape[1]))[0].numpy()


def with_picture(seen: LiftedView, predicted: Map) -> Map:
    """The map of a view, joined with what was predicted on its picture, `[C, H, W]`.

    Args:
        seen: With the number of photos that agree with it.
        predicted: `[C, H, W]`.

    Raises:
        ValueError: `seen` does not tell how many photos agree.
    """
    if seen.agreeing is None:
        raise ValueError("the view must tell how many photos agree with it")
    sure = np.minimum(seen.agreeing / _SURE, 1.0) * seen.picture.opacity.clamp(max=1.0).cpu().numpy()
    lifted = np.float32(len(seen.sources)) * sure
    share: Map = (lifted / (lifted + _OWN_VIEW)).astype(np.float32)
    if seen.legend.kind is MapKind.LABELS and _are_probabilities(seen.map) and _are_probabilities(predicted):
        return _pooled(seen.map, predicted, share)
    return (predicted + share * (seen.map - predicted)).astype(np.float32)


def _are_probabilities(votes: Map) -> bool:
    """Of classes that exclude each other; where nothing is known all are 0."""
    return bool((votes >= 0.0).all() and (votes.sum(axis=0) <= 1.0 + _ROUNDING).all())


def _pooled(first: Map, second: Map, share: Map) -> Map:
    """The normalised geometric mean, with the weight `share [H, W]` of the first; 0 where both know nothing."""
    known = [values.sum(axis=0) for values in (first, second)]
    one, other = (
        np.log(values / np.maximum(total, _EPS) + _DOUBT)
        for values, total in zip((first, second), known, strict=True)
    )
    pooled = np.exp(share * one + (1.0 - share) * other)
    return np.where(known[0] + known[1] > 0.0, pooled / pooled.sum(axis=0), np.float32(0.0))
