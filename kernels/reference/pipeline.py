"""The whole pipeline: Gaussians and a camera in, images out, differentiable with respect to every tensor."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from ..spherical_harmonics import MAX_SH_DEGREE
from ..types import Blend
from .blending import BlendedImages, blend_pixels
from .covariances import camera_normals
from .irss import irss_rows
from .projection import ProjectedGaussians, project
from .spherical_harmonics import view_colors
from .tile_lists import TileLists, depth_order, exact_lists, square_lists


@dataclass(frozen=True, kw_only=True)
class StageSeconds:
    """Wall-clock time of each stage [s]."""

    project: float
    sort: float
    bin: float
    blend: float


@dataclass(frozen=True, eq=False, kw_only=True)
class ReferenceRender:
    """Images and everything they were made from.

    Args:
        images: What each pixel holds.
        projected: Gaussians on the screen.
        colors: Their colours `[N, 3]`.
        lists: The Gaussians of each tile.
        seconds: Time of each stage [s].
    """

    images: BlendedImages
    projected: ProjectedGaussians
    colors: Tensor
    lists: TileLists
    seconds: StageSeconds


def render_reference(
    *,
    # Scene
    means: Tensor,
    quats: Tensor,
    log_scales: Tensor,
    logit_opacities: Tensor,
    sh_coeffs: Tensor,
    # Camera
    viewmat: Tensor,
    K: Tensor,
    width: int,
    height: int,
    # Options
    background: Tensor | None = None,
    blend: Blend = Blend.BASELINE_EXACT,
    antialiased: bool = False,
    max_sh_degree: int = MAX_SH_DEGREE,
) -> ReferenceRender:
    """Draw Gaussians with one pinhole camera, on the CPU. All tensors share one float dtype.

    Args:
        means: `[N, 3]`, world frame, scene units.
        quats: `[N, 4]` wxyz of any non-zero length, local -> world.
        log_scales: `[N, 3]`.
        logit_opacities: `[N]`.
        sh_coeffs: `[N, K, 3]`, K in 1, 4, 9, 16.
        viewmat: World -> camera `[4, 4]`, OpenCV axes.
        K: Intrinsics `[3, 3]` [px], pixel centres at +0.5.
        width: Image width [px].
        height: Image height [px].
        background: Colour behind the scene `[3]`; black if `None`.
        blend: Lists and blender.
        antialiased: Scale the opacities by the compensation for the blur of EPS2D.
        max_sh_degree: Spherical harmonics above this degree are ignored.
    """
    clock = [time.perf_counter()]
    projected = project(
        means=means,
        quats=quats,
        log_scales=log_scales,
        opacities=torch.sigmoid(logit_opacities),
        viewmat=viewmat,
        K=K,
        width=width,
        height=height,
        antialiased=antialiased,
    )
    colors = view_colors(means, sh_coeffs, torch.linalg.inv(viewmat)[:3, 3], max_sh_degree)
    normals = camera_normals(quats, log_scales, means, viewmat)
    clock.append(time.perf_counter())
    order = depth_order(projected)
    clock.append(time.perf_counter())
    make_lists = square_lists if blend is Blend.BASELINE else exact_lists
    lists = make_lists(projected, order, width, height)
    clock.append(time.perf_counter())
    background = means.new_zeros(3) if background is None else background
    blender = irss_rows if blend is Blend.IRSS else blend_pixels
    images = blender(projected, colors, normals, lists, background, width, height)
    clock.append(time.perf_counter())
    spans = [later - earlier for earlier, later in pairwise(clock)]
    return ReferenceRender(
        images=images,
        projected=projected,
        colors=colors,
        lists=lists,
        seconds=StageSeconds(project=spans[0], sort=spans[1], bin=spans[2], blend=spans[3]),
    )
