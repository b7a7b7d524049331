"""Pictures of an encoded scene, ray chunk by ray chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from ...scenes import Camera
from .depth_prior import DepthPrior, ray_prior
from .map_blending import blend_maps
from .model import OmniRecon
from .types import DepthRange, EncodedScene, OnRays, RayOutput, RenderedView, tell_nobody
from .view_projection import camera_rays, unit_directions, unit_points

_NEAREST = 0.02  # [unit]: a ray that begins inside the cube is searched from here
_SLACK = 0.05  # around the sphere that touches the cube from inside
_LEAST_OPACITY = 1e-3  # a ray that found less has no depth
_GUIDED_REACH = 4.0  # spreads of a prior that count as the same depth
_LEAST_COMPONENT = 1e-9  # of a direction, so that dividing by it is safe

AlongRays = Callable[[Tensor, Tensor, RayOutput], Tensor]
"""Something more about rays, `[R, C]`, from their origins and directions `[R, 3]` and what they gathered."""


def ray_spans(
    encoded: EncodedScene, origins: Tensor, dirs: Tensor, cosines: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Where along rays the scene can be.

    Args:
        encoded: The scene.
        origins: `[R, 3]`, world frame.
        dirs: Unit directions, `[R, 3]`, world frame.
        cosines: To the view axis of the camera that the rays belong to, `[R]`. With them, a scene that was bounded by
            depths is searched between those.

    Returns:
        `(near [R], far [R])`, distances along the rays [scene units], 0 < near < far: between the depths; else where
        the ray is in the unit cube and no farther from the camera than the far side of the sphere in it, or, if that is
        nowhere, from the near to the far side of the sphere.
    """
    if isinstance(encoded.bounds, DepthRange) and cosines is not None:
        return encoded.bounds.near / cosines, encoded.bounds.far / cosines
    frame = encoded.normalisation
    start, steps = unit_points(origins, frame), unit_directions(dirs, frame)
    steps = torch.where(steps.abs() < _LEAST_COMPONENT, _LEAST_COMPONENT, steps)
    faces = torch.stack([(-1.0 - start) / steps, (1.0 - start) / steps])
    enter, leave = faces.amin(dim=0).amax(dim=1), faces.amax(dim=0).amin(dim=1)
    distance = start.norm(dim=1)
    near = ((1.0 - _SLACK) * (distance - 1.0)).clamp(min=_NEAREST)
    far = (1.0 + _SLACK) * (distance + 1.0)
    first, last = torch.maximum(near, enter), torch.minimum(far, leave)
    inside = last > first + _NEAREST
    return torch.where(inside, first, near) * frame.scale, torch.where(inside, last, far) * frame.scale


@torch.no_grad()
def render_view(
    model: OmniRecon,
    encoded: EncodedScene,
    camera: Camera,
    *,
    maps: Tensor | AlongRays | None = None,
    fine: bool = True,
    prior: DepthPrior | None = None,
    on_rays: OnRays = tell_nobody,
) -> RenderedView:
    """The scene from `camera`; the same every time.

    Args:
        model: The network; works as in evaluation, whatever its mode.
        encoded: The scene.
        camera: Where it is seen from.
        maps: Something about each source view, `[V, C, h, w]` over the whole image, to be seen from here as well; or
            what tells it of rays that were just looked along.
        fine: See `OmniRecon.render_rays`.
        prior: For this camera and these source views: where to look, instead of everywhere.
        on_rays: Told after each chunk; raise from it to cancel.
    """
    origins, dirs, cosines = camera_rays(camera, encoded.images)
    near, far = ray_spans(encoded, origins, dirs, cosines)
    chunk, rays = model.config.ray_chunk, len(dirs)
    guide = None if prior is None else ray_prior(prior, cosines)
    interval = (far - near) / model.config.coarse_samples if guide is None else _GUIDED_REACH * guide.spreads
    parts: list[Tensor] = []
    training = model.training
    model.eval()
    try:
        for first in range(0, rays, chunk):
            part = slice(first, first + chunk)
            output = model.render_rays(
                encoded,
                origins[part],
                dirs[part],
                near[part],
                far[part],
                fine=fine,
                keep_coarse=False,
                prior=None if guide is None else guide.taking(part),
            )
            columns = [output.colors, *_depth_columns(output, interval[part], cosines[part])]
            if callable(maps):
                columns.append(maps(origins[part], dirs[part], output))
            elif maps is not None:
                columns.append(blend_maps(encoded, maps, origins[part], dirs[part], output))
            parts.append(torch.cat(columns, dim=1))
            on_rays(min(first + chunk, rays), rays)
    finally:
        model.train(training)
    view = _assembled(torch.cat(parts), camera, maps is not None)
    return (
        view if prior is None else replace(view, confidence=view.confidence * prior.confidence.to(view.depth))
    )


def _depth_columns(output: RayOutput, interval: Tensor, cosines: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Depth along the view axis, confidence and opacity, `[R, 1]` each."""
    opacities = output.opacities
    distances = output.depths / opacities.clamp(min=_LEAST_OPACITY)
    close = (output.ts - distances[:, None]).abs() <= interval[:, None]
    confidences = (output.weights * close).sum(dim=1).clamp(max=1.0)
    depths = torch.where(opacities >= _LEAST_OPACITY, distances * cosines, 0.0)
    return depths[:, None], confidences[:, None], opacities.clamp(max=1.0)[:, None]


def _assembled(columns: Tensor, camera: Camera, with_maps: bool) -> RenderedView:
    """Pictures from `columns [H*W, 6 + C]`: colour, depth, confidence, opacity, maps."""
    pictures = columns.t().unflatten(1, (camera.height, camera.width))
    return RenderedView(
        image=pictures[:3].clamp(0.0, 1.0),
        depth=pictures[3],
        confidence=pictures[4],
        opacity=pictures[5],
        blended=pictures[6:] if with_maps else None,
    )
