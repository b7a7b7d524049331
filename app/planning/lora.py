"""Low-rank adapters: a frozen linear layer learns through two thin matrices beside it.

Notation: a layer `y = W x` becomes `y = W x + (alpha / r) B A x` with `A [r, in]`, `B [out, r]`; `B` begins at zero, so
that the adapted model begins as the one it is made from.

Source: LoRA (arXiv:2106.09685), section 4.1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

ADAPTED = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""Names of the linear layers of a transformer block that learn."""


@dataclass(frozen=True, kw_only=True)
class LoraConfig:
    """What learns, and how much.

    Args:
        rank: r.
        alpha: Of the factor `alpha / r`.
        first_layer: Blocks before this one stay as they are; gradients need not go down to them.
    """

    rank: int = 8
    alpha: float = 16.0
    first_layer: int = 6


class LoraLinear(nn.Module):
    """A frozen linear layer with an adapter."""

    def __init__(self, base: nn.Linear, config: LoraConfig) -> None:
        """`base` keeps its weights and gets no gradients."""
        super().__init__()
        self.base = base.requires_grad_(False)
        self.scale = config.alpha / config.rank
        self.down = nn.Parameter(torch.empty(config.rank, base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, config.rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """`[..., in]` to `[..., out]`."""
        return self.base(x) + functional.linear(functional.linear(x, self.down), self.up) * self.scale


def add_adapters(model: nn.Module, config: LoraConfig) -> dict[str, LoraLinear]:
    """Put an adapter beside every layer of `ADAPTED`, in place; by the names of the layers."""
    model.requires_grad_(False)
    adapters: dict[str, LoraLinear] = {}
    for name, layer in list(model.named_modules()):
        if (
            isinstance(layer, nn.Linear)
            and name.rsplit(".", 1)[-1] in ADAPTED
            and _block(name) >= config.first_layer
        ):
            adapters[name] = LoraLinear(layer, config)
            parent, _, attribute = name.rpartition(".")
            setattr(model.get_submodule(parent), attribute, adapters[name])
    return adapters


def adapter_tensors(adapters: Mapping[str, LoraLinear]) -> dict[str, Tensor]:
    """The learned matrices by name: `<layer>.down` and `<layer>.up`."""
    return {
        f"{name}.{part}": getattr(adapter, part).detach()
        for name, adapter in adapters.items()
        for part in ("down", "up")
    }


@torch.no_grad()
def merge_adapter(model: nn.Module, tensors: Mapping[str, Tensor], scale: float) -> None:
    """Add `scale B A` to the weights of `model`, in place: the adapter then costs no time.

    Raises:
        ValueError: The adapter was made for another model.
    """
    for name in sorted({key.rpartition(".")[0] for key in tensors}):
        _merge(model, name, tensors, scale)


def _merge(model: nn.Module, name: str, tensors: Mapping[str, Tensor], scale: float) -> None:
    try:
        weight = cast(nn.Linear, model.get_submodule(name)).weight
        change = tensors[f"{name}.up"].to(weight.dtype) @ tensors[f"{name}.down"].to(weight.dtype)
        weight += scale * change
    except (AttributeError, KeyError, RuntimeError) as error:
        raise ValueError(f"the adapter does not fit the model at {name}: {error}") from error


def _block(name: str) -> int:
    """Number of the transformer block that a layer is in; -1 outside of blocks."""
    numbers = [int(part) for part in name.split(".") if part.isdigit()]
    return numbers[0] if numbers else -1
