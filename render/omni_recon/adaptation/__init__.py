"""New tasks for the network from a few labelled views, by a small head and low-rank changes (LoRA)."""

from .adapter_files import load_adapter, save_adapter
from .adapting import AdaptedModel, adapt
from .low_rank import LowRankChange
from .types import UNKNOWN, Adapter, AdaptOptions, Task, TaskExample, TaskKind

__all__ = [
    "UNKNOWN",
    "AdaptOptions",
    "AdaptedModel",
    "Adapter",
    "LowRankChange",
    "Task",
    "TaskExample",
    "TaskKind",
    "adapt",
    "load_adapter",
    "save_adapter",
]
