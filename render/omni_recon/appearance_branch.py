"""Appearance: how much each view counts for the colour of a sample.

Source: Omni-Recon (arXiv:2403.11131), the small network that also serves as the shader of the baked scene. It never
sees the volume.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import across_channels
from .types import FEATURE_CHANNELS

_DIFFERENCES = 3
_ANGULAR_DECAY = 10.0
_MASKED = -1e9  # logit of a view that does not see the sample


class AppearanceBranch(nn.Module):
    """1,777 parameters."""

    def __init__(self) -> None:
        """The paper's sizes."""
        super().__init__()
        self.features = nn.Sequential(nn.Linear(FEATURE_CHANNELS, FEATURE_CHANNELS), nn.ReLU())
        self.logits = nn.Sequential(
            nn.Linear(FEATURE_CHANNELS + _DIFFERENCES, 16),
            nn.ReLU(),
            nn.Linear(16, 8),
            nn.ReLU(),
            nn.Linear(8, 1),
        )

    def prefer_alike_directions(self) -> None:
        """Make the logit of a view -10 |d|_1, with d the difference of directions, whatever its features are.

        So photos that were taken from nearly the same direction count most. Units that this does not need keep their
        parameters, but have no say until they are trained.

        Source: angular weights of Buehler et al., Unstructured lumigraph rendering (SIGGRAPH 2001), section 4.1.
        """
        first, second, last = (self.logits[index] for index in (0, 2, 4))
        sides = torch.cat([torch.eye(_DIFFERENCES), -torch.eye(_DIFFERENCES)])  # relu(x) + relu(-x) = |x|
        for layer in (first, second, last):
            nn.init.zeros_(layer.get_parameter("bias"))
        with torch.no_grad():
            weight = first.get_parameter("weight")
            weight[: len(sides)] = 0.0
            weight[: len(sides), FEATURE_CHANNELS:] = sides.to(weight)
            weight = second.get_parameter("weight")
            weight[0] = 0.0
            weight[0, : len(sides)] = 1.0
            weight = last.get_parameter("weight")
            weight.zero_()
            weight[0, 0] = -_ANGULAR_DECAY

    def forward(self, features: Tensor, differences: Tensor, visible: Tensor) -> Tensor:
        """Weights of the views.

        Args:
            features: Of the views at each sample, `[V, 32, N]`.
            differences: Direction of the ray less that of the view, `[V, 3, N]`.
            visible: `[V, N]` bool.

        Returns:
            `[V, N]`, of sum 1 over the views; 0 for a view that does not see the sample, hence all 0 where none does.
        """
        hidden = _pointwise(self.features, features)
        logits = _pointwise(self.logits, torch.cat([hidden, differences], dim=1))[:, 0]
        return torch.softmax(logits.masked_fill(~visible, _MASKED), dim=0) * visible


def _pointwise(layers: nn.Sequential, values: Tensor) -> Tensor:
    """The layers applied to `values [V, C, N]` along the channels, without turning the array."""
    for layer in layers:
        if isinstance(layer, nn.Linear):
            values = across_channels(values, layer.weight, layer.bias)
        else:
            values = F.relu(values, inplace=True)
    return values
