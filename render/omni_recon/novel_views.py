"""Image-based views of a photo set from any camera, each made from the photos that serve it best."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import torch

from ...scenes import Camera
from ...scenes.photo_sets import PhotoSet
from .model import OmniRecon
from .reconstruction_memory import require_memory
from .reconstruction_types import ReconstructionOptions
from .types import DepthRange, OnRays, RenderedView, tell_nobody
from .unseen_filling import filled_unseen
from .view_rendering import render_view
from .view_sources import ViewSources


@dataclass(frozen=True, eq=False, kw_only=True)
class NovelView:
    """A view that nobody photographed.

    Args:
        picture: What is seen, of the camera's size; what no photo shows is filled from around it, at opacity 0.
        sources: Names of the photos that it was made from, the best first.
        bounds: Depths between which the scene was sought.
    """

    picture: RenderedView
    sources: tuple[str, ...]
    bounds: DepthRange


class NovelViews:
    """Draws a photo set from any camera. Photos are read once while they are needed.

    Args:
        photo_set: The photos; give it points, so that near and far are known well from anywhere.
        model: The network, on any device; its configuration is set as `options` say.
        options: `source_views`, `volume_resolution`, `samples`, `planes`, `ray_chunk` and `memory_limit` count.
        near: Nearest depth of the scene in every view [scene units]; `None` finds it for each.
        far: Farthest depth; `None` finds it for each.
    """

    def __init__(
        self,
        photo_set: PhotoSet,
        model: OmniRecon,
        options: ReconstructionOptions,
        *,
        near: float | None = None,
        far: float | None = None,
    ) -> None:
        """Nothing is read yet."""
        self._model, self._options = model, options
        self._sources = ViewSources(photo_set, options, model.log_sharpness.device, near=near, far=far)
        model.config = options.config(model.config.dropout)

    def view(
        self,
        camera: Camera,
        *,
        exclude: Collection[str] = (),
        include: Collection[str] = (),
        on_rays: OnRays = tell_nobody,
    ) -> NovelView:
        """What `camera` sees; the same every time.

        The photos are taken as large as the picture, or in full where they are smaller.

        Args:
            camera: Where it is seen from, without distortion.
            exclude: Names of photos not to take, such as the one that is to be predicted.
            include: Names of photos to take before all others.
            on_rays: Told after each chunk of rays; raise from it to cancel.

        Raises:
            RowsplatError: No photo is left, nothing tells near from far, or the memory is too small.
            SceneFileError: A photo cannot be read.
        """
        chosen = self._sources.of(camera, exclude, include)
        plan = chosen.choice.plan
        require_memory(plan.camera.width, plan.camera.height, self._options)
        training = self._model.training
        self._model.eval()
        try:
            with torch.no_grad():
                encoded = self._model.encode(chosen.views, plan.bounds, reference=camera)
        finally:
            self._model.train(training)
        prior = self._sources.prior(chosen, camera)
        picture = render_view(self._model, encoded, camera, prior=prior, on_rays=on_rays)
        return NovelView(
            picture=replace(picture, image=filled_unseen(picture.image, picture.opacity)),
            sources=chosen.names,
            bounds=plan.bounds,
        )
