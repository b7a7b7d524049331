"""Which splat, and which point in space, is under a pixel.

The pixel is blended front to back as the renderer does it (`kernels.reference` has the equations), but for this
pixel only; picked is the fragment that takes the transmittance to one half or below: the surface as one
sees it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...kernels.constants import ALPHA_THRESHOLD, EPS2D, FRUSTUM_MARGIN, MAX_ALPHA
from ...kernels.quaternions import quat_to_rotmat
from ..camera import Camera
from ..formats.activations import opacities
from ..gaussians import Gaussians
from .attributes import Attribute, attribute_values
from .edited_gaussians import BoolArray
from .screen import ScreenCentres, project_centres

_SURFACE_TRANSMITTANCE = 0.5
_THINNEST = 1e-4  # of the largest scale; flatter splats are taken as this thick where the ray meets them


@dataclass(frozen=True, eq=False, kw_only=True)
class Pick:
    """What is under a pixel.

    Args:
        index: The Gaussian.
        point: Where the pixel's ray is deepest inside it, `[3]`, world frame.
        depth: View-space z of its centre, as depth pictures show it [scene units].
    """

    index: int
    point: NDArray[np.float64]
    depth: float


def pick(
    gaussians: Gaussians, camera: Camera, x: float, y: float, *, among: BoolArray | None = None
) -> Pick | None:
    """The surface under the pixel position (`x`, `y`) [px], pixel centres at +0.5.

    Args:
        gaussians: The scene.
        camera: The view.
        x: To the right.
        y: Downwards.
        among: The Gaussians that can be seen, `[N]`; `None` = all.

    Returns:
        The pick; `None` where the scene lets half of the light or more through.
    """
    centres = project_centres(gaussians, camera)
    near = _near(gaussians, camera, centres, x, y)
    index = np.flatnonzero(near if among is None else near & among)
    index = index[np.argsort(centres.depths[index], kind="stable")]
    alphas = _alphas(gaussians.select(index), camera, x, y)
    passed = np.flatnonzero(np.cumprod(1.0 - alphas) <= _SURFACE_TRANSMITTANCE)
    if not len(passed):
        return None
    picked = int(index[passed[0]])
    point = _deepest_point(gaussians.select(np.array([picked])), camera, x, y)
    return Pick(index=picked, point=point, depth=float(centres.depths[picked]))


def _near(gaussians: Gaussians, camera: Camera, centres: ScreenCentres, x: float, y: float) -> BoolArray:
    """Which Gaussians may reach the pixel, `[N]`: a bound by their largest scale."""
    # The norm of the Jacobian of (fx x/z, fy y/z) is at most f/z (1 + (x/z)^2 + (y/z)^2)^(1/2) by slopes clamped
    # to the widened picture. Alpha >= 1/255 asks for an exponent of at most log 255, 3.33 standard deviations.
    margin = FRUSTUM_MARGIN - 1.0
    slope_x = (
        max(abs(camera.cx), abs(camera.width - camera.cx)) / camera.fx
        + 0.5 * margin * camera.width / camera.fx
    )
    slope_y = (
        max(abs(camera.cy), abs(camera.height - camera.cy)) / camera.fy
        + 0.5 * margin * camera.height / camera.fy
    )
    stretch = max(camera.fx, camera.fy) * np.sqrt(1.0 + slope_x**2 + slope_y**2)
    with np.errstate(over="ignore"):
        scales = attribute_values(gaussians, Attribute.LARGEST_SCALE)
        sigmas_squared = (stretch * scales / np.where(centres.in_front, centres.depths, 1.0)) ** 2 + EPS2D
        squared_reach = -2.0 * np.log(ALPHA_THRESHOLD) * sigmas_squared
    return centres.in_front & ((centres.x - x) ** 2 + (centres.y - y) ** 2 <= squared_reach)


def _alphas(gaussians: Gaussians, camera: Camera, x: float, y: float) -> NDArray[np.float64]:
    """The alpha of each Gaussian at the pixel, 0 below 1/255, `[M]`; all of them in front of the near plane."""
    centres = project_centres(gaussians, camera)
    covariances = _covariances_2d(gaussians, camera, centres)
    xx, xy, yy = covariances[:, 0, 0] + EPS2D, covariances[:, 0, 1], covariances[:, 1, 1] + EPS2D
    determinants = xx * yy - xy * xy
    regular = determinants > 0
    safe = np.where(regular, determinants, 1.0)
    dx, dy = x - centres.x, y - centres.y
    exponents = 0.5 * (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / safe
    strengths = opacities(gaussians.logit_opacities)
    if gaussians.antialiased:
        strengths = strengths * np.sqrt(np.maximum(np.linalg.det(covariances) / safe, 0.0))
    alphas = np.minimum(strengths * np.exp(-np.maximum(exponents, 0.0)), MAX_ALPHA)
    return np.where(regular & (alphas >= ALPHA_THRESHOLD), alphas, 0.0)


def _covariances_2d(gaussians: Gaussians, camera: Camera, centres: ScreenCentres) -> NDArray[np.float64]:
    """Covariances on the screen without EPS2D, `[M, 2, 2]` [px^2]: J W C W^T J^T of EWA splatting."""
    z = centres.depths
    x_over_z = _clamped((centres.x - camera.cx) / camera.fx, camera.fx, camera.cx, camera.width)
    y_over_z = _clamped((centres.y - camera.cy) / camera.fy, camera.fy, camera.cy, camera.height)
    zero = np.zeros_like(z)
    rows = [
        np.stack([camera.fx / z, zero, -camera.fx * x_over_z / z], axis=-1),
        np.stack([zero, camera.fy / z, -camera.fy * y_over_z / z], axis=-1),
    ]
    jacobians = np.stack(rows, axis=-2)
    halves = jacobians @ camera.viewmat[:3, :3] @ quat_to_rotmat(gaussians.quats.astype(np.float64))
    halves = halves * np.exp(gaussians.log_scales.astype(np.float64))[:, None, :]
    return halves @ halves.swapaxes(1, 2)


def _clamped(slopes: NDArray[np.float64], focal: float, center: float, size: int) -> NDArray[np.float64]:
    """Slopes x/z or y/z held within the picture widened by FRUSTUM_MARGIN, as the projection does."""
    margin = (FRUSTUM_MARGIN - 1.0) * 0.5 * size / focal
    return np.clip(slopes, -center / focal - margin, (size - center) / focal + margin)


def _deepest_point(gaussian: Gaussians, camera: Camera, x: float, y: float) -> NDArray[np.float64]:
    """The point `[3]` of the pixel's ray at which the one Gaussian is densest.

    With whitening A = diag(1 / scales) R^T, the ray o + t d is nearest to the centre m, in standard deviations,
    at t = (A d . A (m - o)) / |A d|^2.
    """
    direction = camera.viewmat[:3, :3].T @ [(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, 1.0]
    origin = camera.position
    logs = gaussian.log_scales[0].astype(np.float64)
    relative = np.exp(np.minimum(logs.max() - logs, -np.log(_THINNEST)))  # 1 / scale, up to a common factor
    whitening = relative[:, None] * quat_to_rotmat(gaussian.quats[0].astype(np.float64)).T
    towards, offset = whitening @ direction, whitening @ (gaussian.means[0].astype(np.float64) - origin)
    along = max(float(towards @ offset / (towards @ towards)), 0.0)
    return origin + along * direction
