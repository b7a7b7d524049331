"""View-dependent colour from spherical harmonics."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ..spherical_harmonics import MAX_SH_DEGREE, sh_basis_terms


def sh_sums(sh_coeffs: Tensor, directions: Tensor, degree: int) -> Tensor:
    """The sums of coefficient times basis function, `[N, 3]`.

    Args:
        sh_coeffs: `[N, K, 3]`.
        directions: `[N, 3]` of any non-zero length, world frame.
        degree: Highest degree evaluated, 0-3, at most that of `sh_coeffs`.
    """
    x, y, z = normalize(directions, dim=-1).unbind(-1)
    basis = torch.stack(sh_basis_terms(x, y, z, degree), -1)
    return (basis[..., None] * sh_coeffs[:, : basis.shape[-1]]).sum(-2)


def view_colors(
    means: Tensor, sh_coeffs: Tensor, camera_position: Tensor, max_sh_degree: int = MAX_SH_DEGREE
) -> Tensor:
    """Colours `[N, 3]` seen from the camera: max(0, 0.5 + sum), linear, not clamped above.

    Args:
        means: `[N, 3]`, world frame; the direction is mean - camera position.
        sh_coeffs: `[N, K, 3]`, K in 1, 4, 9, 16.
        camera_position: `[3]`, world frame.
        max_sh_degree: Degrees above this are ignored.
    """
    stored_degree = {1: 0, 4: 1, 9: 2, 16: 3}[sh_coeffs.shape[1]]
    sums = sh_sums(sh_coeffs, means - camera_position, min(max_sh_degree, stored_degree))
    return torch.clamp(sums + 0.5, min=0.0)
