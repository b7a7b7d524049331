"""Pixels where rounding may decide, found by brute force in float64.

A fragment is drawn or not by comparisons: alpha with 1/255, transmittance with 1e-4 (and with 0.5 for the median
depth). Where a value lies within a relative `band` of its threshold, float32 and float64 may rightly disagree.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from rowsplat.kernels.constants import ALPHA_THRESHOLD, MAX_ALPHA, TILE_SIZE, TRANSMITTANCE_EPS
from rowsplat.kernels.reference import TileLists, depth_order, exact_lists, project, square_lists
from rowsplat.render import Blend
from rowsplat.scenes import Camera, Gaussians


def reference_lists(
    gaussians: Gaussians, camera: Camera, blend: Blend, *, antialiased: bool = False
) -> TileLists:
    """The reference's tile lists, in float64."""
    projected = _project(gaussians, camera, antialiased)
    make_lists = square_lists if blend is Blend.BASELINE else exact_lists
    return make_lists(projected, depth_order(projected), camera.width, camera.height)


def boundary_band(
    gaussians: Gaussians, camera: Camera, blend: Blend, *, antialiased: bool = False, band: float = 1e-4
) -> NDArray[np.bool_]:
    """`[H, W]`: some fragment of the pixel lies within `band` of a threshold."""
    projected = _project(gaussians, camera, antialiased)
    order = depth_order(projected)
    make_lists = square_lists if blend is Blend.BASELINE else exact_lists
    listed = _listed_pixels(make_lists(projected, order, camera.width, camera.height), order, camera)
    y, x = torch.meshgrid(torch.arange(camera.height) + 0.5, torch.arange(camera.width) + 0.5, indexing="ij")
    dx, dy = x[..., None] - projected.means2d[order, 0], y[..., None] - projected.means2d[order, 1]
    xx, xy, yy = projected.conics[order].unbind(-1)
    exponents = 0.5 * (xx * dx * dx + yy * dy * dy) + xy * dx * dy
    alphas = (projected.opacities[order] * torch.exp(-exponents)).clamp(max=MAX_ALPHA)
    near = listed & _is_near(alphas, ALPHA_THRESHOLD, band)
    alphas = torch.where(listed & (alphas >= ALPHA_THRESHOLD), alphas, 0.0)
    transmittance = torch.cumprod(1.0 - alphas, dim=-1)
    for threshold in (TRANSMITTANCE_EPS, 0.5):
        near |= (alphas > 0) & _is_near(transmittance, threshold, band)
    return near.any(-1).numpy()


def _listed_pixels(lists: TileLists, order: torch.Tensor, camera: Camera) -> torch.Tensor:
    """`[H, W, len(order)]` bool: the pixel's tile lists the Gaussian."""
    listed = torch.zeros(camera.height, camera.width, len(order), dtype=torch.bool)
    for tile in range(lists.tiles_x * lists.tiles_y):
        top, left = (TILE_SIZE * i for i in divmod(tile, lists.tiles_x))
        listed[top : top + TILE_SIZE, left : left + TILE_SIZE] = torch.isin(order, lists.ids_of(tile))
    return listed


def _is_near(values: torch.Tensor, threshold: float, band: float) -> torch.Tensor:
    return (values / threshold - 1.0).abs() < band


def _project(gaussians: Gaussians, camera: Camera, antialiased: bool):
    def tensor(array: NDArray[np.floating]) -> torch.Tensor:
        return torch.from_numpy(np.array(array, dtype=np.float64))

    return project(
        means=tensor(gaussians.means),
        quats=tensor(gaussians.quats),
        log_scales=tensor(gaussians.log_scales),
        opacities=torch.sigmoid(tensor(gaussians.logit_opacities)),
        viewmat=tensor(camera.viewmat),
        K=tensor(camera.K),
        width=camera.width,
        height=camera.height,
        antialiased=antialiased,
    )
