"""Omni-Recon: posed photos -> where rays end and what colour is there, without training for the scene.

Source: Omni-Recon, Harnessing Image-based Rendering for General-Purpose Neural Radiance Fields (arXiv:2403.11131).
Sizes are the paper's: 1,240,699 parameters. The released code looks features up half a cell off; here every look-up is
exact.

With a depth prior (ours, not the paper's) a ray is looked at where photos agree, and the geometry branch tells how much
farther the surface is than the prior says: s = (t_prior - t) + network. The parameters are the same.
"""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...scenes import Camera
from .appearance_branch import AppearanceBranch
from .compositing import sample_alphas, sample_weights
from .depth_prior import RayPrior, guided_samples, hidden_views
from .feature_pyramid import FeaturePyramid
from .feature_volume import VolumeFusion, statistics_grids
from .geometry_branch import GeometryBranch
from .normalisation import normalisation
from .sample_inputs import SampleInputs, look_up
from .sampling import merged_samples, uniform_samples, weighted_samples
from .types import DepthRange, EncodedScene, OmniConfig, RayOutput, SceneBox, SourceViews
from .view_projection import (
    Projection,
    projection_matrices,
    sample_resized,
    unit_centers,
    unit_directions,
    unit_points,
)

_DEFAULT_CONFIG = OmniConfig()
_FIRST_LOG_SHARPNESS = 0.3
_GUIDED_LOG_SHARPNESS = 0.55  # samples around a depth prior are close to each other
_LOG_SHARPNESS_SCALE = 10.0
_SHARPNESS_RANGE = (1e-6, 1e6)


