"""What makes programs of sentences: the grammar, or a language model for what the grammar does not understand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .checks import require_exists
from .editing import Words, by_grammar

if TYPE_CHECKING:
    from .planning.planner import Planner

GRAMMAR, SMALL_MODEL = "grammar", "small-model"
_ADAPTER = "adapter.safetensors"


def words_of(planner: str) -> Words:
    """The planner of a name.

    Args:
        planner: `grammar`; `small-model`, the grammar and then the small model that was tuned for this; or the path of
            a language model (.gguf, or a folder with safetensors) or of what `rowsplat train-planner` wrote, which is
            asked where the grammar does not understand.

    Raises:
        RowsplatError: There is no such file.
    """
    if planner == GRAMMAR:
        return by_grammar
    from .planning.planner import ChainedPlanner, GrammarPlanner

    return ChainedPlanner((GrammarPlanner(), _model(planner))).plan


def _model(planner: str) -> Planner:
    """The language model that is asked second."""
    from .planning.small_model import SmallModelPlanner, tuned_planner

    if planner == SMALL_MODEL:
        return tuned_planner()
    path = Path(planner)
    require_exists(path)
    if (path / _ADAPTER).is_file() and not (path / "config.json").is_file():
        path = path / _ADAPTER
    return SmallModelPlanner(adapter=path) if path.suffix == ".safetensors" else SmallModelPlanner(path)
