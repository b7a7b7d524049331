"""Geometry: features of a ray's samples -> signed distance along the ray.

Source: Omni-Recon (arXiv:2403.11131), geometry branch: two blocks of three transformers each, which ask the volume
along the ray, the views, and the other samples of the ray.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .attention import WIDTH, RayAttention, TransformerBlock, ViewAttention
from .sample_inputs import SampleInputs
from .types import FEATURE_CHANNELS

_BLOCKS = 2
_FREQUENCIES = 10
_NORM_EPS = 1e-6


def positional_code(points: Tensor) -> Tensor:
    """`points [N, 3]` -> `[N, 63]`: x, then sin(2^k x) and cos(2^k x) for k = 0..9, three of each."""
    angles = [points * 2.0**k for k in range(_FREQUENCIES)]
    return torch.cat([points, *(wave for angle in angles for wave in (angle.sin(), angle.cos()))], dim=-1)


class GeometryBranch(nn.Module):
    """319,393 parameters."""

    def __init__(self, dropout: float) -> None:
        """The paper's sizes."""
        super().__init__()
        code = 3 + 3 * 2 * _FREQUENCIES
        self.volume_tokens = nn.Sequential(nn.Linear(FEATURE_CHANNELS, WIDTH))
        self.volume_attention = nn.ModuleList(
            TransformerBlock(RayAttention(), dropout) for _ in range(_BLOCKS)
        )
        self.view_attention = nn.ModuleList(
            TransformerBlock(ViewAttention(), dropout) for _ in range(_BLOCKS)
        )
        self.ray_attention = nn.ModuleList(TransformerBlock(RayAttention(), dropout) for _ in range(_BLOCKS))
        self.position_mixer = nn.Sequential(
            nn.Linear(WIDTH + code, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH)
        )
        self.norm = nn.LayerNorm(WIDTH, eps=_NORM_EPS)
        self.distance = nn.Sequential(
            nn.Linear(WIDTH, WIDTH // 2),
            nn.ReLU(),
            nn.Linear(WIDTH // 2, WIDTH // 4),
            nn.ReLU(),
            nn.Linear(WIDTH // 4, 1),
        )

    def forward(self, samples: SampleInputs) -> Tensor:
        """Signed ray distances, `[R, S]` [unit], positive in front of the surface."""
        features, visible = samples.features, samples.seen.visible
        tokens = torch.cat([features.amax(dim=0), samples.volume]).t().unflatten(0, samples.rays)
        volume = self.volume_tokens(samples.volume.t()).unflatten(0, samples.rays)
        code = positional_code(samples.points).unflatten(0, samples.rays)
        for block in range(_BLOCKS):
            tokens = self.volume_attention[block](tokens, volume)
            tokens = self.view_attention[block](tokens, features, samples.volume, samples.directions, visible)
            if block == 0:
                tokens = self.position_mixer(torch.cat([tokens, code], dim=-1))
            tokens = self.ray_attention[block](tokens)
        return self.distance(self.norm(tokens))[..., 0]
