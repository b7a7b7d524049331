"""A small network from what is known about a sample to what a task asks for, composited along the ray.

A sample is told the views' features and colours, blended by the colour weights, and the token of the geometry branch.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..attention import WIDTH
from ..model import OmniRecon
from ..sample_inputs import FEATURE_STRIDE
from ..types import FEATURE_CHANNELS, EncodedScene, RayOutput
from ..view_projection import project, sample_resized, sample_strided, unit_points

SAMPLE_CHANNELS = FEATURE_CHANNELS + 3 + WIDTH
_HIDDEN = 64


class TaskHead(nn.Module):
    """Samples -> outputs of the task."""

    def __init__(self, outputs: int) -> None:
        """Two layers, the first normalised.

        Args:
            outputs: Channels of the task.
        """
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(SAMPLE_CHANNELS),
            nn.Linear(SAMPLE_CHANNELS, _HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN, outputs),
        )

    def forward(self, samples: Tensor) -> Tensor:
        """`[..., 99]` -> `[..., outputs]`."""
        return self.layers(samples)


@dataclass
class Tokens:
    """The last tokens of the geometry branch, `[R, S, 64]`."""

    last: Tensor | None = None


@contextmanager
def recorded_tokens(model: OmniRecon) -> Generator[Tokens]:
    """Keep what the geometry branch knows about the samples it was asked for last."""
    tokens = Tokens()

    def _keep(module: nn.Module, inputs: object, output: Tensor) -> None:
        tokens.last = output

    handle = model.geometry.norm.register_forward_hook(_keep)
    try:
        yield tokens
    finally:
        handle.remove()


def composited(
    head: TaskHead, encoded: EncodedScene, origins: Tensor, dirs: Tensor, output: RayOutput, tokens: Tensor
) -> Tensor:
    """What the head says along rays, `[R, outputs]`.

    Args:
        head: The head.
        encoded: The scene.
        origins: `[R, 3]`, world frame.
        dirs: Unit directions, `[R, 3]`, world frame.
        output: What the rays gathered.
        tokens: Of their samples, `[R, S, 64]`.
    """
    samples = torch.cat([blended_samples(encoded, origins, dirs, output), tokens], dim=-1)
    return (output.weights[..., None] * head(samples)).sum(dim=1)


def blended_samples(encoded: EncodedScene, origins: Tensor, dirs: Tensor, output: RayOutput) -> Tensor:
    """Features and colours of the views at each sample, blended by the colour weights, `[R, S, 35]`."""
    world = origins[:, None] + output.ts[..., None] * dirs[:, None]
    points = unit_points(world, encoded.normalisation).flatten(0, 1)
    seen = project(points, encoded.projections, (encoded.images.shape[-2], encoded.images.shape[-1]))
    values = torch.cat(
        [sample_strided(encoded.features, seen, FEATURE_STRIDE), sample_resized(encoded.images, seen)], dim=1
    )
    return torch.einsum("vcrs,rsv->rsc", values.unflatten(2, output.ts.shape), output.view_weights)
