"""Per-view features: a small residual network with a pyramid.

Source: Omni-Recon (arXiv:2403.11131), built on VolRecon's feature network. A convolution of stride 2 has its output
cell i centred on input cell 2i, so that cell i of the map at 1/s of the size is centred on pixel s*i.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from .types import FEATURE_CHANNELS

PYRAMID_CHANNELS = (16, 16, 24)
"""Channels of the maps that go into the volume: at 1/2, 1/4 and 1/8 of the size."""

_WIDTHS = (16, 32, 64, 96)


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewFeatures:
    """Features of V views.

    Args:
        map: What samples look up, `[V, 32, ceil(H/4), ceil(W/4)]`.
        pyramid: What goes into the volume, at 1/2, 1/4 and 1/8 of the size, 16, 16 and 24 channels.
    """

    map: Tensor
    pyramid: tuple[Tensor, Tensor, Tensor]


class ConvNorm(nn.Module):
    """A convolution without bias and a batch normalisation."""

    def __init__(self, channels: int, out_channels: int, stride: int = 1) -> None:
        """3x3, `stride` 1 or 2."""
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, maps: Tensor) -> Tensor:
        """`[V, channels, H, W]` -> `[V, out_channels, ceil(H/stride), ceil(W/stride)]`."""
        return self.bn(self.conv(maps))


class ResidualBlock(nn.Module):
    """Two convolutions beside a skip."""

    def __init__(self, channels: int, out_channels: int, stride: int) -> None:
        """The first convolution has the stride, and then the skip is one of the same stride."""
        super().__init__()
        self.conv1 = ConvNorm(channels, out_channels, stride)
        self.conv2 = ConvNorm(out_channels, out_channels)
        self.downsample = ConvNorm(channels, out_channels, stride) if stride > 1 else nn.Identity()

    def forward(self, maps: Tensor) -> Tensor:
        """`[V, channels, H, W]` -> `[V, out_channels, ceil(H/stride), ceil(W/stride)]`."""
        inner = self.conv2(F.relu(self.conv1(maps), inplace=True))
        return F.relu(inner + self.downsample(maps), inplace=True)


def _stage(channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        ResidualBlock(channels, out_channels, stride=2), ResidualBlock(out_channels, out_channels, stride=1)
    )


class FeaturePyramid(nn.Module):
    """614,664 parameters; runs on pictures of any size from 16 pixels up."""

    def __init__(self) -> None:
        """The paper's widths."""
        super().__init__()
        full, half, quarter, eighth = _WIDTHS
        self.conv1 = ConvNorm(3, full)
        self.layer1 = _stage(full, half)
        self.layer2 = _stage(half, quarter)
        self.layer3 = _stage(quarter, eighth)
        self.inner = nn.Conv2d(quarter, eighth, 1)
        self.output = nn.Conv2d(eighth, FEATURE_CHANNELS, 3, padding=1)
        self.output_feat1 = nn.Conv2d(half, PYRAMID_CHANNELS[0], 3, padding=1)
        self.output_feat2 = nn.Conv2d(quarter, PYRAMID_CHANNELS[1], 3, padding=1)
        self.output_feat3 = nn.Conv2d(eighth, PYRAMID_CHANNELS[2], 3, padding=1)

    def forward(self, images: Tensor) -> ViewFeatures:
        """Features of `images [V, 3, H, W]` in [0, 1]."""
        half = self.layer1(F.relu(self.conv1(images), inplace=True))
        quarter = self.layer2(half)
        eighth = self.layer3(quarter)
        merged = doubled(eighth, quarter.shape[-2], quarter.shape[-1]) + self.inner(quarter)
        pyramid = (self.output_feat1(half), self.output_feat2(quarter), self.output_feat3(eighth))
        return ViewFeatures(map=self.output(merged), pyramid=pyramid)


def doubled(maps: Tensor, height: int, width: int) -> Tensor:
    """Bilinear values of `maps [V, C, h, w]` at cells 0, 1/2, 1, ... : `[V, C, height, width]`, at most 2h x 2w.

    Neither convention of `interpolate` puts cell i onto cell 2i of the larger map. One cell more, repeated at the
    end, makes the inclusive one do it.
    """
    h, w = maps.shape[-2:]
    extended = F.pad(maps, (0, 1, 0, 1), mode="replicate")
    larger = F.interpolate(extended, size=(2 * h + 1, 2 * w + 1), mode="bilinear", align_corners=True)
    return larger[..., :height, :width]
