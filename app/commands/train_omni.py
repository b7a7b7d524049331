"""`rowsplat train-omni`: train the network of Omni-Recon on generated scenes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ...kernels.errors import RowsplatError
from ..checks import require_between
from .flags import flag

if TYPE_CHECKING:
    from ...render.omni_recon.training import Trainer

EXAMPLES = (
    "rowsplat train-omni --out runs/omni",
    "rowsplat train-omni --out runs/omni --minutes 60",
    "rowsplat train-omni --out runs/omni --steps 205000 --cooldown 5000",
)

CACHE_FOLDER = "scenes"
"""Inside the run's folder: pictures of the generated scenes."""


@dataclass(frozen=True, kw_only=True)
class TrainOmni:
    """Train the network of Omni-Recon on generated scenes. The same line again goes on where the run stopped.

    Writes checkpoint.pt, weights.safetensors (the running mean of the weights) and log.csv every 500 steps, every 10
    minutes, and when it ends or is stopped by Ctrl-C or SIGTERM.
    """

    out: Annotated[Path, flag("Folder of the run; made if it does not exist.", "DIR")]
    steps: Annotated[int, flag("Steps in all, with those of earlier starts.", "N")] = 200_000
    minutes: Annotated[float | None, flag("Stop after so long, 0.01 to 100000.", "M")] = None
    cooldown: Annotated[
        int,
        flag("Let the learning rate fall to 1e-6 over the last K of the steps; before, it is constant.", "K"),
    ] = 0
    rate: Annotated[float, flag("Learning rate, 1e-7 to 0.1.", "LR")] = 5e-4
    width: Annotated[int, flag("Width of the pictures [px], 32 to 1024.", "W")] = 128
    height: Annotated[int, flag("Height of the pictures [px], 32 to 1024.", "H")] = 96
    rays: Annotated[int, flag("Rays of a step, 16 to 8192.", "N")] = 256
    volume: Annotated[
        int, flag("Nodes along a side of the feature volume, 8 to 192, a multiple of 4.", "M")
    ] = 40
    samples: Annotated[int, flag("Coarse and as many fine samples of a ray, 4 to 256.", "N")] = 24
    planes: Annotated[
        int,
        flag(
            "Planes of the sweep that says where on a ray to look, 16 to 256. 0: look along whole rays.", "N"
        ),
    ] = 40
    guided: Annotated[int, flag("Samples of a ray there, 2 to 256.", "N")] = 16
    dropout: Annotated[float, flag("Fraction of values that are dropped, 0 to 0.9.", "F")] = 0.0
    scenes: Annotated[int, flag("Generated scenes to train on, 1 to 1000000.", "N")] = 3000
    validation_scenes: Annotated[int, flag("Other scenes to measure on, 1 to 1000.", "N")] = 8
    seed: Annotated[int, flag("Of the first weights and of all choices.", "N")] = 0
    threads: Annotated[int, flag("Threads of PyTorch. 0 takes its own choice.", "N")] = 2
    device: Annotated[str, flag("PyTorch device: cpu or cuda.", "DEVICE")] = "cpu"


def run(command: TrainOmni) -> None:
    """Train, telling how it goes.

    Raises:
        RowsplatError: A flag or a file of the run is at fault, or Open3D or manifold3d is missing.
        SystemExit: Stopped by Ctrl-C (130) or SIGTERM (143), when all has been written.
    """
    _check(command)
    from ..omni.network import calm_threads, require_device

    calm_threads()  # on 2 cores with other work, in the background, a step took 3 times as long without
    import torch

    from ...render.omni_recon.training import PictureSize, load_checkpoint, validation_examples
    from ..omni_training import CHECKPOINT, TrainingRun, stop_requests

    require_device(command.device)
    if command.threads:
        torch.set_num_threads(command.threads)
    command.out.mkdir(parents=True, exist_ok=True)
    trainer = _trainer(command)
    checkpoint = command.out / CHECKPOINT
    if checkpoint.exists():
        load_checkpoint(trainer, checkpoint)
        print(f"{checkpoint}: going on at step {trainer.step}", flush=True)
    print(f"making {command.validation_scenes} scenes to measure on", flush=True)
    held_out = validation_examples(
        command.out / CACHE_FOLDER,
        PictureSize(width=command.width, height=command.height),
        command.validation_scenes,
    )
    with stop_requests() as stop:
        TrainingRun(trainer, command.out, held_out, stop).train(command.steps, command.minutes)
    if stop.exit_code is not None:
        raise SystemExit(stop.exit_code)


def _check(command: TrainOmni) -> None:
    require_between("--steps", command.steps, 1, 10**9)
    require_between("--minutes", command.minutes, 0.01, 100_000)
    require_between("--cooldown", command.cooldown, 0, command.steps)
    require_between("--rate", command.rate, 1e-7, 0.1)
    require_between("--width", command.width, 32, 1024)
    require_between("--height", command.height, 32, 1024)
    require_between("--rays", command.rays, 16, 8192)
    require_between("--volume", command.volume, 8, 192)
    require_between("--samples", command.samples, 4, 256)
    if command.planes:
        require_between("--planes", command.planes, 16, 256)
    require_between("--guided", command.guided, 2, 256)
    require_between("--dropout", command.dropout, 0.0, 0.9)
    require_between("--scenes", command.scenes, 1, 10**6)
    require_between("--validation-scenes", command.validation_scenes, 1, 1000)
    require_between("--seed", command.seed, 0, 2**31 - 1)
    require_between("--threads", command.threads, 0, 1024)
    if command.volume % 4:
        raise RowsplatError(f"--volume must be a multiple of 4, got {command.volume}.")


def _trainer(command: TrainOmni) -> Trainer:
    import torch

    from ...render.omni_recon import OmniConfig, OmniRecon
    from ...render.omni_recon.depth_prior import SweepOptions
    from ...render.omni_recon.training import GeneratedExamples, PictureSize, Schedule, Trainer

    torch.manual_seed(command.seed)
    examples = GeneratedExamples(
        cache=command.out / CACHE_FOLDER,
        seed=command.seed,
        size=PictureSize(width=command.width, height=command.height),
        pool=command.scenes,
    )
    schedule = Schedule(rate=command.rate, cooldown=command.cooldown, steps=command.steps)
    config = OmniConfig(
        volume_resolution=command.volume,
        coarse_samples=command.samples,
        fine_samples=command.samples,
        guided_samples=command.guided,
        dropout=command.dropout,
    )
    sweep = SweepOptions(planes=command.planes) if command.planes else None
    model = OmniRecon(config)
    if sweep is not None:
        model.start_at_prior()
    return Trainer(
        model.to(command.device), examples, schedule, rays=command.rays, seed=command.seed, sweep=sweep
    )
