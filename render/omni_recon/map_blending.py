"""Predict, then blend: what is known about each source view, seen along rays.

Source: Omni-Recon (arXiv:2403.11131), zero-shot use: any per-view map is blended by the views' colour weights at each
sample, and composited along the ray as the colour is.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from .types import EncodedScene, RayOutput
from .view_projection import project, sample_resized, unit_points

_VOTE = 0.5  # exponent
_EPS = 1e-9


def evened(output: RayOutput) -> RayOutput:
    """What `OmniRecon.render_rays` gave, with weights of views that are more alike: their square roots, of sum 1.

    The colour of a point is best taken from the photo nearest to the view. What it is, others know nearly as well: what
    is wrong in that photo alone can then be outvoted. Photos that do not see it still have no say.
    """
    votes = output.view_weights.clamp(min=0.0) ** _VOTE
    return replace(output, view_weights=votes / votes.sum(dim=-1, keepdim=True).clamp(min=_EPS))


def blend_maps(
    encoded: EncodedScene, maps: Tensor, ray_origins: Tensor, ray_dirs: Tensor, output: RayOutput
) -> Tensor:
    """Values of `maps` along rays.

    Args:
        encoded: The scene.
        maps: Per source view, `[V, C, h, w]`, each over the whole image: one-hot labels, edges, features...
        ray_origins: `[R, 3]`, world frame.
        ray_dirs: Unit directions, `[R, 3]`, world frame.
        output: What `OmniRecon.render_rays` gave for these rays.

    Returns:
        `[R, C]`; 0 where nothing is seen.

    Raises:
        ValueError: There is not one map for each view.
    """
    views, size = len(encoded.images), (encoded.images.shape[-2], encoded.images.shape[-1])
    if maps.dim() != 4 or len(maps) != views:
        raise ValueError(f"maps must have shape [{views}, C, h, w], got {list(maps.shape)}")
    world = ray_origins[:, None] + output.ts[..., None] * ray_dirs[:, None]
    points = unit_points(world, encoded.normalisation).flatten(0, 1)
    parts = output.weights[..., None] * output.view_weights
    blended = parts.new_zeros(len(ray_dirs), maps.shape[1])
    for view in range(views):  # one after the other: features have hundreds of channels
        seen = project(points, encoded.projections[view : view + 1], size)
        values = sample_resized(maps[view : view + 1], seen)[0].unflatten(1, output.ts.shape)
        blended = blended + torch.einsum("crs,rs->rc", values, parts[..., view])
    return blended
