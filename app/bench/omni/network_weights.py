"""Weights of the yardsticks: arrays of an .npz file into a module of the same names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from ....kernels.errors import SceneFileError
from ....scenes.photo_sets.numpy_files import array_names, read_npz

_REMEDY = "Give the released weights of this network as .npz"


def load_npz_weights(model: nn.Module, path: Path, prefixes: Mapping[str, str] | None = None) -> None:
    """Fill `model` from a file; it stays as it is if anything is wrong. Nothing is unpickled.

    Args:
        model: The network; its device and dtype stay.
        path: An .npz file whose arrays have the names of the model's tensors.
        prefixes: Beginning of a tensor's name in the model -> what the file calls it; `None` if all are the same.

    Raises:
        SceneFileError: The file cannot be read, or an array is missing, unknown or has another shape.
    """
    expected = {_name_in_file(name, prefixes or {}): name for name in model.state_dict()}
    _require_names(path, set(array_names(path)), set(expected))
    arrays = read_npz(path, sorted(expected))
    state = model.state_dict()
    tensors = dict[str, Tensor]()
    for stored, name in expected.items():
        wanted, found = list(state[name].shape), list(arrays[stored].shape)
        if wanted != found:
            raise SceneFileError(path, stored, f"expected shape {wanted}, found {found}", _REMEDY)
        tensors[name] = torch.from_numpy(arrays[stored])
    model.load_state_dict(tensors)


def _name_in_file(name: str, prefixes: Mapping[str, str]) -> str:
    for prefix, stored in prefixes.items():
        if name.startswith(prefix):
            return stored + name.removeprefix(prefix)
    return name


def _require_names(path: Path, found: set[str], expected: set[str]) -> None:
    if missing := sorted(expected - found):
        raise SceneFileError(path, missing[0], f"this array is missing ({len(found)} found)", _REMEDY)
    if unknown := sorted(found - expected):
        raise SceneFileError(path, unknown[0][:80], "this array is unknown", _REMEDY)
