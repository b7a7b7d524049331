"""`rowsplat adapt`: teach the network a task from labels of a few photos."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro import conf

from ...kernels.errors import RowsplatError
from ..checks import require_between, require_exists
from ..progress import stage_progress
from .flags import flag

EXAMPLES = (
    "rowsplat adapt reconstruction/project.rowsplat --labels painted --out adapter.safetensors",
    "rowsplat adapt reconstruction/project.rowsplat --labels painted --out adapter.safetensors --minutes 5 --rank 8",
    "rowsplat lift reconstruction/project.rowsplat --maps adapted adapter.safetensors --out parts",
)

_MEAN_OF = 20  # steps, for the error that is told


@dataclass(frozen=True, kw_only=True)
class Adapt:
    """Learn labels of a few photos of a project, so that every pixel of any view can be labelled (Omni-Recon).

    A small head and low-rank changes of the network (LoRA) are trained, the network itself stays. Every 25 steps the
    error is measured, and what was best is written, also when Ctrl-C or SIGTERM ends it.
    """

    project: Annotated[Path, conf.Positional, flag("Project of `rowsplat reconstruct`.", "PROJECT")]
    labels: Annotated[
        Path,
        flag(
            "Folder with a PNG of class numbers for some of the photos, by their names; 255 is not labelled. "
            "legend.json may name the classes.",
            "DIR",
        ),
    ]
    out: Annotated[Path, flag("The adapter, .safetensors; replaced if it exists.", "FILE")]
    steps: Annotated[int, flag("Steps, 1 to 1000000.", "N")] = 300
    minutes: Annotated[
        float | None, flag("End after so long, 0.01 to 100000, if the steps are not done before.", "M")
    ] = None
    rank: Annotated[int, flag("Rank of the changes, 0 to 64. 0 trains the head alone.", "R")] = 4
    rate: Annotated[float, flag("Learning rate of the head, 1e-7 to 0.1.", "LR")] = 1e-2
    change_rate: Annotated[float, flag("Learning rate of the changes, 1e-7 to 0.1.", "LR")] = 1e-3
    rays: Annotated[int, flag("Rays of a step, 16 to 8192.", "N")] = 256
    source_views: Annotated[
        int | None, flag("Photos that each view is made from, 2 to 16. Without it: as reconstructed.", "N")
    ] = None
    weights: Annotated[
        Path | None,
        flag(
            "Weights of the network. Without it: the project's, or those of the installation. Views need the same.",
            "FILE",
        ),
    ] = None
    seed: Annotated[int, flag("Of the first changes and of all choices.", "N")] = 0


def run(command: Adapt) -> None:
    """Adapt and say what was learned.

    Raises:
        RowsplatError: A flag, the project, its files, the labels or the output is at fault.
        SystemExit: Stopped by Ctrl-C (130) or SIGTERM (143), when the adapter has been written.
    """
    _check(command)
    from ...render.output_files import require_writable_place
    from ..omni.network import calm_threads, require_weights
    from ..omni.project_photos import open_project_photos

    require_writable_place(command.out)
    photos = open_project_photos(command.project, source_views=command.source_views)
    weights = require_weights(command.weights or photos.scene.weights)
    calm_threads()
    from ...render.omni_recon.adaptation import AdaptOptions
    from ..omni.adapting import adapt_project
    from ..omni_training import stop_requests

    options = AdaptOptions(
        rank=command.rank,
        alpha=2.0 * max(command.rank, 1),
        steps=command.steps,
        rate=command.rate,
        change_rate=command.change_rate,
        rays=command.rays,
        seed=command.seed,
        minutes=command.minutes,
    )
    started = time.perf_counter()
    with stop_requests() as stop, stage_progress() as show:
        done = adapt_project(
            photos,
            command.labels,
            weights,
            command.out,
            options,
            should_stop=lambda: stop.exit_code is not None,
            show=show,
        )
    adapter, losses = done.adapter, done.adapter.losses
    first, last = (sum(part) / len(part) for part in (losses[:_MEAN_OF], losses[-_MEAN_OF:]))
    print(
        f"{command.out}: {adapter.task.channels} classes from {len(done.photos)} "
        f"photo{'s' * (len(done.photos) > 1)}, error from {first:.3f} to {last:.3f} in {len(losses)} steps, "
        f"{time.perf_counter() - started:.1f} s; rowsplat lift --maps adapted shows them in any view"
    )
    if stop.exit_code is not None:
        raise SystemExit(stop.exit_code)


def _check(command: Adapt) -> None:
    require_between("--steps", command.steps, 1, 10**6)
    require_between("--minutes", command.minutes, 0.01, 100_000)
    require_between("--rank", command.rank, 0, 64)
    require_between("--rate", command.rate, 1e-7, 0.1)
    require_between("--change-rate", command.change_rate, 1e-7, 0.1)
    require_between("--rays", command.rays, 16, 8192)
    require_between("--source-views", command.source_views, 2, 16)
    require_between("--seed", command.seed, 0, 2**31 - 1)
    if command.out.suffix != ".safetensors":
        raise RowsplatError(f"{command.out}: expected a file that ends in .safetensors.")
    require_exists(command.project)
    require_exists(command.labels)
