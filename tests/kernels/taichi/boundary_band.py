"""Pixels where rounding may decide, found by brute force in float64.

A fragment is drawn or not by comparisons: alpha with 1/255, transmittance with 1e-4 (and with 0.5 for the median
depth). Where a value lies within a relative `band` of its threshold, float32 and float64 may rightly disagree. The band
is wider by the error of the opacity where antialiasing takes the determinant of a needle's covariance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from rowsplat.kernels.constants import ALPHA_THRESHOLD, EPS2D, MAX_ALPHA, TILE_SIZE, TRANSMITTANCE_EPS
from rowsplat.kernels.reference import (
    ProjectedGaussians,
    TileLists,
    depth_order,
    exact_lists,
    project,
    square_lists,
)
from rowsplat.render import Blend
from rowsplat.scenes import Camera, Gaussians

_BLUR = torch.tensor([EPS2D, 0.0, EPS2D])
_ROUNDINGS = 8.0


def reference_lists(
    gaussians: Gaussians, camera: Camera, blend: Blend, *, antialiased: bool = False
) -> TileLists:
    """The reference's tile lists, in float64."""
    projected = _project(gaussians, camera, antialiased)
    make_lists = square_lists if blend is Blend.BASELINE else exact_lists
    return make_lists(projected, depth_order(projected), camera.width, camera.height)


@dataclass(frozen=True, eq=False, kw_only=True)
class Rounding:
    """What float32 may change in a picture.

    Args:
        decides: `[H, W]`: some fragment lies so near a threshold that rounding may decide whether it is drawn.
        opacity_error: `[H, W]`: how much of a feature's range the errors of the opacities may move a blended sum:
            dC/dalpha_i = T_(i-1) (c_i - what is behind), so at most sum_i e_i alpha_i T_(i-1) for relative errors e_i.
    """

    decides: NDArray[np.bool_]
    opacity_error: NDArray[np.float64]


def boundary_band(
    gaussians: Gaussians, camera: Camera, blend: Blend, *, antialiased: bool = False, band: float = 1e-4
) -> NDArray[np.bool_]:
    """`[H, W]`: some fragment of the pixel lies within `band`, and its opacity's error, of a threshold."""
    return rounding(gaussians, camera, blend, antialiased=antialiased, band=band).decides


def rounding(
    gaussians: Gaussians, camera: Camera, blend: Blend, *, antialiased: bool = False, band: float = 1e-4
) -> Rounding:
    """Where and by how much a float32 picture may differ from the reference's."""
    projected = _project(gaussians, camera, antialiased)
    order = depth_order(projected)
    make_lists = square_lists if blend is Blend.BASELINE else exact_lists
    listed = _listed_pixels(make_lists(projected, order, camera.width, camera.height), order, camera)
    alphas = torch.where(listed, _alphas(projected, order, camera), 0.0)
    errors = _opacity_errors(gaussians, camera)[order] if antialiased else torch.zeros(len(order))
    near = _is_near(alphas, ALPHA_THRESHOLD, band + errors)
    alphas = torch.where(alphas >= ALPHA_THRESHOLD, alphas, 0.0)
    transmittance = torch.cumprod(1.0 - alphas, dim=-1)
    spread = band + torch.cumsum(errors * alphas / (1.0 - alphas), dim=-1)
    for threshold in (TRANSMITTANCE_EPS, 0.5):
        near |= (alphas > 0) & _is_near(transmittance, threshold, spread)
    weights = alphas * transmittance / (1.0 - alphas)
    return Rounding(decides=near.any(-1).numpy(), opacity_error=(errors * weights).sum(-1).numpy())


def _alphas(projected: ProjectedGaussians, order: torch.Tensor, camera: Camera) -> torch.Tensor:
    """`[H, W, len(order)]`: alpha of every Gaussian at every pixel."""
    y, x = torch.meshgrid(torch.arange(camera.height) + 0.5, torch.arange(camera.width) + 0.5, indexing="ij")
    dx, dy = x[..., None] - projected.means2d[order, 0], y[..., None] - projected.means2d[order, 1]
    xx, xy, yy = projected.conics[order].unbind(-1)
    exponents = 0.5 * (xx * dx * dx + yy * dy * dy) + xy * dx * dy
    return (projected.opacities[order] * torch.exp(-exponents)).clamp(max=MAX_ALPHA)


def _opacity_errors(gaussians: Gaussians, camera: Camera) -> torch.Tensor:
    """Largest relative error `[N]` of an antialiased opacity in float32.

    It is scaled by the root of the determinant of the sharp 2D covariance S. That of a needle cancels twice: summing up
    an entry of S can lose what a ball of the needle's length would have there, and Sxx Syy - Sxy^2 the rest. At most
    5.1 float32 roundings of (Bxx Syy + Byy Sxx) / det S were seen, B the ball's covariance.
    """
    sharp = _project(gaussians, camera, antialiased=False).covars2d - _BLUR
    longest = gaussians.log_scales.max(axis=1, keepdims=True).repeat(3, axis=1)
    ball = _project(replace(gaussians, log_scales=longest), camera, antialiased=False).covars2d - _BLUR
    determinants = (sharp[:, 0] * sharp[:, 2] - sharp[:, 1] ** 2).clamp(min=1e-300)
    lost = (ball[:, 0] * sharp[:, 2] + ball[:, 2] * sharp[:, 0]) / determinants
    return (_ROUNDINGS * 2.0**-24 * lost).clamp(max=1.0)


def _listed_pixels(lists: TileLists, order: torch.Tensor, camera: Camera) -> torch.Tensor:
    """`[H, W, len(order)]` bool: the pixel's tile lists the Gaussian."""
    listed = torch.zeros(camera.height, camera.width, len(order), dtype=torch.bool)
    for tile in range(lists.tiles_x * lists.tiles_y):
        top, left = (TILE_SIZE * i for i in divmod(tile, lists.tiles_x))
        listed[top : top + TILE_SIZE, left : left + TILE_SIZE] = torch.isin(order, lists.ids_of(tile))
    return listed


def _is_near(values: torch.Tensor, threshold: float, band: torch.Tensor) -> torch.Tensor:
    return (values / threshold - 1.0).abs() < band


def _project(gaussians: Gaussians, camera: Camera, antialiased: bool) -> ProjectedGaussians:
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
