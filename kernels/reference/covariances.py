"""Quaternions and scales -> rotation and covariance matrices.

Notation: q quaternion wxyz, R its rotation local -> world, S = diag(exp(log_scales)), covariance R S S^T R^T.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize


def quats_to_rotmats(quats: Tensor) -> Tensor:
    """Rotation matrices `[N, 3, 3]` (local -> world) of quaternions `[N, 4]` wxyz of any non-zero length."""
    w, x, y, z = normalize(quats, dim=-1).unbind(-1)
    rows = [
        torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], -1),
        torch.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], -1),
        torch.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1),
    ]
    return torch.stack(rows, -2)


def covariances(quats: Tensor, log_scales: Tensor) -> Tensor:
    """World covariances `[N, 3, 3]` [scene units^2] of quaternions `[N, 4]` and log scales `[N, 3]`."""
    stretched = quats_to_rotmats(quats) * torch.exp(log_scales)[:, None, :]
    return stretched @ stretched.transpose(-1, -2)


def camera_normals(quats: Tensor, log_scales: Tensor, means: Tensor, viewmat: Tensor) -> Tensor:
    """Unit normals `[N, 3]` in the camera frame: the axis of the smallest scale, turned to face the camera.

    Args:
        quats: `[N, 4]` wxyz.
        log_scales: `[N, 3]`.
        means: `[N, 3]`, world frame.
        viewmat: World -> camera `[4, 4]`.
    """
    shortest = torch.argmin(log_scales, dim=-1)
    axes = quats_to_rotmats(quats).gather(-1, shortest[:, None, None].expand(-1, 3, 1))[..., 0]
    normals = axes @ viewmat[:3, :3].T
    view_rays = means @ viewmat[:3, :3].T + viewmat[:3, 3]
    away = (normals * view_rays).sum(-1, keepdim=True) > 0
    return torch.where(away, -normals, normals)
