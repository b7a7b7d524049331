"""Points -> source views: where they are seen, and what is there.

Notation: N points, V views; per-view arrays keep the points last, `[V, C, N]`, as `grid_sample` gives them, so that no
copy is needed. Pixel centres are at +0.5: pixel index i is at pixel coordinate i + 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...scenes import Camera
from .types import Normalisation

_LEAST_DEPTH = 1e-4  # [unit]: what is nearer to a camera's plane, or behind it, is not seen
_OUTSIDE = -3.0  # a grid coordinate that `grid_sample` gives zeros for


@dataclass(frozen=True, eq=False, kw_only=True)
class Projection:
    """N points in V views.

    Args:
        pixels: `[V, 2, N]` [px], 0 where not visible.
        visible: `[V, N]` bool: in front of the camera and inside the image.
        depths: `[V, N]` along the views' axes [unit].
        size: Height and width of the images [px].
    """

    pixels: Tensor
    visible: Tensor
    depths: Tensor
    size: tuple[int, int]


def projection_matrices(cameras: Sequence[Camera], frame: Normalisation, like: Tensor) -> Tensor:
    """Unit frame -> homogeneous pixels, `[V, 3, 4]`, the last row depth [unit]; dtype and device of `like`."""
    unittoworld = np.eye(4)
    unittoworld[:3, :3] = frame.rotation.T * frame.scale
    unittoworld[:3, 3] = frame.center
    matrices = [camera.K @ (camera.viewmat @ unittoworld)[:3] / frame.scale for camera in cameras]
    return torch.as_tensor(np.stack(matrices)).to(like)


def unit_centers(cameras: Sequence[Camera], frame: Normalisation, like: Tensor) -> Tensor:
    """Camera centres, `[V, 3]`, unit frame; dtype and device of `like`."""
    world = np.stack([camera.position for camera in cameras])
    return torch.as_tensor((world - frame.center) @ frame.rotation.T / frame.scale).to(like)


def unit_points(points: Tensor, frame: Normalisation) -> Tensor:
    """World frame `[..., 3]` -> unit frame `[..., 3]`."""
    return unit_directions(points - torch.tensor(frame.center).to(points), frame) / frame.scale


def unit_directions(dirs: Tensor, frame: Normalisation) -> Tensor:
    """World directions `[..., 3]` with the axes of the unit frame, of the same length."""
    return dirs @ torch.tensor(frame.rotation).to(dirs).t()


def project(points: Tensor, projections: Tensor, size: tuple[int, int]) -> Projection:
    """Where `points [N, 3]`, unit frame, are in views of `size` (height, width) [px]."""
    height, width = size
    homogeneous = projections[:, :, :3] @ points.t() + projections[:, :, 3:]
    depths = homogeneous[:, 2]
    in_front = depths > _LEAST_DEPTH
    pixels = homogeneous[:, :2] / torch.where(in_front, depths, torch.ones_like(depths))[:, None]
    x, y = pixels[:, 0], pixels[:, 1]
    visible = in_front & (x >= 0.0) & (x <= width) & (y >= 0.0) & (y <= height)
    return Projection(
        pixels=torch.where(visible[:, None], pixels, 0.0), visible=visible, depths=depths, size=size
    )


def sample_strided(maps: Tensor, seen: Projection, stride: int) -> Tensor:
    """Bilinear values of `maps [V, C, h, w]`, whose cell i is centred on pixel index `stride` * i: `[V, C, N]`.

    Zero where a view does not see the point; half a cell beyond the outer centres, the outermost values.
    """
    return _sample(maps, (seen.pixels - 0.5) / stride, seen.visible)


def sample_resized(maps: Tensor, seen: Projection) -> Tensor:
    """Bilinear values of `maps [V, C, h, w]`, each the whole image resized to h x w: `[V, C, N]`, zero where unseen."""
    height, width = seen.size
    scale = seen.pixels.new_tensor([maps.shape[-1] / width, maps.shape[-2] / height])
    return _sample(maps, seen.pixels * scale[:, None] - 0.5, seen.visible)


def _sample(maps: Tensor, cells: Tensor, visible: Tensor) -> Tensor:
    """Bilinear values at the cell indices `cells [V, 2, N]` (x, y)."""
    last = cells.new_tensor([maps.shape[-1] - 1, maps.shape[-2] - 1])[:, None]
    grid = torch.minimum(cells.clamp(min=0.0), last) * (2.0 / last.clamp(min=1.0)) - 1.0
    grid = torch.where(visible[:, None], grid, _OUTSIDE).transpose(1, 2)[:, None]
    return F.grid_sample(maps, grid, mode="bilinear", padding_mode="zeros", align_corners=True)[:, :, 0]


def sample_volume(volume: Tensor, points: Tensor) -> Tensor:
    """Trilinear values `[C, N]` of `volume [C, Z, Y, X]` at `points [N, 3]` (x, y, z), unit frame; 0 outside."""
    grid = points[None, None, None]
    return F.grid_sample(volume[None], grid, padding_mode="zeros", align_corners=True)[0, :, 0, 0]


def view_directions(points: Tensor, ray_dirs: Tensor, centers: Tensor) -> tuple[Tensor, Tensor]:
    """How differently the ray and each view look at a point.

    Args:
        points: `[N, 3]`, unit frame.
        ray_dirs: Unit direction of the ray through each, `[N, 3]`.
        centers: Camera centres, `[V, 3]`.

    Returns:
        `(differences [V, 3, N], cosines [V, 1, N])`: d - d_i and d . d_i, where d is the ray's direction and d_i the
        direction from view i's centre.
    """
    ray = ray_dirs.t()
    views = F.normalize(points.t()[None] - centers[:, :, None], dim=1)
    return ray - views, (ray * views).sum(dim=1, keepdim=True)


def camera_rays(camera: Camera, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Rays through the pixel centres of a picture, row by row; dtype and device of `like`.

    Returns:
        `(origins [H*W, 3], dirs [H*W, 3], cosines [H*W])`, world frame, unit directions; a distance along the ray times
        its cosine is a depth along the view axis.
    """
    pose = camera.camtoworld
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    rays = np.stack([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, np.ones_like(x)], axis=-1)
    rays = rays.reshape(-1, 3)
    cosines = 1.0 / np.linalg.norm(rays, axis=1)
    dirs = (rays * cosines[:, None]) @ pose[:3, :3].T
    origins = torch.tensor(pose[:3, 3]).to(like).expand(len(rays), 3)
    return origins, torch.as_tensor(dirs).to(like), torch.as_tensor(cosines).to(like)
