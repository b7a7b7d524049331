"""All that a run needs to go on as if it had never stopped, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ....kernels.errors import SceneFileError
from ...output_files import replacing_file
from .trainer import Trainer

_VERSION = 1
_MOST_BYTES = 2**28
_REMEDY = "Delete it to begin anew, or choose another folder"


def save_checkpoint(trainer: Trainer, path: Path, more: Mapping[str, Any] | None = None) -> None:
    """Write weights, their mean, the optimizer's state, the step and the random state; `path` is replaced whole.

    Args:
        trainer: The run.
        path: The file.
        more: What else belongs to the run: tensors, numbers and texts, in dicts and lists.
    """
    content = {
        "version": _VERSION,
        "step": trainer.step,
        "skipped": trainer.skipped,
        "model": trainer.model.state_dict(),
        "average": trainer.average.state_dict(),
        "optimizer": trainer.optimizer.state_dict(),
        "random": torch.get_rng_state(),  # of dropout; all else follows from the seed and the step
        "more": dict(more or {}),
    }
    with replacing_file(path) as temporary:
        torch.save(content, temporary)


def load_checkpoint(trainer: Trainer, path: Path) -> dict[str, Any]:
    """Put `trainer` where the one was that wrote `path`; sets PyTorch's global random state.

    Returns:
        What else `save_checkpoint` was given.

    Raises:
        SceneFileError: The file cannot be read, or is no checkpoint of this version.
    """
    content = _read(path)
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        raise SceneFileError(path, "version", f"is no training checkpoint of version {_VERSION}", _REMEDY)
    try:
        trainer.model.load_state_dict(content["model"])
        trainer.average.load_state_dict(content["average"])
        trainer.optimizer.load_state_dict(content["optimizer"])
        torch.set_rng_state(content["random"])
        trainer.step, trainer.skipped = int(content["step"]), int(content["skipped"])
        return dict(content.get("more", {}))
    except (KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise SceneFileError(path, "", f"holds no such run: {reason}", _REMEDY) from error


def _read(path: Path) -> Any:
    """The content, in main memory, without running any code from the file."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SceneFileError(path, "", f"cannot be read: {error.strerror}", _REMEDY) from error
    if size > _MOST_BYTES:
        raise SceneFileError(path, "", f"expected at most {_MOST_BYTES:,} bytes, found {size:,}", _REMEDY)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the file may hold anything, and the reader has no error of its own
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise SceneFileError(path, "", f"is no training checkpoint: {reason}", _REMEDY) from error
