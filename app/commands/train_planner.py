"""`rowsplat train-planner`: tune the small language model that reads what the grammar of edits cannot."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from ...kernels.errors import RowsplatError
from ..checks import require_between
from .flags import flag

EXAMPLES = (
    "rowsplat train-planner --out runs/planner",
    "rowsplat train-planner --out runs/planner --minutes 30",
    "rowsplat train-planner --out runs/planner --log accepted.jsonl",
)


@dataclass(frozen=True, kw_only=True)
class TrainPlanner:
    """Tune the small language model of text edits on generated sentences, and on those that you accepted.

    Writes checkpoint.safetensors, adapter.safetensors and log.csv every 4 minutes, and when it ends or is stopped by
    Ctrl-C or SIGTERM. The same line again goes on where the run stopped.
    """

    out: Annotated[Path, flag("Folder of the run; made if it does not exist.", "DIR")]
    log: Annotated[Path | None, flag("Log of accepted sentences, as rowsplat edit writes it.", "FILE")] = None
    model: Annotated[
        Path | None,
        flag("Model to tune: a .gguf file or a folder with safetensors. Without it: SmolLM2-135M.", "PATH"),
    ] = None
    steps: Annotated[int, flag("Steps in all, with those of earlier starts.", "N")] = 1000
    minutes: Annotated[float | None, flag("Stop after so long, 0.01 to 100000.", "M")] = None
    batch: Annotated[int, flag("Sentences of a step, 1 to 256.", "N")] = 16
    rate: Annotated[float, flag("Learning rate, 1e-7 to 0.1.", "LR")] = 1e-3
    cooldown: Annotated[
        int,
        flag("Let the learning rate fall to 0 over the last K of the steps; before, it is constant.", "K"),
    ] = 500
    rank: Annotated[int, flag("Rank of the adapters, 1 to 64.", "R")] = 8
    first_layer: Annotated[int, flag("Layers before this one are not tuned, 0 to 1000.", "K")] = 6
    seed: Annotated[int, flag("Of the sentences and the first weights.", "N")] = 0
    threads: Annotated[int, flag("Threads of PyTorch. 0 takes its own choice.", "N")] = 2


def run(command: TrainPlanner) -> None:
    """Tune, telling how it goes.

    Raises:
        RowsplatError: A flag or a file of the run is at fault, or a package or the model is missing.
        SystemExit: Stopped by Ctrl-C (130) or SIGTERM (143), when all has been written.
    """
    _check(command)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when PyTorch is loaded
    from ..omni_training import stop_requests
    from ..planning.accepted import read_accepted
    from ..planning.language_model import load_language_model

    accepted = read_accepted(command.log) if command.log else ()
    language_model = load_language_model(command.model)
    import torch

    from ..planning.batches import ExampleStream
    from ..planning.lora import LoraConfig
    from ..planning.tuning import Schedule, Tuner, load_checkpoint
    from ..planning.tuning_run import CHECKPOINT, TuningRun

    if command.threads:
        torch.set_num_threads(command.threads)
    examples = ExampleStream(
        language_model.tokenizer, seed=command.seed, size=command.batch, accepted=accepted
    )
    schedule = Schedule(rate=command.rate, steps=command.steps, cooldown=command.cooldown)
    config = LoraConfig(rank=command.rank, alpha=2.0 * command.rank, first_layer=command.first_layer)
    tuner = Tuner(language_model.model, examples, schedule, config, command.seed)
    command.out.mkdir(parents=True, exist_ok=True)
    checkpoint = command.out / CHECKPOINT
    if checkpoint.exists():
        load_checkpoint(tuner, checkpoint)
        print(f"{checkpoint}: going on at step {tuner.step}", flush=True)
    facts = {"model": language_model.name, "seed": str(command.seed), "batch": str(command.batch)}
    with stop_requests() as stop:
        TuningRun(tuner, command.out, facts, stop).train(command.minutes)
    if stop.exit_code is not None:
        raise SystemExit(stop.exit_code)


def _check(command: TrainPlanner) -> None:
    require_between("--steps", command.steps, 1, 10**9)
    require_between("--minutes", command.minutes, 0.01, 100_000)
    require_between("--batch", command.batch, 1, 256)
    require_between("--rate", command.rate, 1e-7, 0.1)
    require_between("--cooldown", command.cooldown, 0, 10**9)
    require_between("--rank", command.rank, 1, 64)
    require_between("--first-layer", command.first_layer, 0, 1000)
    require_between("--seed", command.seed, 0, 2**31 - 1)
    require_between("--threads", command.threads, 0, 1024)
    if command.out.is_file():
        raise RowsplatError(f"--out {command.out} is a file, expected a folder. Choose another name.")
