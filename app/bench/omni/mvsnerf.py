"""MVSNeRF, its first release: a new view from three photos.

Source: MVSNeRF, Fast Generalizable Radiance Field Reconstruction from Multi-View Stereo (Chen et al.,
arXiv:2103.15595), section 3.3; its MIT weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from ....scenes import Camera
from .mvsnerf_volume import BORDER, SHRINK, VIEWS, VOLUME_CHANNELS, SweepNet
from .network_views import (
    in_unit_square,
    integer_intrinsics,
    picture_tensor,
    require_range,
    require_views,
    rounded_size,
)
from .network_weights import load_npz_weights

_MULTIPLE = 32  # of the pictures' sides
_SAMPLES = 128
_RAYS = 32  # worked on at once: three times as fast as 512, the layers stay in the cache
_FREQUENCIES = 10
_POSITION = 3 + 6 * _FREQUENCIES
_FEATURES = VOLUME_CHANNELS + 4 * VIEWS
_WIDTH = 128
_SKIP = 4  # the position comes in again behind this layer
_LAYERS = 6
_OUTSIDE = 2.0  # of the square from -1 to 1: where points behind a view are put
_STORED_PREFIXES = {"sweep.": "network_mvs_state_dict.", "field.": "network_fn_state_dict.nerf."}


class RadianceField(nn.Module):
    """Position, features and direction -> density and colour."""

    def __init__(self) -> None:
        """The paper's widths."""
        super().__init__()
        widths = [_POSITION] + [_WIDTH] * (_LAYERS - 1)
        widths[_SKIP + 1] += _POSITION
        self.pts_linears = nn.ModuleList(nn.Linear(width, _WIDTH) for width in widths)
        self.pts_bias = nn.Linear(_FEATURES, _WIDTH)
        self.views_linears = nn.ModuleList([nn.Linear(_WIDTH + 3, _WIDTH // 2)])
        self.feature_linear = nn.Linear(_WIDTH, _WIDTH)
        self.alpha_linear = nn.Linear(_WIDTH, 1)
        self.rgb_linear = nn.Linear(_WIDTH // 2, 3)

    def forward(self, places: Tensor, features: Tensor, dirs: Tensor) -> tuple[Tensor, Tensor]:
        """Density `[N]` and colour `[N, 3]`.

        Args:
            places: In the volume, `[N, 3]`, 0 to 1 inside.
            features: `[N, 20]`, see `MVSNeRF.render_rays`.
            dirs: `[N, 3]`, unit, axes of the first camera.
        """
        position, scale = encoded_position(places), self.pts_bias(features)
        hidden = position
        for number, layer in enumerate(self.pts_linears):
            hidden = F.relu(layer(hidden) * scale)
            if number == _SKIP:
                hidden = torch.cat([position, hidden], dim=1)
        density = F.relu(self.alpha_linear(hidden))[:, 0]
        seen = torch.cat([self.feature_linear(hidden), dirs], dim=1)
        return density, torch.sigmoid(self.rgb_linear(F.relu(self.views_linears[0](seen))))


class MVSNeRF(nn.Module):
    """The network; new ones have random parameters. Works as in evaluation always."""

    def __init__(self) -> None:
        """Draw the parameters from PyTorch's global generator."""
        super().__init__()
        self.sweep = SweepNet()
        self.field = RadianceField()

    def render_rays(
        self,
        volume: Tensor,
        pictures: Tensor,
        cameras: Sequence[Camera],
        rays: tuple[Tensor, Tensor],
        near_far: tuple[float, float],
    ) -> tuple[Tensor, Tensor]:
        """What R rays gather between near and far of both the target and the first camera.

        Args:
            volume: Of `SweepNet`.
            pictures: `[3, 3, H, W]` in [0, 1].
            cameras: Of the same size.
            rays: Origin `[3]` and directions `[R, 3]` that advance by 1 in the target's depth, world frame.
            near_far: Depths [scene units].

        Returns:
            Colours `[R, 3]`, and depths in the target `[R]` [scene units], short where a ray is not filled.
        """
        origin, dirs = rays
        depths = torch.linspace(*near_far, _SAMPLES)
        points = (origin + dirs[:, None] * depths[:, None]).flatten(0, 1)
        places = _places(points, cameras[0], near_far)
        looked_up = F.grid_sample(volume, (places * 2.0 - 1.0)[None, None, None], align_corners=True)
        features = [looked_up[0, :, 0, 0].t()]
        for picture, camera in zip(pictures, cameras, strict=True):
            features.append(_seen(picture, camera, points))
        turn = torch.tensor(cameras[0].viewmat[:3, :3], dtype=torch.float32)
        unit = F.normalize(dirs, dim=1) @ turn.t()
        each = unit[:, None].expand(-1, _SAMPLES, -1).flatten(0, 1)
        density, colors = self.field(places, torch.cat(features, dim=1), each)
        alphas = 1.0 - torch.exp(-density.view(-1, _SAMPLES))
        left = F.pad((1.0 - alphas).cumprod(dim=1)[:, :-1], (1, 0), value=1.0)
        weights = alphas * left
        return (weights[..., None] * colors.view(-1, _SAMPLES, 3)).sum(dim=1), weights @ depths


def load_mvsnerf(path: Path) -> MVSNeRF:
    """The trained network from an .npz file.

    Raises:
        SceneFileError: The file cannot be read or holds other arrays.
    """
    model = MVSNeRF()
    load_npz_weights(model, path, _STORED_PREFIXES)
    return model.eval()


@torch.no_grad()
def render_view(
    model: MVSNeRF,
    photos: Sequence[NDArray[np.floating]],
    cameras: Sequence[Camera],
    target: Camera,
    near_far: tuple[float, float],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The scene from `target`; the same every time.

    Args:
        model: The network.
        photos: Three, `[H, W, 3]` in [0, 1], the one whose frustum is to hold the volume first. The others are
            scaled to its size.
        cameras: Their cameras.
        target: The view to make.
        near_far: Depths between which the scene lies, in the first photo and in the target [scene units].

    Returns:
        Picture `[H, W, 3]` in [0, 1], and depth along the view axis `[H, W]` [scene units].

    Raises:
        ValueError: There are not three photos, or they, cameras or depths do not make sense.
    """
    require_views(photos, cameras, VIEWS)
    require_range(near_far)
    if len(photos) != VIEWS:
        raise ValueError(f"expected {VIEWS} photos, got {len(photos)}")
    size = rounded_size(cameras[0], _MULTIPLE)
    pictures = torch.cat([picture_tensor(photo, size) for photo in photos])
    resized = [camera.resized(*size) for camera in cameras]
    volume = model.sweep(pictures, resized, near_far)
    origin, dirs = _target_rays(target)
    parts = [
        model.render_rays(volume, pictures, resized, (origin, part), near_far) for part in dirs.split(_RAYS)
    ]
    colors, depths = (torch.cat(values) for values in zip(*parts, strict=True))
    return (
        colors.clamp(0.0, 1.0).view(target.height, target.width, 3).numpy(),
        depths.view(target.height, target.width).numpy(),
    )


def encoded_position(places: Tensor) -> Tensor:
    """`[N, 3]` -> `[N, 63]`: x, then sin(2^k x) for k = 0..9, three at a time, then as many cosines."""
    scaled = (places[:, None] * 2.0 ** torch.arange(_FREQUENCIES)[:, None]).flatten(1)
    return torch.cat([places, torch.sin(scaled), torch.cos(scaled)], dim=1)


def _target_rays(target: Camera) -> tuple[Tensor, Tensor]:
    """Origin `[3]` and directions `[H * W, 3]`, of depth 1, world frame."""
    x, y = np.meshgrid(np.arange(target.width) + 0.5, np.arange(target.height) + 0.5)
    local = np.stack([(x - target.cx) / target.fx, (y - target.cy) / target.fy, np.ones_like(x)], axis=-1)
    dirs = local.reshape(-1, 3) @ target.camtoworld[:3, :3].T
    return torch.from_numpy(target.position).to(torch.float32), torch.from_numpy(dirs).to(torch.float32)


def _projected(points: Tensor, camera: Camera) -> Tensor:
    """Pixel with centres at integers, and depth, `[N, 3]`; `points [N, 3]` in the world frame."""
    view = torch.tensor(camera.viewmat, dtype=torch.float32)
    K = torch.from_numpy(integer_intrinsics(camera)).to(torch.float32)
    seen = (points @ view[:3, :3].t() + view[:3, 3]) @ K.t()
    return torch.cat([seen[:, :2] / seen[:, 2:], seen[:, 2:]], dim=1)


def _places(points: Tensor, camera: Camera, near_far: tuple[float, float]) -> Tensor:
    """Where points lie in the volume on the camera's frustum, `[N, 3]`, 0 to 1 inside."""
    cells = points.new_tensor([camera.width // SHRINK, camera.height // SHRINK])
    padded = cells + 2.0 * BORDER
    found = _projected(points, camera)
    shares = found[:, :2] / points.new_tensor([camera.width - 1, camera.height - 1])
    depth = (found[:, 2:] - near_far[0]) / (near_far[1] - near_far[0])
    return torch.cat([shares * cells / padded + BORDER / padded, depth], dim=1)


def _seen(picture: Tensor, camera: Camera, points: Tensor) -> Tensor:
    """Colour that a view shows at points, and whether they are in its picture, `[N, 4]`."""
    found = _projected(points, camera)
    grid = in_unit_square(found[:, :2], camera.width, camera.height)
    grid = torch.where(found[:, 2:] > 0.0, grid, _OUTSIDE)
    colors = F.grid_sample(
        picture[None], grid[None, None], mode="bilinear", padding_mode="border", align_corners=True
    )
    inside = (grid.abs() < 1.0).all(dim=1, keepdim=True).to(torch.float32)
    return torch.cat([colors[0, :, 0].t(), inside], dim=1)
