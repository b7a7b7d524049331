"""Layers of PatchmatchNet that look at pictures: feature pyramid, and refinement of the depth.

Source: PatchmatchNet (arXiv:2012.01411). Attributes have the names of the released weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ConvNorm(nn.Module):
    """A convolution without bias, batch normalisation and ReLU, in 2 or 3 dimensions."""

    def __init__(
        self, channels: int, out_channels: int, size: int = 3, stride: int = 1, dims: int = 2
    ) -> None:
        """`size` is the side of the kernel, odd; cells at the border see zeros."""
        super().__init__()
        conv, norm = (nn.Conv2d, nn.BatchNorm2d) if dims == 2 else (nn.Conv3d, nn.BatchNorm3d)
        self.conv = conv(channels, out_channels, size, stride, padding=size // 2, bias=False)
        self.bn = norm(out_channels)

    def forward(self, maps: Tensor) -> Tensor:
        """`[B, channels, ...]` -> `[B, out_channels, ...]`."""
        return F.relu(self.bn(self.conv(maps)))


class FeaturePyramid(nn.Module):
    """Picture -> features at 1/8, 1/4 and 1/2 of its size."""

    def __init__(self) -> None:
        """The paper's widths."""
        super().__init__()
        self.conv0, self.conv1 = ConvNorm(3, 8), ConvNorm(8, 8)
        self.conv2, self.conv3, self.conv4 = ConvNorm(8, 16, 5, 2), ConvNorm(16, 16), ConvNorm(16, 16)
        self.conv5, self.conv6, self.conv7 = ConvNorm(16, 32, 5, 2), ConvNorm(32, 32), ConvNorm(32, 32)
        self.conv8, self.conv9, self.conv10 = ConvNorm(32, 64, 5, 2), ConvNorm(64, 64), ConvNorm(64, 64)
        self.output1 = nn.Conv2d(64, 64, 1, bias=False)
        self.inner1, self.output2 = nn.Conv2d(32, 64, 1), nn.Conv2d(64, 32, 1, bias=False)
        self.inner2, self.output3 = nn.Conv2d(16, 64, 1), nn.Conv2d(64, 16, 1, bias=False)

    def forward(self, picture: Tensor) -> dict[int, Tensor]:
        """`[1, 3, H, W]`, sides divisible by 8 -> {3: `[1, 64, H/8, W/8]`, 2: `[1, 32, ...]`, 1: `[1, 16, ...]`}."""
        half = self.conv4(self.conv3(self.conv2(self.conv1(self.conv0(picture)))))
        quarter = self.conv7(self.conv6(self.conv5(half)))
        eighth = self.conv10(self.conv9(self.conv8(quarter)))
        merged = _doubled(eighth) + self.inner1(quarter)
        finest = _doubled(merged) + self.inner2(half)
        return {3: self.output1(eighth), 2: self.output2(merged), 1: self.output3(finest)}


class Refinement(nn.Module):
    """Depth at half the size -> depth at full size, guided by the picture."""

    def __init__(self) -> None:
        """Eight channels throughout."""
        super().__init__()
        self.conv0 = ConvNorm(3, 8)
        self.conv1, self.conv2 = ConvNorm(1, 8), ConvNorm(8, 8)
        self.deconv = nn.ConvTranspose2d(8, 8, 3, 2, padding=1, output_padding=1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.conv3 = ConvNorm(16, 8)
        self.res = nn.Conv2d(8, 1, 3, padding=1, bias=False)

    def forward(self, picture: Tensor, depth: Tensor, near: float, far: float) -> Tensor:
        """`picture [1, 3, H, W]`, `depth [1, 1, H/2, W/2]` -> `[1, 1, H, W]` [scene units]."""
        share = (depth - near) / (far - near)
        enlarged = F.relu(self.bn(self.deconv(self.conv2(self.conv1(share)))))
        residual = self.res(self.conv3(torch.cat([enlarged, self.conv0(picture)], dim=1)))
        return (F.interpolate(share, scale_factor=2, mode="nearest") + residual) * (far - near) + near


def _doubled(maps: Tensor) -> Tensor:
    return F.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)
