"""Tuning of a small language model: adapters learn to write programs; a run goes on exactly where it stopped."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from ...kernels.errors import SceneFileError, one_line
from ...render.output_files import replacing_file
from .batches import IGNORED, Batch, ExampleStream
from .lora import LoraConfig, adapter_tensors, add_adapters

_FORMAT = "rowsplat-planner-1"
_REMEDY = "Delete it to begin anew, or choose another folder"
_MOST_BYTES = 2**28


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Learning rate: a warm-up, constant, and over the last `cooldown` of `steps` down to nothing along a line."""

    rate: float = 1e-3
    warmup: int = 20
    steps: int = 1000
    cooldown: int = 400

    def at(self, step: int) -> float:
        """Rate of step `step`, from 0."""
        rate = self.rate * min(1.0, (step + 1) / max(1, self.warmup))
        left = (self.steps - step) / max(1, self.cooldown)
        return rate * min(1.0, max(0.0, left))


class Tuner:
    """Trains the adapters of a model, a batch a step.

    Args:
        model: Of transformers; gets adapters, its own weights stay.
        examples: Gives the batch of a step.
        schedule: Of the learning rate.
        config: Of the adapters.
        seed: Of their first values.
    """

    def __init__(
        self,
        model: nn.Module,
        examples: ExampleStream,
        schedule: Schedule,
        config: LoraConfig | None = None,
        seed: int = 0,
    ) -> None:
        """At step 0."""
        self.config = config or LoraConfig()
        torch.manual_seed(seed)
        self.model, self.examples, self.schedule = model, examples, schedule
        self.adapters = add_adapters(model, self.config)
        self.parameters = {
            f"{name}.{part}": getattr(adapter, part)
            for name, adapter in self.adapters.items()
            for part in ("down", "up")
        }
        self.optimizer = torch.optim.AdamW(
            list(self.parameters.values()), lr=schedule.rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        self.step = 0
        self.seconds = 0.0

    def train_step(self) -> float:
        """One batch; the mean loss of its answers' tokens [nats]."""
        started = time.monotonic()
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule.at(self.step)
        self.optimizer.zero_grad(set_to_none=True)
        loss = answer_loss(self.model, self.examples.batch(self.step))
        loss.backward()
        nn.utils.clip_grad_norm_(list(self.parameters.values()), 1.0)
        self.optimizer.step()
        self.step += 1
        self.seconds += time.monotonic() - started
        return float(loss.detach())


def answer_loss(model: Any, batch: Batch) -> Tensor:
    """Mean cross-entropy of the tokens of the answers; the vocabulary is looked at for these alone."""
    hidden = model.model(input_ids=batch.tokens, attention_mask=batch.mask, use_cache=False).last_hidden_state
    learned = batch.targets != IGNORED
    logits = model.lm_head(hidden[learned])
    return functional.cross_entropy(logits, batch.targets[learned])


def save_checkpoint(tuner: Tuner, path: Path) -> None:
    """All that the run needs to go on: adapters, the optimizer's state, the step."""
    tensors = {f"parameter/{name}": value.detach() for name, value in tuner.parameters.items()}
    for index, (name, parameter) in enumerate(tuner.parameters.items()):
        state: Mapping[str, Tensor] = tuner.optimizer.state.get(parameter, {})
        tensors |= {f"{key}/{name}": value.detach().clone() for key, value in state.items()}
        del index
    facts = {"format": _FORMAT, "step": str(tuner.step), "seconds": repr(tuner.seconds)}
    facts["config"] = json.dumps(asdict(tuner.config))
    _write(path, tensors, facts)


def load_checkpoint(tuner: Tuner, path: Path) -> None:
    """Put `tuner` where the one was that wrote `path`.

    Raises:
        SceneFileError: The file cannot be read, or is of another run.
    """
    tensors, facts = _read(path)
    try:
        if json.loads(facts["config"]) != asdict(tuner.config):
            raise ValueError("it has other adapters")
        for name, parameter in tuner.parameters.items():
            with torch.no_grad():
                parameter.copy_(tensors[f"parameter/{name}"])
            keys = [key.split("/")[0] for key in tensors if key.endswith(f"/{name}")]
            tuner.optimizer.state[parameter] = {
                key: tensors[f"{key}/{name}"].clone() for key in keys if key != "parameter"
            }
        tuner.step, tuner.seconds = int(facts["step"]), float(facts["seconds"])
    except (KeyError, ValueError, RuntimeError) as error:
        raise SceneFileError(path, "", f"holds no such run: {one_line(error)}", _REMEDY) from error


def save_adapter(tuner: Tuner, path: Path, facts: Mapping[str, str]) -> None:
    """The adapters alone, in 16-bit floats, with what is said about them in the header."""
    tensors = {name: value.half() for name, value in adapter_tensors(tuner.adapters).items()}
    scale = tuner.config.alpha / tuner.config.rank
    _write(path, tensors, {"format": _FORMAT, "scale": repr(scale), "step": str(tuner.step), **facts})


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """A tuned adapter from a file.

    Args:
        tensors: Matrices by layer.
        scale: The product is added to the weights this many times.
        facts: What the file says about itself.
    """

    tensors: dict[str, Tensor]
    scale: float
    facts: dict[str, str]


def load_adapter(path: Path) -> Adapter:
    """Read an adapter.

    Raises:
        SceneFileError: The file cannot be read, or is no adapter.
    """
    tensors, facts = _read(path)
    try:
        scale = float(facts["scale"])
        if not 0.0 < scale <= 64.0 or not math.isfinite(scale):
            raise ValueError(f"scale {scale:g}")
    except (KeyError, ValueError) as error:
        raise SceneFileError(
            path, "scale", f"is no adapter: {one_line(error)}", "Choose another file"
        ) from error
    return Adapter(tensors={name: value.float() for name, value in tensors.items()}, scale=scale, facts=facts)


def _write(path: Path, tensors: dict[str, Tensor], facts: dict[str, str]) -> None:
    with replacing_file(path) as temporary:
        save_file({name: value.contiguous() for name, value in tensors.items()}, temporary, facts)


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise SceneFileError(path, "", f"expected at most {_MOST_BYTES:,} bytes, found {size:,}", _REMEDY)
        with safe_open(path, framework="pt") as file:
            facts: dict[str, str] = dict(file.metadata() or {})
            if facts.get("format") != _FORMAT:
                raise SceneFileError(path, "format", f"expected {_FORMAT}", _REMEDY)
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise SceneFileError(path, "", f"cannot be read: {one_line(error)}", _REMEDY) from error
