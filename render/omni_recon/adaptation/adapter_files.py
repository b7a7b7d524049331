"""Adapters in safetensors files: changes of layers, the head, and what they are for."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from ....kernels.errors import SceneFileError
from ...output_files import replacing_file
from ..lifting.types import Channel, Legend, MapKind
from ..model import OmniRecon
from .low_rank import LowRankChange, adapted_layers
from .task_head import TaskHead
from .types import Adapter, Task, TaskKind

_FORMAT = "rowsplat omni-recon adapter 1"
_HEAD, _DOWN, _UP = "head.", ".down", ".up"
_MOST_BYTES, _MOST_RANK = 2**26, 64
_MOST_NAME, _MOST_LEGEND = 80, 2**20
_DIGEST = re.compile("([0-9a-f]{64})?")
_REMEDY = "Give a file that `rowsplat adapt` or `save_adapter` wrote"


def save_adapter(adapter: Adapter, path: Path) -> None:
    """Write an adapter as safetensors; task, rank, alpha, weights and legend are in its header.

    Raises:
        OSError: The file cannot be written.
    """
    from safetensors.torch import save_file

    tensors = {_HEAD + name: value for name, value in adapter.head.items()}
    for name, change in adapter.changes.items():
        tensors[name + _DOWN], tensors[name + _UP] = change.down, change.up
    metadata = {
        "format": _FORMAT,
        "kind": adapter.task.kind.value,
        "channels": str(adapter.task.channels),
        "rank": str(adapter.rank),
        "alpha": repr(adapter.alpha),
        "weights": adapter.weights,
    }
    if adapter.names is not None:
        metadata["legend"] = json.dumps(_legend_values(adapter.names))
    with replacing_file(path) as temporary:
        save_file({name: value.cpu().contiguous() for name, value in tensors.items()}, temporary, metadata)


def load_adapter(path: Path) -> Adapter:
    """Read what `save_adapter` wrote; sizes are checked before tensors are read.

    Raises:
        SceneFileError: The file cannot be read, or is no adapter for this network.
    """
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SceneFileError(path, "", f"expected at most {_MOST_BYTES:,} bytes", _REMEDY)
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            task, rank, alpha = _header(path, metadata)
            names = _legend(path, metadata.get("legend"), task)
            expected = _shapes(task, rank)
            found = {name: list(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            for name in sorted(expected.keys() | found.keys()):
                if expected.get(name) != found.get(name):
                    problem = (
                        f"expected {expected.get(name, 'no such tensor')}, found {found.get(name, 'none')}"
                    )
                    raise SceneFileError(path, name[:80], problem, _REMEDY)
            tensors = {name: file.get_tensor(name) for name in expected}
    except (SafetensorError, OSError) as error:
        raise SceneFileError(path, "", f"is no safetensors file: {error}", _REMEDY) from None
    return Adapter(
        task=task,
        rank=rank,
        alpha=alpha,
        changes=_changes(tensors),
        head=_head(tensors),
        weights=metadata.get("weights", ""),
        names=names,
    )


def _header(path: Path, metadata: dict[str, str]) -> tuple[Task, int, float]:
    """Task, rank and alpha."""
    try:
        if metadata["format"] != _FORMAT:
            raise ValueError(f"format {metadata['format'][:40]}")
        task = Task(kind=TaskKind(metadata["kind"]), channels=int(metadata["channels"]))
        rank, alpha = int(metadata["rank"]), float(metadata["alpha"])
        if not 0 <= rank <= _MOST_RANK or not 0.0 < alpha < float("inf"):
            raise ValueError(f"rank {rank}, alpha {alpha}")
        if not _DIGEST.fullmatch(metadata.get("weights", "")):
            raise ValueError("weights")
    except (KeyError, ValueError) as error:
        problem = f"is no adapter for this network ({str(error)[:80]})"
        raise SceneFileError(path, "header", problem, _REMEDY) from None
    return task, rank, alpha


def _legend_values(legend: Legend) -> dict[str, object]:
    channels = [asdict(channel) for channel in legend.channels]
    return {"title": legend.title, "kind": legend.kind.value, "channels": channels}


def _legend(path: Path, text: str | None, task: Task) -> Legend | None:
    """What `_legend_values` gave, if anything."""
    if text is None:
        return None
    try:
        if len(text) > _MOST_LEGEND:
            raise ValueError("too long")
        values = json.loads(text)
        channels = tuple(_channel(**entry) for entry in values["channels"])
        legend = Legend(
            title=str(values["title"])[:_MOST_NAME], kind=MapKind(values["kind"]), channels=channels
        )
        if len(channels) != task.channels:
            raise ValueError(f"{len(channels)} channels")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SceneFileError(path, "legend", f"is no legend ({str(error)[:80]})", _REMEDY) from None
    return legend


def _channel(name: object, color: list[int], value: int) -> Channel:
    red, green, blue = (int(part) for part in color)
    if not 0 <= int(value) <= 65535 or not all(0 <= part <= 255 for part in (red, green, blue)):
        raise ValueError(f"color {color}, value {value}")
    return Channel(name=str(name)[:_MOST_NAME], color=(red, green, blue), value=int(value))


def _shapes(task: Task, rank: int) -> dict[str, list[int]]:
    """Shape of every tensor of such an adapter."""
    with torch.device("meta"):
        head, layers = TaskHead(task.channels), adapted_layers(OmniRecon())
    shapes = {_HEAD + name: list(value.shape) for name, value in head.state_dict().items()}
    for name, layer in layers.items() if rank else ():
        shapes[name + _DOWN] = [rank, layer.in_features]
        shapes[name + _UP] = [layer.out_features, rank]
    return shapes


def _changes(tensors: dict[str, Tensor]) -> dict[str, LowRankChange]:
    names = [name.removesuffix(_DOWN) for name in tensors if name.endswith(_DOWN)]
    return {name: LowRankChange(down=tensors[name + _DOWN], up=tensors[name + _UP]) for name in names}


def _head(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(_HEAD): value for name, value in tensors.items() if name.startswith(_HEAD)}
