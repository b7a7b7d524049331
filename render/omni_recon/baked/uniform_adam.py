"""Adam with one step size for all entries of a parameter: what the pictures hardly say anything about hardly moves.

Notation: g gradient, m its running mean, v running mean of max |g|^2; step = -lr m / sqrt(v), both corrected for their
start at 0.

Source: Nicolet, Jacobson and Jakob 2021, Large Steps in Inverse Rendering of Geometry (AdamUniform).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class UniformAdam(torch.optim.Optimizer):
    """See the module."""

    def __init__(
        self, params: Iterable[Tensor], lr: float, betas: tuple[float, float] = (0.9, 0.999)
    ) -> None:
        """`lr` is the largest step of an entry [unit of the parameter]."""
        super().__init__(params, {"lr": lr, "betas": betas})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Move every parameter that has a gradient; `closure` is not supported."""
        assert closure is None
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    _move(parameter, self.state[parameter], group["lr"], group["betas"])


def _move(parameter: Tensor, state: dict[str, Any], rate: float, betas: tuple[float, float]) -> None:
    gradient = parameter.grad
    assert gradient is not None
    if not state:
        state.update(step=0, mean=torch.zeros_like(parameter), square=0.0)
    state["step"] += 1
    state["mean"].lerp_(gradient, 1.0 - betas[0])
    state["square"] += (1.0 - betas[1]) * (float(gradient.abs().max()) ** 2 - state["square"])
    mean_part, square_part = (1.0 - beta ** state["step"] for beta in betas)
    if state["square"] > 0.0:
        parameter.sub_(state["mean"] * (rate / mean_part / (state["square"] / square_part) ** 0.5))
