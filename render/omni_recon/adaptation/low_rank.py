"""Low-rank changes of linear layers: W' = W + (alpha / r) B A, with A [r, in] and B [out, r], B zero at first.

Source: Hu et al., LoRA: Low-Rank Adaptation of Large Language Models (arXiv:2106.09685).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ..model import OmniRecon

ADAPTED = ("geometry.volume_attention", "geometry.view_attention", "geometry.ray_attention", "appearance")
"""Beginnings of the names of the modules whose linear layers are changed; of attentions, only the projections."""

_PROJECTIONS = ("q_fc", "k_fc", "v_fc", "out_fc")


@dataclass(frozen=True, eq=False, kw_only=True)
class LowRankChange:
    """The change of one layer's weights.

    Args:
        down: A, `[r, in]`.
        up: B, `[out, r]`.
    """

    down: Tensor
    up: Tensor


class _Changed(nn.Module):
    """W -> W + scale B A. A parametrisation, since some attentions multiply their layers' weights directly."""

    def __init__(self, weight: Tensor, rank: int, scale: float, generator: torch.Generator) -> None:
        super().__init__()
        outputs, inputs = weight.shape
        bound = 1.0 / math.sqrt(inputs)
        start = (2.0 * torch.rand(rank, inputs, generator=generator) - 1.0) * bound
        self.down = nn.Parameter(start.to(weight))
        self.up = nn.Parameter(weight.new_zeros(outputs, rank))
        self.scale = scale

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.scale * (self.up @ self.down)


def adapted_layers(model: nn.Module) -> dict[str, nn.Linear]:
    """The linear layers that are changed, by name."""
    return {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and name.startswith(ADAPTED) and _is_projection(name)
    }


def with_low_rank(model: OmniRecon, rank: int, scale: float, seed: int) -> OmniRecon:
    """A copy of `model` in which only changes of rank `rank` can be trained; it computes what `model` does."""
    changed = copy.deepcopy(model)
    changed.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for layer in adapted_layers(changed).values() if rank else ():
        parametrize.register_parametrization(layer, "weight", _Changed(layer.weight, rank, scale, generator))
    return changed


def changes_of(model: nn.Module) -> dict[str, LowRankChange]:
    """What was trained in a copy made by `with_low_rank`."""
    found: dict[str, LowRankChange] = {}
    for name, layer in adapted_layers(model).items():
        if parametrize.is_parametrized(layer, "weight"):
            change = cast("_Changed", cast("nn.ModuleDict", layer.parametrizations)["weight"][0])  # type: ignore[index]
            found[name] = LowRankChange(down=change.down.detach().clone(), up=change.up.detach().clone())
    return found


@torch.no_grad()
def merged(model: OmniRecon, changes: Mapping[str, LowRankChange], scale: float) -> OmniRecon:
    """A copy of `model` with the changes in its weights; `model` stays as it is.

    Raises:
        ValueError: A layer is unknown or of another size.
    """
    made = copy.deepcopy(model)
    layers = adapted_layers(made)
    for name, change in changes.items():
        layer = layers.get(name)
        shape = [len(change.up), change.down.shape[1]]
        if layer is None or list(layer.weight.shape) != shape:
            raise ValueError(f"the network has no layer {name} of shape {shape} that can be changed")
        layer.weight += scale * (change.up @ change.down).to(layer.weight)
    return made


def _is_projection(name: str) -> bool:
    return name.startswith("appearance") or name.rsplit(".", 1)[-1] in _PROJECTIONS
