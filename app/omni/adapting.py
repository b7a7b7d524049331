"""Adapting the network to labels of a few photos of a project."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ...render.omni_recon.adaptation import Adapter, AdaptOptions, adapt, save_adapter
from ...render.omni_recon.adaptation.label_examples import labelled_task
from ..progress import ShowStage
from .network import open_network
from .project_photos import ProjectPhotos

_PARTS = 1000  # that progress is counted in


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectAdapter:
    """What was written.

    Args:
        adapter: It.
        photos: Names of the photos whose labels were learned.
    """

    adapter: Adapter
    photos: tuple[str, ...]


def adapt_project(
    photos: ProjectPhotos,
    labels: Path,
    weights: Path,
    out: Path,
    options: AdaptOptions,
    *,
    should_stop: Callable[[], bool],
    show: ShowStage,
) -> ProjectAdapter:
    """Learn the labels of some photos and write the adapter.

    Args:
        photos: The project.
        labels: Folder with pictures of labels.
        weights: Of the network.
        out: The file, replaced.
        options: How to adapt.
        should_stop: Asked after each step; when it says so, what was best so far is written.
        show: Told how far it is; raise from it to cancel.

    Raises:
        RowsplatError: There are no labels, or nothing tells near from far.
        SceneFileError: A photo, a picture of labels or the weights are at fault.
        OSError: The file cannot be written.
    """
    scene = photos.scene
    looking = scene.options()
    model = open_network(weights, "cpu")
    model.config = looking.config(0.0)
    task = labelled_task(
        labels,
        photos.photo_set,
        looking,
        near=scene.near,
        far=scene.far,
        on_example=lambda done, total: show("read labelled photos", done, total),
    )
    clock = _Clock(options, show)
    adapter = adapt(
        model,
        task.task,
        task.examples,
        replace(options, planes=looking.planes, on_step=clock.on_step, should_stop=should_stop),
    )
    adapter = replace(adapter, names=task.legend)
    save_adapter(adapter, out)
    return ProjectAdapter(adapter=adapter, photos=task.names)


class _Clock:
    """Shows how far it is, from the first step on."""

    def __init__(self, options: AdaptOptions, show: ShowStage) -> None:
        self._options, self._show = options, show
        self._started: float | None = None

    def on_step(self, step: int, loss: float) -> None:
        now = time.monotonic()
        if self._started is None:
            self._started = now
            return
        passed = now - self._started
        pace, limit = passed / (step - 1), self._options.minutes
        left = pace * (self._options.steps - step)
        done = step / self._options.steps
        if limit is not None:
            left, done = min(left, 60.0 * limit - passed), max(done, passed / (60.0 * limit))
        self._show("adapt", min(_PARTS, round(_PARTS * done)), _PARTS, max(left, 0.0))
