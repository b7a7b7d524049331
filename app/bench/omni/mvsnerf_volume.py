"""The part of MVSNeRF that runs once for three photos: features, plane sweep, and a volume on the first one's frustum.

Notation: V = 3 views, D planes, features of h x w = H/4 x W/4 cells; the volume reaches b cells beyond the picture.

Source: MVSNeRF (arXiv:2103.15595), sections 3.1 and 3.2. Attributes have the names of the released weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ....scenes import Camera
from .network_views import cell_grid, in_unit_square, relative_projection

VIEWS = 3
"""Photos that the network works from."""

SHRINK = 4
"""Pixels to a cell of the features and of the volume."""

BORDER = 24
"""Cells of the volume on every side of the picture."""

VOLUME_CHANNELS = 8
_PLANES = 128
_FEATURES = 32
_SLOPE = 0.01  # of the activation below 0
_LEAST_GAIN = 1e-5
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's pictures


class ActivatedNorm2d(nn.BatchNorm2d):
    """Batch normalisation with a positive gain, then a leaky ReLU."""

    def forward(self, input: Tensor) -> Tensor:
        """Any shape `[B, C, ...]`."""
        return _normalised(self, input)


class ActivatedNorm3d(nn.BatchNorm3d):
    """The same for volumes."""

    def forward(self, input: Tensor) -> Tensor:
        """Any shape `[B, C, ...]`."""
        return _normalised(self, input)


class ConvNorm2d(nn.Module):
    """A convolution without bias, and its normalisation."""

    def __init__(self, channels: int, out_channels: int, size: int = 3, stride: int = 1) -> None:
        """`size` is the side of the kernel, odd."""
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, size, stride, padding=size // 2, bias=False)
        self.bn = ActivatedNorm2d(out_channels)

    def forward(self, maps: Tensor) -> Tensor:
        """`[B, channels, H, W]` -> `[B, out_channels, ...]`."""
        return self.bn(self.conv(maps))


class ConvNorm3d(nn.Module):
    """The same for volumes, 3x3x3."""

    def __init__(self, channels: int, out_channels: int, stride: int = 1) -> None:
        """`stride` 1 or 2."""
        super().__init__()
        self.conv = nn.Conv3d(channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn = ActivatedNorm3d(out_channels)

    def forward(self, volume: Tensor) -> Tensor:
        """`[B, channels, D, H, W]` -> `[B, out_channels, ...]`."""
        return self.bn(self.conv(volume))


class Features(nn.Module):
    """Normalised picture -> 32 channels at a quarter of its size."""

    def __init__(self) -> None:
        """The paper's widths."""
        super().__init__()
        self.conv0 = nn.Sequential(ConvNorm2d(3, 8), ConvNorm2d(8, 8))
        self.conv1 = nn.Sequential(ConvNorm2d(8, 16, 5, 2), ConvNorm2d(16, 16), ConvNorm2d(16, 16))
        self.conv2 = nn.Sequential(ConvNorm2d(16, 32, 5, 2), ConvNorm2d(32, 32), ConvNorm2d(32, 32))
        self.toplayer = nn.Conv2d(32, _FEATURES, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """`[V, 3, H, W]` -> `[V, 32, H/4, W/4]`."""
        return self.toplayer(self.conv2(self.conv1(self.conv0(pictures))))


class VolumeNet(nn.Module):
    """Three-dimensional U-net over the sweep volume."""

    def __init__(self) -> None:
        """The paper's widths."""
        super().__init__()
        self.conv0 = ConvNorm3d(_FEATURES + 3 * VIEWS, VOLUME_CHANNELS)
        self.conv1, self.conv2 = ConvNorm3d(8, 16, 2), ConvNorm3d(16, 16)
        self.conv3, self.conv4 = ConvNorm3d(16, 32, 2), ConvNorm3d(32, 32)
        self.conv5, self.conv6 = ConvNorm3d(32, 64, 2), ConvNorm3d(64, 64)
        self.conv7, self.conv9, self.conv11 = _enlarging(64, 32), _enlarging(32, 16), _enlarging(16, 8)

    def forward(self, sweep: Tensor) -> Tensor:
        """`[1, 41, D, h', w']`, all divisible by 8 -> `[1, 8, D, h', w']`."""
        full = self.conv0(sweep)
        half = self.conv2(self.conv1(full))
        quarter = self.conv4(self.conv3(half))
        quarter = quarter + self.conv7(self.conv6(self.conv5(quarter)))
        half = half + self.conv9(quarter)
        return full + self.conv11(half)


class SweepNet(nn.Module):
    """Three photos -> the volume."""

    def __init__(self) -> None:
        """Features and volume network."""
        super().__init__()
        self.feature = Features()
        self.cost_reg_2 = VolumeNet()

    def forward(self, pictures: Tensor, cameras: Sequence[Camera], near_far: tuple[float, float]) -> Tensor:
        """The volume on the first camera's frustum, its planes evenly spread from near to far.

        Args:
            pictures: `[3, 3, H, W]` in [0, 1], sides divisible by 32.
            cameras: Of the same size.
            near_far: Depths in the first view [scene units].

        Returns:
            `[1, 8, 128, H/4 + 48, W/4 + 48]`.
        """
        mean, deviation = (pictures.new_tensor(values)[:, None, None] for values in (_MEAN, _DEVIATION))
        normal = (pictures - mean) / deviation
        depths = torch.linspace(*near_far, _PLANES)
        return self.cost_reg_2(sweep_volume(normal, self.feature(normal), cameras, depths))


def sweep_volume(pictures: Tensor, features: Tensor, cameras: Sequence[Camera], depths: Tensor) -> Tensor:
    """Colours of all views and variance of their features on planes before the first camera.

    Args:
        pictures: `[V, 3, H, W]`.
        features: `[V, C, H/4, W/4]`.
        cameras: V cameras of W x H pixels.
        depths: Of the planes, `[D]` [scene units].

    Returns:
        `[1, 3 V + C, D, H/4 + 2 b, W/4 + 2 b]`.
    """
    height, width = features.shape[-2:]
    small = F.interpolate(pictures, (height, width), mode="bilinear", align_corners=False)
    maps = torch.cat([small, features], dim=1)
    first = F.pad(maps[:1], (BORDER,) * 4)[:, :, None]
    colors = [first[:, :3].expand(-1, -1, len(depths), -1, -1)]
    total, squares = first[:, 3:], first[:, 3:].square()
    count = torch.ones(())
    for view, camera in zip(maps[1:], cameras[1:], strict=True):
        grid = _plane_cells(camera, cameras[0], depths, width, height)
        warped = F.grid_sample(view[None], grid, mode="bilinear", padding_mode="zeros", align_corners=True)
        warped = warped.unflatten(2, (len(depths), height + 2 * BORDER))
        colors.append(warped[:, :3])
        total, squares = total + warped[:, 3:], squares + warped[:, 3:].square()
        count = count + (grid.abs() < 1.0).all(dim=-1).view(1, 1, *warped.shape[2:]).to(torch.float32)
    return torch.cat([*colors, squares / count - (total / count).square()], dim=1)


def _plane_cells(camera: Camera, reference: Camera, depths: Tensor, width: int, height: int) -> Tensor:
    """Where a view sees the planes' cells, `[1, D h', w', 2]` for `grid_sample`."""
    matrix, offset = relative_projection(camera, reference, SHRINK)
    rays = (matrix @ cell_grid(width, height, BORDER))[:, None]
    points = rays + (offset[:, None] / depths)[..., None]
    z = points[2]
    cells = (points[:2] / z).masked_fill(z <= 0.0, -1e4).movedim(0, -1)  # behind the view: far outside
    return in_unit_square(cells, width, height).view(1, -1, width + 2 * BORDER, 2)


def _enlarging(channels: int, out_channels: int) -> nn.Sequential:
    conv = nn.ConvTranspose3d(channels, out_channels, 3, 2, padding=1, output_padding=1, bias=False)
    return nn.Sequential(conv, ActivatedNorm3d(out_channels))


def _normalised(norm: nn.BatchNorm2d | nn.BatchNorm3d, values: Tensor) -> Tensor:
    gain = norm.weight.abs() + _LEAST_GAIN
    out = F.batch_norm(
        values, norm.running_mean, norm.running_var, gain, norm.bias, training=False, eps=norm.eps
    )
    return F.leaky_relu(out, _SLOPE, inplace=True)