class OmniRecon(nn.Module):
    """The network; new ones have random parameters.

    Args:
        config: How finely to look; may be replaced at any time.
    """

    def __init__(self, config: OmniConfig = _DEFAULT_CONFIG) -> None:
        """Draw the parameters from PyTorch's global generator."""
        super().__init__()
        self.config = config
        self.features = FeaturePyramid()
        self.volume = VolumeFusion()
        self.geometry = GeometryBranch(config.dropout)
        self.appearance = AppearanceBranch()
        self.log_sharpness = nn.Parameter(torch.tensor(_FIRST_LOG_SHARPNESS))

    def start_at_prior(self) -> None:
        """Make new parameters say what a depth prior says, and weigh views by angles: where guided training begins."""
        last = self.geometry.distance[-1]
        nn.init.zeros_(last.get_parameter("weight"))
        nn.init.zeros_(last.get_parameter("bias"))
        self.appearance.prefer_alike_directions()
        nn.init.constant_(self.log_sharpness, _GUIDED_LOG_SHARPNESS)

    @property
    def sharpness(self) -> Tensor:
        """How sharply a ray ends at the surface, one number [1 / unit]."""
        return torch.exp(self.log_sharpness * _LOG_SHARPNESS_SCALE).clamp(*_SHARPNESS_RANGE)

    def encode(
        self, sources: SourceViews, bounds: SceneBox | DepthRange, *, reference: Camera | None = None
    ) -> EncodedScene:
        """What is needed to render from these views, computed once; differentiable.

        Args:
            sources: The photos.
            bounds: Where the scene is.
            reference: The camera whose axes the unit frame takes, in training the target's; `None` takes the mean of
                the source cameras.
        """
        images, size = sources.images, (sources.images.shape[-2], sources.images.shape[-1])
        frame = normalisation(sources.cameras, bounds, reference)
        projections = projection_matrices(sources.cameras, frame, images)
        features = self.features(images)
        grids = statistics_grids(features.pyramid, projections, size, self.config.volume_resolution)
        return EncodedScene(
            images=images,
            features=features.map,
            volume=self.volume(grids),
            projections=projections,
            centers=unit_centers(sources.cameras, frame, images),
            normalisation=frame,
            bounds=bounds,
        )

    def render_rays(
        self,
        encoded: EncodedScene,
        ray_origins: Tensor,
        ray_dirs: Tensor,
        near: Tensor,
        far: Tensor,
        *,
        generator: torch.Generator | None = None,
        fine: bool = True,
        keep_coarse: bool = True,
        prior: RayPrior | None = None,
    ) -> RayOutput:
        """What rays gather.

        Args:
            encoded: The scene.
            ray_origins: `[R, 3]`, world frame.
            ray_dirs: `[R, 3]`, world frame, of any length.
            near: Distance along the unit ray where the search begins, `[R]` [scene units].
            far: Distance where it ends, `[R]`.
            generator: Makes the samples random, for training; without one they are always the same.
            fine: Add samples where the evenly spread ones found a surface, and look at all again.
            keep_coarse: Compute all of `coarse`, for a loss on it; else only what places the fine samples.
            prior: Where to look: a few samples there take the place of all others.
        """
        frame = encoded.normalisation
        origins = unit_points(ray_origins, frame)
        dirs = F.normalize(unit_directions(ray_dirs, frame), dim=1)
        if prior is not None:
            ts = guided_samples(prior, near, far, self.config.guided_samples, generator)
            return self._gather(encoded, origins, dirs, ts, prior)
        ts = uniform_samples(near, far, self.config.coarse_samples, generator)
        if not fine:
            return self._gather(encoded, origins, dirs, ts)
        if keep_coarse:
            coarse = self._gather(encoded, origins, dirs, ts)
            weights = coarse.weights
        else:
            coarse, weights = (
                None,
                self._weights(look_up(encoded, origins, dirs, ts / frame.scale), ts, frame.scale),
            )
        added = weighted_samples(ts, weights.detach(), near, far, self.config.fine_samples, generator)
        return replace(self._gather(encoded, origins, dirs, merged_samples(ts, added)), coarse=coarse)

    def _gather(
        self,
        encoded: EncodedScene,
        origins: Tensor,
        dirs: Tensor,
        ts: Tensor,
        prior: RayPrior | None = None,
    ) -> RayOutput:
        """What the samples at `ts` [scene units] of rays in the unit frame say.

        With a prior, the geometry branch corrects its signed ray distances, and views from which its surface hides a
        sample say nothing about the sample's colour.
        """
        scale = encoded.normalisation.scale
        samples = look_up(encoded, origins, dirs, ts / scale)
        weights = self._weights(samples, ts, scale, prior)
        unhidden = _unhidden(samples.seen, None if prior is None else prior.surfaces, scale)
        views = self.appearance(samples.features, samples.directions[:, :3], unhidden)
        colors = (views[:, None] * sample_resized(encoded.images, samples.seen)).sum(dim=0)
        return RayOutput(
            colors=torch.einsum("crs,rs->rc", colors.unflatten(1, samples.rays), weights),
            depths=(weights * ts).sum(dim=1),
            opacities=weights.sum(dim=1),
            weights=weights,
            view_weights=views.unflatten(1, samples.rays).permute(1, 2, 0),
            visible=samples.seen.visible.unflatten(1, samples.rays).permute(1, 2, 0),
            ts=ts,
        )

    def _weights(
        self, samples: SampleInputs, ts: Tensor, scale: float, prior: RayPrior | None = None
    ) -> Tensor:
        """Part of each ray that ends at each sample, `[R, S]`; never where no view sees it."""
        distances = self.geometry(samples)
        if prior is not None:
            distances = distances + (prior.centers[:, None] - ts) / scale
        alphas = sample_alphas(distances, ts / scale, self.sharpness)
        seen = samples.seen.visible.any(dim=0).unflatten(0, samples.rays)
        return sample_weights(alphas * seen)


def _unhidden(seen: Projection, surfaces: Tensor | None, scale: float) -> Tensor:
    """Which views see samples with nothing before them, `[V, N]`; all that see one that is hidden from all of them."""
    if surfaces is None:
        return seen.visible
    clear = seen.visible & ~hidden_views(surfaces, seen.pixels, seen.depths * scale)
    return torch.where(clear.any(dim=0), clear, seen.visible)
