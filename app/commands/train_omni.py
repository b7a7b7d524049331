"""`rowsplat train-omni`: train the network of Omni-Recon on generated scenes, or fine-tune it to photos."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from ...kernels.errors import RowsplatError
from ..checks import require_between
from .flags import flag

if TYPE_CHECKING:
    from ...render.omni_recon.training import Trainer

EXAMPLES = (
    "rowsplat train-omni --out runs/omni",
    "rowsplat train-omni --out runs/omni --minutes 60",
    "rowsplat train-omni --out runs/omni --steps 205000 --cooldown 5000",
    "rowsplat train-omni --finetune photos --minutes 5 --out tuned",
    "rowsplat train-omni --finetune reconstruction/project.rowsplat --out tuned --parts all --minutes 60",
)

CACHE_FOLDER = "scenes"
"""Inside the run's folder: pictures of the generated scenes."""

_FINE_TUNING_MINUTES = 5.0

_OF_GENERATED = (
    "width",
    "height",
    "volume",
    "samples",
    "planes",
    "guided",
    "dropout",
    "scenes",
    "validation_scenes",
)
"""Fields that say something about training on generated scenes; photos are looked at as `reconstruct` does."""

_OF_PHOTOS = ("weights", "resolution", "source_views", "parts", "near", "far", "skip_check")
"""Fields that say something about fine-tuning."""


@dataclass(frozen=True, kw_only=True)
class TrainOmni:
    """Train the network of Omni-Recon on generated scenes. The same line again goes on where the run stopped.

    Writes checkpoint.pt, weights.safetensors (the running mean of the weights) and log.csv every 500 steps, every 10
    minutes, and when it ends or is stopped by Ctrl-C or SIGTERM.

    With --finetune the network is tuned to one photo set instead. A few photos are held out and predicted from the
    others every 25 steps; omni_recon.safetensors holds the weights that did so best, never worse than those given.
    """

    out: Annotated[Path, flag("Folder of the run; made if it does not exist.", "DIR")]
    finetune: Annotated[
        Path | None,
        flag(
            "Fine-tune to these photos: any that `rowsplat reconstruct` takes, or a project that it wrote.",
            "PHOTOS",
        ),
    ] = None
    weights: Annotated[
        Path | None,
        flag(
            "With --finetune: weights to begin with. Without it: the project's, or those of the installation.",
            "FILE",
        ),
    ] = None
    parts: Annotated[
        Literal["all", "all-but-volume", "branches", "colors", "appearance"],
        flag(
            "With --finetune: what changes. Everything; everything but the fusion of the feature volume; the geometry "
            "and appearance branches; the appearance branch and the feature pyramid; the appearance branch."
        ),
    ] = "branches"
    resolution: Annotated[
        str | None,
        flag(
            "With --finetune: longer side of the photos [px], or WxH that they fit into, 16 to 2048. Without it: the "
            "project's, or 160.",
            "PX",
        ),
    ] = None
    source_views: Annotated[
        int | None,
        flag(
            "With --finetune: photos that each one is predicted from, 2 to 16. Without it: the project's, or 3.",
            "N",
        ),
    ] = None
    near: Annotated[
        float | None,
        flag(
            "With --finetune: where the scene begins, along the view axis [scene units]. Without it: found.",
            "Z",
        ),
    ] = None
    far: Annotated[float | None, flag("With --finetune: where the scene ends. Without it: found.", "Z")] = (
        None
    )
    skip_check: Annotated[bool, flag("With --finetune: do not compare the cameras with the photos.")] = False
    steps: Annotated[int, flag("Steps in all, with those of earlier starts.", "N")] = 200_000
    minutes: Annotated[
        float | None,
        flag(
            "Stop after so long, 0.01 to 100000. With --finetune: with the time of earlier starts, 5 without it.",
            "M",
        ),
    ] = None
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
    """Train or fine-tune, telling how it goes.

    Raises:
        RowsplatError: A flag, the photos or a file of the run is at fault, or Open3D or manifold3d is missing.
        SystemExit: Stopped by Ctrl-C (130) or SIGTERM (143), when all has been written.
    """
    _check(command)
    if command.finetune is not None:
        _run_fine_tuning(command)
        return
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


def _run_fine_tuning(command: TrainOmni) -> None:
    from ..omni.network import calm_threads, open_network, require_device
    from ..omni.tuning_photos import named_weights, photos_to_tune

    assert command.finetune is not None
    weights = named_weights(command.finetune, command.weights)
    calm_threads()
    import torch

    from ...render.omni_recon.training import FineTuningOptions, TunedParts
    from ..omni.fine_tuning import WEIGHTS, FineTuningRun
    from ..omni_training import stop_requests
    from ..progress import stage_progress

    require_device(command.device)
    if weights.absolute() == (command.out / WEIGHTS).absolute():
        raise RowsplatError(f"{weights}: is what fine-tuning will write. Choose another --out.")
    if command.threads:
        torch.set_num_threads(command.threads)
    model = open_network(weights, command.device)
    with stage_progress() as show:
        photos = photos_to_tune(
            command.finetune,
            resolution=command.resolution,
            source_views=command.source_views,
            near=command.near,
            far=command.far,
            skip_check=command.skip_check,
            on_step=show,
        )
    options = FineTuningOptions(
        parts=TunedParts(command.parts),
        rate=command.rate,
        rays=command.rays,
        steps=command.steps,
        cooldown=command.cooldown,
        seed=command.seed,
    )
    run_ = FineTuningRun(photos, model, weights, options, command.out)
    minutes = _FINE_TUNING_MINUTES if command.minutes is None else command.minutes
    print(run_.plan(minutes), flush=True)
    with stop_requests() as stop, stage_progress() as show:
        run_.run(minutes, stop, show)
    print(run_.summary(), flush=True)
    if stop.exit_code is not None:
        raise SystemExit(stop.exit_code)


def _check_kind(command: TrainOmni) -> None:
    """Refuse flags that go with the other kind of training."""
    defaults = {entry.name: entry.default for entry in fields(TrainOmni)}
    others, reason = (
        (_OF_PHOTOS, "goes with --finetune PHOTOS")
        if command.finetune is None
        else (_OF_GENERATED, "goes with training on generated scenes, not with --finetune")
    )
    for name in others:
        if getattr(command, name) != defaults[name]:
            raise RowsplatError(f"--{name.replace('_', '-')} {reason}.")


def _check(command: TrainOmni) -> None:
    _check_kind(command)
    require_between("--steps", command.steps, 1, 10**9)
    require_between("--minutes", command.minutes, 0.01, 100_000)
    require_between("--cooldown", command.cooldown, 0, command.steps)
    require_between("--rate", command.rate, 1e-7, 0.1)
    require_between("--source-views", command.source_views, 2, 16)
    require_between("--near", command.near, 1e-9, 1e9)
    require_between("--far", command.far, 1e-9, 1e9)
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
