"""Labelled photos as examples of a task: each is seen from the photos that serve it best, without itself and with it.

Views from close to a photo are made from that photo, others are not; who has learned one of the two fails at the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ....scenes.photo_sets import Photo, PhotoSet
from ..lifting.label_pictures import LabelPictures, labelled_photos
from ..lifting.lifted_views import no_finer
from ..lifting.types import Legend
from ..reconstruction_types import ReconstructionOptions
from ..source_pictures import SourcePictures
from ..view_sources import ViewSources
from .types import UNKNOWN, Task, TaskExample, TaskKind

MOST_LABELLED = 16
"""Of more labelled photos so many are learned from, spread evenly: all are kept in memory."""

_MOST_VOTES = 0.5  # a pixel is labelled if so much of it is

OnExample = Callable[[int, int], None]
"""Told examples done and in all. What it raises ends the work."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LabelledTask:
    """What labels of photos ask for.

    Args:
        task: Classes.
        legend: Their names, colours and numbers.
        names: Of the photos that are learned from.
        examples: Two for each of them: without and with the photo itself among the sources.
    """

    task: Task
    legend: Legend
    names: tuple[str, ...]
    examples: tuple[TaskExample, ...]


def labelled_task(
    folder: Path,
    photo_set: PhotoSet,
    options: ReconstructionOptions,
    *,
    near: float | None = None,
    far: float | None = None,
    on_example: OnExample,
) -> LabelledTask:
    """The task in `folder`, which holds pictures of labels for some of the photos, see `LabelPictures`.

    Args:
        folder: With the pictures.
        photo_set: All photos, with points.
        options: `max_side`, `source_views` and `planes` count.
        near: Nearest depth of the scene in every view [scene units]; `None` finds it for each.
        far: Farthest depth.
        on_example: Told how far it is.

    Raises:
        RowsplatError: There are no labels, or nothing tells near from far.
        SceneFileError: A photo or a picture of labels is at fault.
    """
    labelled = labelled_photos(folder, photo_set)
    count = min(len(labelled), MOST_LABELLED)
    labelled = labelled.taking(
        np.unique(np.linspace(0, len(labelled) - 1, count).round().astype(int)).tolist()
    )
    pictures = LabelPictures(folder, labelled)
    sources = ViewSources(photo_set, options, torch.device("cpu"), near=near, far=far)
    own = SourcePictures(labelled, options.max_side, torch.device("cpu"))
    examples: list[TaskExample] = []
    for index, photo in enumerate(labelled):
        on_example(index, count)
        image = own.photo(index)
        truth = _truth(pictures, photo, image.rgb)
        for exclude in ((photo.name,), ()):
            chosen = sources.of(image.camera, exclude)
            examples.append(
                TaskExample(
                    sources=chosen.views,
                    bounds=chosen.choice.plan.bounds,
                    camera=image.camera,
                    image=torch.from_numpy(image.rgb).permute(2, 0, 1),
                    truth=truth,
                )
            )
    on_example(count, count)
    return LabelledTask(
        task=Task(kind=TaskKind.CLASSES, channels=len(pictures.legend.channels)),
        legend=pictures.legend,
        names=labelled.names,
        examples=tuple(examples),
    )


def _truth(pictures: LabelPictures, photo: Photo, image: np.ndarray) -> torch.Tensor:
    """Classes `[H, W]` of the pixels of `image [H, W, 3]`."""
    height, width = image.shape[:2]
    votes = no_finer(pictures.of_photo(photo, image), (height, width))
    if tuple(votes.shape[-2:]) != (height, width):
        votes = torch.nn.functional.interpolate(votes, size=(height, width), mode="nearest")
    share, best = votes[0].max(dim=0)
    return torch.where(share >= _MOST_VOTES, best, UNKNOWN)
