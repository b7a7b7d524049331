"""What adapting the network adds to a head on the frozen one: `python -m rowsplat.app.bench.omni.adaptation`.

On generated scenes, labels of three views are given; the others are predicted from their neighbours. Head, steps and
random numbers are the same with and without low-rank changes of the network.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import tyro

from ....render.omni_recon import DepthRange, OmniRecon, SourceViews
from ....render.omni_recon.adaptation import (
    AdaptedModel,
    AdaptOptions,
    Task,
    TaskExample,
    TaskKind,
    adapt,
)
from ....render.omni_recon.training.examples import nearest_views
from .labelled_scenes import LabelledScene, labelled_scene, mean_iou
from .own_network import network_to_measure

_FIRST_SEED = 900_000_000  # as validation of training: never trained on
_LABELLED, _SOURCES = 3, 3


@dataclass(frozen=True, kw_only=True)
class AdaptationFigures:
    """What was measured on one scene.

    Args:
        name: Of the scene.
        classes: Labels there are.
        held_out: Views that were measured.
        head: Mean mIoU with the head alone.
        adapted: Mean mIoU with changes of the network too.
    """

    name: str
    classes: int
    held_out: int
    head: float
    adapted: float


def measured(scene: LabelledScene, model: OmniRecon, options: AdaptOptions) -> AdaptationFigures:
    """Figures for one scene."""
    count = len(scene.photo_set)
    labelled = np.linspace(0, count - 1, _LABELLED).round().astype(int).tolist()
    held_out = [index for index in range(count) if index not in labelled]
    task = Task(kind=TaskKind.CLASSES, channels=scene.classes)
    examples = [_example(scene, index) for index in labelled]
    scores: list[float] = []
    for rank in (0, options.rank):
        adapted = AdaptedModel(model, adapt(model, task, examples, replace(options, rank=rank)))
        scores.append(float(np.mean([_score(adapted, scene, index, options.planes) for index in held_out])))
    return AdaptationFigures(
        name=scene.name, classes=scene.classes, held_out=len(held_out), head=scores[0], adapted=scores[1]
    )


def markdown(rows: Sequence[AdaptationFigures]) -> str:
    """The table."""
    lines = ["| scene | labels | views held out | head alone | adapted |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.name} | {row.classes} | {row.held_out} | {row.head:.3f} | {row.adapted:.3f} |"
        for row in rows
    ]
    means = [float(np.mean([getattr(row, name) for row in rows])) for name in ("head", "adapted")]
    lines.append(f"| mean | | | {means[0]:.3f} | {means[1]:.3f} |")
    return "\n".join(lines)


def _example(scene: LabelledScene, target: int) -> TaskExample:
    """View `target` from the views nearest to it."""
    photos = scene.photo_set.photos
    sources = nearest_views(scene.photo_set.cameras, target)[:_SOURCES].tolist()
    images = [torch.from_numpy(photo.image().rgb).permute(2, 0, 1) for photo in photos]
    ranges = [photos[index].near_far or (1.0, 2.0) for index in (*sources, target)]
    return TaskExample(
        sources=SourceViews(
            images=torch.stack([images[index] for index in sources]),
            cameras=tuple(photos[index].camera for index in sources),
        ),
        bounds=DepthRange(near=min(low for low, _ in ranges), far=max(high for _, high in ranges)),
        camera=photos[target].camera,
        image=images[target],
        truth=torch.from_numpy(scene.labels[target].astype(np.int64)),
    )


def _score(adapted: AdaptedModel, scene: LabelledScene, target: int, planes: int) -> float:
    one = _example(scene, target)
    said = adapted.predict(one.sources, one.bounds, one.camera, planes=planes)
    return mean_iou(said.argmax(dim=0).numpy(), scene.labels[target])


def main(
    weights: Annotated[
        Path | None, tyro.conf.arg(help="Weights; without it: none, which follow the prior.")
    ] = None,
    scenes: Annotated[int, tyro.conf.arg(help="How many scenes.")] = 4,
    width: Annotated[
        int, tyro.conf.arg(help="Of the pictures [px]; the height is three quarters of it.")
    ] = 96,
    steps: Annotated[int, tyro.conf.arg(help="Of training.")] = 300,
    rank: Annotated[int, tyro.conf.arg(help="Of the changes.")] = 4,
) -> None:
    """Measure and print a table."""
    model = network_to_measure(weights)
    model.config = replace(model.config, volume_resolution=48)
    rows: list[AdaptationFigures] = []
    for seed in range(_FIRST_SEED, _FIRST_SEED + scenes):
        rows.append(
            measured(labelled_scene(seed, width, width * 3 // 4), model, AdaptOptions(steps=steps, rank=rank))
        )
        print(markdown(rows[-1:]).splitlines()[2], file=sys.stderr, flush=True)
    print(markdown(rows))


if __name__ == "__main__":
    tyro.cli(main)
