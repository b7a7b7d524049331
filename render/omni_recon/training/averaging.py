"""The running mean of a network's weights, which sees better than the weights of any one step."""

from __future__ import annotations

import copy

import torch

from ..model import OmniRecon

_DECAY = 0.999
_HEAD_START = (
    10  # the first steps count less: mean over the last tenth or so of the steps until decay is reached
)


def averaged_copy(model: OmniRecon) -> OmniRecon:
    """A copy to be averaged into; in evaluation, without gradients."""
    average = copy.deepcopy(model).eval()
    return average.requires_grad_(False)


@torch.no_grad()
def update_average(average: OmniRecon, model: OmniRecon, step: int) -> None:
    """Move `average` a little towards `model` after `step` steps.

    The running statistics of the normalisations are averaged as well: they must suit the averaged weights, and those
    of the last ten scenes are a poor guess of those of all.
    """
    part = 1.0 - min(_DECAY, (1 + step) / (_HEAD_START + step))
    target = model.state_dict()
    for name, value in average.state_dict().items():
        if value.is_floating_point():
            value.lerp_(target[name], part)
        else:
            value.copy_(target[name])
