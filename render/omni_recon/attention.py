"""The transformer blocks of the geometry branch.

Notation: R rays of S samples, N = R S, V views, width D = 64. Per-view arrays keep the samples last, `[V, C, N]`.

Source: Omni-Recon (arXiv:2403.11131); the attention over views is the subtraction attention of GNT (arXiv:2207.13298).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .types import FEATURE_CHANNELS

WIDTH = 2 * FEATURE_CHANNELS
"""Of a sample's token: the features of a view and those of the volume."""

DIRECTION_CHANNELS = 4
"""Difference and cosine between the directions of the ray and of a view."""

_HEADS = 4
_HIDDEN = 8  # of the attention over views
_NORM_EPS = 1e-6
_MASKED = -1e9  # logit of a view that does not see the sample; where none does, all count alike


def across_channels(values: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """A linear layer along the channels of `values [V, C, N]`: `[V, C_out, N]`.

    A plain product of `weight [C_out, C]` with a batch would turn and copy the batch.
    """
    batch = weight.expand(len(values), *weight.shape)
    if bias is None:
        return torch.bmm(batch, values)
    return torch.baddbmm(bias[None, :, None], batch, values)


class FeedForward(nn.Module):
    """Two layers, four times as wide inside."""

    def __init__(self) -> None:
        """64 -> 256 -> 64."""
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, tokens: Tensor) -> Tensor:
        """`[..., 64]` -> `[..., 64]`."""
        return self.fc2(F.relu(self.fc1(tokens)))  # in place would copy: what `fc1` gives is a view


class RayAttention(nn.Module):
    """Attention of 4 heads between the samples of a ray."""

    def __init__(self) -> None:
        """Queries, keys and values without bias."""
        super().__init__()
        self.q_fc = nn.Linear(WIDTH, WIDTH, bias=False)
        self.k_fc = nn.Linear(WIDTH, WIDTH, bias=False)
        self.v_fc = nn.Linear(WIDTH, WIDTH, bias=False)
        self.out_fc = nn.Linear(WIDTH, WIDTH)

    def forward(self, queries: Tensor, source: Tensor | None = None) -> Tensor:
        """What `queries [R, S, 64]` find in `source [R, S, 64]`, or in themselves: `[R, S, 64]`."""
        source = queries if source is None else source
        heads = [
            layer(tokens).unflatten(-1, (_HEADS, -1)).transpose(1, 2)
            for layer, tokens in ((self.q_fc, queries), (self.k_fc, source), (self.v_fc, source))
        ]
        found = F.scaled_dot_product_attention(heads[0], heads[1], heads[2])
        return self.out_fc(found.transpose(1, 2).flatten(-2))


class ViewAttention(nn.Module):
    """Subtraction attention of a sample over the views, with weights of its own for every channel.

    With token k_i = [f_i, v], projected k'_i = Wk k_i and q' = Wq q, value Wv k'_i and code p_i of the directions:
        a_i = softmax over i of MLP(k'_i - q' + p_i), result Wo sum_i a_i (Wv k'_i + p_i) + bo.

    All but the two ReLUs is linear. So the products of the matrices are formed first, which leaves 72 numbers for each
    view and sample instead of 256, and what is the same for all views is computed once.
    """

    def __init__(self) -> None:
        """Hidden layers of 8."""
        super().__init__()
        self.q_fc = nn.Linear(WIDTH, WIDTH, bias=False)
        self.k_fc = nn.Linear(WIDTH, WIDTH, bias=False)
        self.v_fc = nn.Linear(WIDTH, WIDTH, bias=False)
        self.pos_fc = nn.Sequential(
            nn.Linear(DIRECTION_CHANNELS, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, WIDTH)
        )
        self.attn_fc = nn.Sequential(nn.Linear(WIDTH, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, WIDTH))
        self.out_fc = nn.Linear(WIDTH, WIDTH)

    def forward(
        self, queries: Tensor, features: Tensor, volume: Tensor, directions: Tensor, visible: Tensor
    ) -> Tensor:
        """What the samples find in the views.

        Args:
            queries: `[R, S, 64]`.
            features: Of each view, `[V, 32, N]`.
            volume: `[32, N]`.
            directions: Differences and cosines, `[V, 4, N]`.
            visible: `[V, N]` bool.

        Returns:
            `[R, S, 64]`.
        """
        enter, leave = _linear(self.attn_fc[0]), _linear(self.attn_fc[2])
        code_in, code_out = _linear(self.pos_fc[0]), _linear(self.pos_fc[2])
        values = self.v_fc.weight @ self.k_fc.weight
        keys = enter.weight @ self.k_fc.weight
        # rows: 8 of the hidden layer, then 64 of the values; columns: 32 of the view's features, 32 of the volume
        token_weight = torch.cat([keys, values])
        code_weight = torch.cat([enter.weight @ code_out.weight, code_out.weight])
        codes = F.relu(across_channels(directions, code_in.weight, code_in.bias), inplace=True)
        view_weight = torch.cat([token_weight[:, :FEATURE_CHANNELS], code_weight], dim=1)
        per_view = across_channels(torch.cat([features, codes], dim=1), view_weight)
        entered, view_values = per_view.split([_HIDDEN, WIDTH], dim=1)
        shared = token_weight[:, FEATURE_CHANNELS:] @ volume
        asked = (enter.weight @ self.q_fc.weight) @ queries.flatten(0, 1).t()
        bias = enter.bias + enter.weight @ code_out.bias
        hidden = F.relu(entered + (shared[:_HIDDEN] - asked + bias[:, None]), inplace=True)
        logits = across_channels(hidden, leave.weight, leave.bias)
        parts = torch.softmax(logits.masked_fill(~visible[:, None], _MASKED), dim=0)
        found = (parts * view_values).sum(dim=0) + shared[_HIDDEN:] + code_out.bias[:, None]
        return self.out_fc(found.t()).unflatten(0, queries.shape[:2])


class TransformerBlock(nn.Module):
    """An attention and a feed-forward layer, each normalised before and added to what came in."""

    def __init__(self, attention: RayAttention | ViewAttention, dropout: float) -> None:
        """Around `attention`."""
        super().__init__()
        self.attn_norm = nn.LayerNorm(WIDTH, eps=_NORM_EPS)
        self.ff_norm = nn.LayerNorm(WIDTH, eps=_NORM_EPS)
        self.ff = FeedForward()
        self.attn = attention
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, *context: Any) -> Tensor:
        """`tokens [R, S, 64]` -> `[R, S, 64]`; the attention is given the `context`."""
        tokens = tokens + self.dropout(self.attn(self.attn_norm(tokens), *context))
        return tokens + self.dropout(self.ff(self.ff_norm(tokens)))


def _linear(layer: nn.Module) -> nn.Linear:
    """A member of a sequence, as what it is."""
    assert isinstance(layer, nn.Linear)
    return layer
