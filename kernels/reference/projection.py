"""3D Gaussians -> 2D Gaussians on the screen: EWA splatting, gsplat's "classic" and "antialiased" modes.

Notation, camera frame: mean t = (x, y, z), covariance S3 = W C W^T, W the rotation of `viewmat`. The pinhole
map linearised at t has the Jacobian

    J = [[fx/z, 0, -fx x/z^2], [0, fy/z, -fy y/z^2]]      x/z and y/z clamped to the widened field of view

    S2 = J S3 J^T + EPS2D I      compensation = sqrt(det(S2 - EPS2D I) / det(S2))

Sources: EWA splatting (Zwicker et al. 2001); 3DGS (Kerbl et al. 2023); Mip-Splatting (Yu et al. 2024) for the
compensation; gsplat for the clamp about the principal point.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..constants import BASELINE_SIGMAS, EPS2D, FRUSTUM_MARGIN, NEAR_PLANE
from .covariances import covariances

_MIN_DETERMINANT = 1e-10


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectedGaussians:
    """N Gaussians on the screen; a culled one has radius 0 and meaningless (finite) values.

    Args:
        means2d: Centres `[N, 2]` [px], pixel centres at +0.5.
        covars2d: Covariances with EPS2D added, `[N, 3]` = xx, xy, yy [px^2].
        conics: Inverse covariances, `[N, 3]` = xx, xy, yy [px^-2].
        depths: View-space z `[N]` [scene units].
        opacities: `[N]` in [0, 1], with the compensation applied where asked for.
        in_front: `[N]` bool: not nearer than the near plane, covariance regular.
        radii: Half side of the baseline's square `[N]` int32 [px]: ceil(3 sigma of the major axis). 0 =
            culled: behind the near plane or its square outside the image.
    """

    means2d: Tensor
    covars2d: Tensor
    conics: Tensor
    depths: Tensor
    opacities: Tensor
    in_front: Tensor
    radii: Tensor


def project(
    *,
    means: Tensor,
    quats: Tensor,
    log_scales: Tensor,
    opacities: Tensor,
    viewmat: Tensor,
    K: Tensor,
    width: int,
    height: int,
    antialiased: bool = False,
) -> ProjectedGaussians:
    """Project Gaussians onto the screen.

    Args:
        means: `[N, 3]`, world frame, scene units.
        quats: `[N, 4]` wxyz of any non-zero length, local -> world.
        log_scales: `[N, 3]`.
        opacities: `[N]` in [0, 1].
        viewmat: World -> camera `[4, 4]`, OpenCV axes.
        K: Intrinsics `[3, 3]` [px].
        width: Image width [px].
        height: Image height [px].
        antialiased: Scale the opacities by the compensation for EPS2D.
    """
    R, t = viewmat[:3, :3], viewmat[:3, 3]
    means_camera = means @ R.T + t
    covars_camera = R @ covariances(quats, log_scales) @ R.T
    depths = means_camera[:, 2]
    beyond_near = depths >= NEAR_PLANE
    # Culled Gaussians keep finite values and gradients: their z is replaced before anything divides by it.
    z = torch.where(beyond_near, depths, torch.ones_like(depths))
    means2d = (means_camera[:, :2] / z[:, None]) @ K[:2, :2].T + K[:2, 2]
    sharp = _project_covariances(means_camera, z, covars_camera, K, width, height)
    covars2d = sharp + sharp.new_tensor([EPS2D, 0.0, EPS2D])
    determinants = _determinants(covars2d)
    in_front = beyond_near & (determinants > 0)
    determinants = determinants.clamp(min=_MIN_DETERMINANT)
    if antialiased:
        opacities = opacities * torch.sqrt((_determinants(sharp) / determinants).clamp(min=0.0))
    xx, xy, yy = covars2d.unbind(-1)
    return ProjectedGaussians(
        means2d=means2d,
        covars2d=covars2d,
        conics=torch.stack([yy, -xy, xx], -1) / determinants[:, None],
        depths=depths,
        opacities=opacities,
        in_front=in_front,
        radii=_baseline_radii(means2d, covars2d, in_front, width, height),
    )


def _project_covariances(
    means_camera: Tensor, z: Tensor, covars_camera: Tensor, K: Tensor, width: int, height: int
) -> Tensor:
    """J S3 J^T `[N, 3]` = xx, xy, yy [px^2]; `z [N]` is the safe depth."""
    fx, fy, cx, cy = K[0, 0], K[1, 1], K[0, 2], K[1, 2]
    x_over_z = _clamp_to_frustum(means_camera[:, 0] / z, fx, cx, width)
    y_over_z = _clamp_to_frustum(means_camera[:, 1] / z, fy, cy, height)
    zero = torch.zeros_like(z)
    rows = [
        torch.stack([fx / z, zero, -fx * x_over_z / z], -1),
        torch.stack([zero, fy / z, -fy * y_over_z / z], -1),
    ]
    J = torch.stack(rows, -2)
    projected = J @ covars_camera @ J.transpose(-1, -2)
    return torch.stack([projected[:, 0, 0], projected[:, 0, 1], projected[:, 1, 1]], -1)


def _clamp_to_frustum(slope: Tensor, focal: Tensor, center: Tensor, size: int) -> Tensor:
    """`slope` = x/z or y/z, held within the image widened by (FRUSTUM_MARGIN - 1) half fields of view."""
    margin = (FRUSTUM_MARGIN - 1.0) * 0.5 * size / focal
    return torch.minimum(torch.maximum(slope, -center / focal - margin), (size - center) / focal + margin)


def _determinants(covars2d: Tensor) -> Tensor:
    """Determinants `[N]` of `[N, 3]` = xx, xy, yy."""
    return covars2d[:, 0] * covars2d[:, 2] - covars2d[:, 1] ** 2


@torch.no_grad()
def _baseline_radii(means2d: Tensor, covars2d: Tensor, in_front: Tensor, width: int, height: int) -> Tensor:
    """Half sides of the 3-sigma squares, 0 where culled, `[N]` int32 [px]."""
    xx, xy, yy = covars2d.unbind(-1)
    largest_variance = 0.5 * (xx + yy) + torch.sqrt((0.5 * (xx - yy)) ** 2 + xy**2)
    radii = torch.ceil(BASELINE_SIGMAS * torch.sqrt(largest_variance))
    size = means2d.new_tensor([width, height])
    touches = ((means2d + radii[:, None] > 0) & (means2d - radii[:, None] < size)).all(-1)
    return torch.where(in_front & touches, radii, torch.zeros_like(radii)).int()
