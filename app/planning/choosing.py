"""Which planners are asked, by what is installed and what the user gives."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from .language_model import BUNDLED_PACKAGE, PACKAGES
from .planner import ChainedPlanner, GrammarPlanner, Planner
from .small_model import SmallModelPlanner, bundled_adapter, tuned_planner


def has_small_model() -> bool:
    """Whether the tuned model can be loaded: packages, weights and adapter are there."""
    names = (*PACKAGES, BUNDLED_PACKAGE)
    return bundled_adapter().is_file() and all(importlib.util.find_spec(name) is not None for name in names)


def default_planner(
    model: Path | None = None, adapter: Path | None = None, last_resort: Path | None = None
) -> Planner:
    """The grammar, then a small language model where there is one, then a bigger one where the user has one.

    Args:
        model: A .gguf file or a folder with safetensors in place of SmolLM2-135M.
        adapter: What `rowsplat train-planner` made for `model`; None for the model as it is.
        last_resort: A bigger model, asked with examples in its prompt.
    """
    planners: list[Planner] = [GrammarPlanner()]
    if model or adapter:
        planners.append(SmallModelPlanner(model, adapter))
    elif has_small_model():
        planners.append(tuned_planner())
    if last_resort:
        planners.append(SmallModelPlanner(last_resort))
    return ChainedPlanner(planners)
