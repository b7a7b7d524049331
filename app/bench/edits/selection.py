"""How well nouns select: intersection over union with the Gaussians of the things that are meant.

Prints a table in Markdown. Scenes by which constants were chosen ("development") are counted apart from the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import tyro

from ....scenes.grounding import GroundingContext, GroundingError, ground
from ....scenes.grounding.sentence_embeddings import installed_matcher
from ....scenes.text_edits.scene_frame import SceneFrame
from .composed_scenes import garage, garden, kitchen, living_room, playground, toys, workshop
from .exact_labels import exact_labels
from .generated_scenes import generated
from .known_scenes import KnownScene, Phrase
from .merged_scenes import market, museum, shelf

_GENERATED, _DEVELOPMENT_SEEDS = (0, 4, 5, 6, 9, 11, 15, 16, 18), (0, 6, 9, 11)


@dataclass(frozen=True, kw_only=True)
class Selected:
    """What a phrase selected in a scene.

    Args:
        scene: Its name.
        development: See `KnownScene`.
        phrase: What was said.
        iou: Intersection over union with what was meant, 0 to 1, by numbers of Gaussians; 0 if it was refused.
        confidence: Of the answer; 0 if it was refused.
        why: Its reason, or why it was refused.
        seconds: Processor time that it took [s].
    """

    scene: str
    development: bool
    phrase: str
    iou: float
    confidence: float
    why: str
    seconds: float


def known_scenes(data: Path | None, only: str = "") -> Iterator[KnownScene]:
    """The scenes whose names hold `only`, one at a time; captured things where `data` holds a folder `gaussians`."""
    makers: dict[str, Callable[[], KnownScene]] = {
        "kitchen": kitchen,
        "garage": garage,
        "living room": living_room,
        "playground": playground,
        "toys": toys,
        "workshop": workshop,
        "garden": garden,
    }
    for seed in _GENERATED:
        makers[f"generated {seed}"] = partial(generated, seed, development=seed in _DEVELOPMENT_SEEDS)
    if data is not None:
        makers["shelf"] = partial(shelf, data / "gaussians")
        makers["museum"] = partial(museum, data / "gaussians")
        makers["market"] = partial(market, data / "gaussians")
    for name, make in makers.items():
        if only in name:
            yield make()


def measured(scene: KnownScene) -> list[Selected]:
    """Every phrase of a scene."""
    context = context_of(scene)
    return [_measured(phrase, scene, context) for phrase in scene.phrases]


def context_of(scene: KnownScene) -> GroundingContext:
    """What the nouns are looked up in: the scene and its labels, lifted from exact masks."""
    return GroundingContext(
        gaussians=scene.gaussians,
        alive=np.ones(len(scene.gaussians), dtype=np.bool_),
        frame=SceneFrame.of_camera(scene.camera, scene.up),
        eye=scene.camera.position,
        labels=exact_labels(scene),
        matcher=installed_matcher(),
    )


def table(rows: Sequence[Selected]) -> str:
    """The rows and their means, in Markdown."""
    lines = ["| scene | phrase | IoU | confidence | why |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.scene} | {row.phrase} | {row.iou:.3f} | {row.confidence:.2f} | {row.why} |" for row in rows
    ]
    lines += ["", "| scenes | phrases | mean IoU | IoU >= 0.8 | refused |", "|---|---|---|---|---|"]
    development = [row for row in rows if row.development]
    others = [row for row in rows if not row.development]
    lines += [
        _mean_line(name, part)
        for name, part in (("development", development), ("others", others), ("all", rows))
        if part
    ]
    return "\n".join(lines)


def _measured(phrase: Phrase, scene: KnownScene, context: GroundingContext) -> Selected:
    truth = scene.mask(phrase.means)
    started = time.process_time()
    try:
        grounding = ground(phrase.thing, context)
        mask, confidence, why = grounding.mask.to_bool(), grounding.confidence, grounding.why
    except GroundingError as error:
        mask, confidence, why = np.zeros(len(truth), dtype=np.bool_), 0.0, f"refused: {error}"
    return Selected(
        scene=scene.name,
        development=scene.development,
        phrase=str(phrase.thing),
        iou=float((mask & truth).sum() / max(1, (mask | truth).sum())),
        confidence=confidence,
        why=why,
        seconds=time.process_time() - started,
    )


def _mean_line(name: str, rows: Sequence[Selected]) -> str:
    values = np.array([row.iou for row in rows])
    refused = sum(row.confidence == 0.0 for row in rows)
    scenes = len({row.scene for row in rows})
    return f"| {name} ({scenes}) | {len(rows)} | {values.mean():.3f} | {(values >= 0.8).mean():.0%} | {refused} |"


def main(data: Path | None = None, only: str = "") -> None:
    """Measure selections by words, and print a table.

    Args:
        data: Folder with captured scenes under `gaussians`; without it only made ones are measured.
        only: Scenes whose names hold this.
    """
    rows = [row for scene in known_scenes(data, only) for row in measured(scene)]
    print(table(rows))


if __name__ == "__main__":
    tyro.cli(main)
