"""Posed photos -> a depth map of each, view after view."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ...scenes.photo_sets import PhotoImage, PhotoSet
from .depth_prior import sweep_planes
from .finished_views import (
    DepthAndConfidence,
    make_resume_folder,
    store_view,
    stored_view,
    view_digest,
    weights_digest,
)
from .large_planes import OnPlanes, with_large_planes
from .model import OmniRecon
from .reconstruction_memory import require_memory
from .reconstruction_types import (
    OnReconstruction,
    Reconstruction,
    ReconstructionOptions,
    ReconstructionProgress,
    ReconstructionStage,
    ViewDepth,
    no_reconstruction_progress,
)
from .source_pictures import SourcePictures
from .types import OnRays, SourceViews
from .view_plans import ViewPlan, view_plans
from .view_rendering import render_view

_DEFAULT_OPTIONS = ReconstructionOptions()


def reconstruct(
    photo_set: PhotoSet,
    model: OmniRecon,
    options: ReconstructionOptions = _DEFAULT_OPTIONS,
    *,
    on_progress: OnReconstruction = no_reconstruction_progress,
    resume_folder: Path | None = None,
) -> Reconstruction:
    """Find depth maps of photos. Every view has a volume of its own, in front of the photos that see what it sees.

    Args:
        photo_set: The photos; give it points (`with_triangulated_points`) so that near and far are known well.
        model: The network, on any device; its mode and configuration are left as they were.
        options: How to look.
        on_progress: Told after each chunk of rays; raise from it to cancel.
        resume_folder: Where every view is put as soon as it is finished, and taken from if all that it follows from
            is still the same. Made if it does not exist.

    Raises:
        RowsplatError: There are too few photos, nothing tells near from far, the memory is too small, or the folder
            cannot be made.
        SceneFileError: A photo cannot be read.
    """
    plans = view_plans(photo_set, options)
    for size in {(plan.camera.width, plan.camera.height) for plan in plans}:
        require_memory(*size, options)
    if resume_folder is not None:
        make_resume_folder(resume_folder)
    with _looking(model, options):
        finder = _DepthFinder(photo_set, model, options, resume_folder)
        pace = _Pace(plans, on_progress)
        views = tuple(finder.view(plan, pace) for plan in plans)
    if options.planes and options.large_planes:
        views = with_large_planes(views, finder.photo, _telling_planes(on_progress))
    return Reconstruction(views=views, resumed=finder.resumed)


def _telling_planes(tell: OnReconstruction) -> OnPlanes:
    started = time.monotonic()

    def _tell(done: int, total: int) -> None:
        left = (time.monotonic() - started) / done * (total - done) if done else None
        stage = ReconstructionStage.PLANES
        tell(ReconstructionProgress(stage=stage, done=done, total=total, seconds_left=left))

    return _tell


class _DepthFinder:
    """Finds the depth of one view after the other, or finds it stored."""

    def __init__(
        self, photo_set: PhotoSet, model: OmniRecon, options: ReconstructionOptions, folder: Path | None
    ) -> None:
        self._names, self._model, self._options, self._folder = photo_set.names, model, options, folder
        self._pictures = SourcePictures(photo_set, options.max_side, model.log_sharpness.device)
        self._weights = b"" if folder is None else weights_digest(model)
        self.resumed = 0

    def photo(self, name: str) -> PhotoImage:
        """What the photo of that name shows."""
        return self._pictures.photo(self._names.index(name))

    def view(self, plan: ViewPlan, pace: _Pace) -> ViewDepth:
        """The depth map of `plan`."""
        found = self._found(plan, self._pictures.sources(plan), pace)
        photo = self._pictures.photo(plan.index)
        return ViewDepth(
            name=self._names[plan.index],
            camera=plan.camera,
            image=photo.rgb,
            depth=_trusted(found, photo, self._options.least_confidence),
            confidence=found[1],
            bounds=plan.bounds,
            sources=tuple(self._names[source] for source in plan.sources),
        )

    def _found(self, plan: ViewPlan, sources: SourceViews, pace: _Pace) -> DepthAndConfidence:
        if self._folder is None:
            return self._computed(plan, sources, pace)
        names = (self._names[source] for source in plan.sources)
        digest = view_digest(
            self._weights,
            f"{self._options.config(0.0)} {self._options.planes} {self._options.network}",
            plan.bounds,
            zip(names, sources.cameras, sources.images, strict=True),
        )
        stored = stored_view(self._folder, plan.index, digest, plan.camera)
        if stored is not None:
            self.resumed += 1
            pace.skip(plan.camera.width * plan.camera.height)
            return stored
        found = self._computed(plan, sources, pace)
        store_view(self._folder, plan.index, digest, found)
        return found

    def _computed(self, plan: ViewPlan, sources: SourceViews, pace: _Pace) -> DepthAndConfidence:
        pace.begin_view()
        sweep = self._options.sweep(own_photo=True)
        prior = sweep and sweep_planes(sources, plan.camera, plan.bounds.near, plan.bounds.far, sweep)
        if prior is not None and not self._options.network:
            rays = plan.camera.width * plan.camera.height
            pace.on_rays()(rays, rays)
            return _as_arrays(prior.depths, prior.confidence)
        with torch.no_grad():
            encoded = self._model.encode(sources, plan.bounds, reference=plan.camera)
        seen = render_view(self._model, encoded, plan.camera, prior=prior, on_rays=pace.on_rays())
        return _as_arrays(seen.depth, seen.confidence)


class _Pace:
    """Tells how many rays are done and when all will be, judged by what encoding a view and a ray have taken."""

    def __init__(self, plans: Sequence[ViewPlan], on_progress: OnReconstruction) -> None:
        self._total = sum(plan.camera.width * plan.camera.height for plan in plans)
        self._views, self._tell = len(plans), on_progress
        self._done = self._computed = self._encoded = 0  # rays, rays that were not found stored, views
        self._encoding = self._rendering = 0.0  # [s]
        self._since = time.monotonic()
        self._report()

    def skip(self, rays: int) -> None:
        """A view of so many rays was found stored."""
        self._done += rays
        self._views -= 1
        self._report()

    def begin_view(self) -> None:
        """A view is going to be encoded."""
        self._since = time.monotonic()

    def on_rays(self) -> OnRays:
        """The view has been encoded; takes the progress of its rays."""
        self._encoding += self._lap()
        self._encoded += 1
        before = (self._done, self._computed)

        def _on_rays(done: int, _: int) -> None:
            self._rendering += self._lap()
            self._done, self._computed = before[0] + done, before[1] + done
            self._report()

        return _on_rays

    def _lap(self) -> float:
        """Seconds since this was last asked."""
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        return seconds

    def _report(self) -> None:
        left = None
        if self._computed:
            rays = self._rendering / self._computed * (self._total - self._done)
            left = rays + self._encoding / self._encoded * (self._views - self._encoded)
        self._tell(
            ReconstructionProgress(
                stage=ReconstructionStage.DEPTH, done=self._done, total=self._total, seconds_left=left
            )
        )


def _as_arrays(depth: torch.Tensor, confidence: torch.Tensor) -> DepthAndConfidence:
    depths, confidences = (
        values.cpu().numpy().astype(np.float32, copy=False) for values in (depth, confidence)
    )
    return depths, confidences


def _trusted(found: DepthAndConfidence, photo: PhotoImage, least_confidence: float) -> NDArray[np.float32]:
    depth, confidence = found
    good, opaque = confidence >= least_confidence, photo.opaque
    if opaque is not None:
        good &= opaque
    return np.where(good, depth, np.float32(0.0))


@contextmanager
def _looking(model: OmniRecon, options: ReconstructionOptions) -> Generator[None]:
    """The network in evaluation and configured as `options` say, and afterwards as it was."""
    training, config = model.training, model.config
    model.eval()
    model.config = options.config(config.dropout)
    try:
        yield
    finally:
        model.config = config
        model.train(training)
