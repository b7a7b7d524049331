"""What the branches are told about each sample: looked up in the views and in the volume."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .types import EncodedScene
from .view_projection import Projection, project, sample_strided, sample_volume, view_directions

FEATURE_STRIDE = 4
"""Pixels between the cells of the feature map."""


@dataclass(frozen=True, eq=False, kw_only=True)
class SampleInputs:
    """N = R S samples of R rays, seen by V views.

    Args:
        rays: R and S.
        points: `[N, 3]`, unit frame.
        seen: Where the views see them.
        features: Of the views, `[V, 32, N]`, 0 where not visible.
        volume: `[32, N]`, 0 outside the unit cube.
        directions: Difference (3) and cosine (1) between the directions of the ray and of the view, `[V, 4, N]`.
    """

    rays: tuple[int, int]
    points: Tensor
    seen: Projection
    features: Tensor
    volume: Tensor
    directions: Tensor


def look_up(encoded: EncodedScene, origins: Tensor, dirs: Tensor, ts: Tensor) -> SampleInputs:
    """Inputs for the samples at `origins [R, 3] + ts [R, S] dirs [R, 3]`, all in the unit frame."""
    points = (origins[:, None] + ts[..., None] * dirs[:, None]).flatten(0, 1)
    ray_dirs = dirs.repeat_interleave(ts.shape[1], dim=0)
    size = (encoded.images.shape[-2], encoded.images.shape[-1])
    seen = project(points, encoded.projections, size)
    return SampleInputs(
        rays=(ts.shape[0], ts.shape[1]),
        points=points,
        seen=seen,
        features=sample_strided(encoded.features, seen, FEATURE_STRIDE),
        volume=sample_volume(encoded.volume, points),
        directions=torch.cat(view_directions(points, ray_dirs, encoded.centers), dim=1),
    )
