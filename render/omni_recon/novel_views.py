"""Image-based views of a photo set from any camera, each made from the photos that serve it best."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import torch

from ...scenes import Camera
from ...scenes.photo_sets import PhotoSet, choose_source_views, near_far, near_far_of_camera
from .depth_prior import LEAST_PHOTOS, DepthPrior, sweep_planes
from .model import OmniRecon
from .reconstruction_memory import require_memory
from .reconstruction_types import MOST_SIDE, ReconstructionOptions
from .source_pictures import SourcePictures
from .types import DepthRange, OnRays, RenderedView, SourceViews, tell_nobody
from .unseen_filling import filled_unseen
from .view_plans import ViewPlan
from .view_rendering import render_view

_LEAST_SPAN = 1.1  # of far over near, where only one of them was given


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
        self._photo_set, self._model, self._options = photo_set, model, options
        self._near, self._far = near, far
        self._ranges = near_far(photo_set)
        self._pictures: dict[int, SourcePictures] = {}
        model.config = options.config(model.config.dropout)

    def view(
        self, camera: Camera, *, exclude: Collection[str] = (), on_rays: OnRays = tell_nobody
    ) -> NovelView:
        """What `camera` sees; the same every time.

        The photos are taken as large as the picture, or in full where they are smaller.

        Args:
            camera: Where it is seen from, without distortion.
            exclude: Names of photos not to take, such as the one that is to be predicted.
            on_rays: Told after each chunk of rays; raise from it to cancel.

        Raises:
            RowsplatError: No photo is left, nothing tells near from far, or the memory is too small.
            SceneFileError: A photo cannot be read.
        """
        own = self._bounds_of(camera)
        chosen = choose_source_views(
            self._photo_set, camera, self._options.source_views, exclude=exclude, near_far=(own.near, own.far)
        )
        side = min(max(camera.width, camera.height), MOST_SIDE)
        plan = self._plan(chosen, own, side)
        require_memory(plan.camera.width, plan.camera.height, self._options)
        pictures = self._pictures_of(side)
        training = self._model.training
        self._model.eval()
        try:
            with torch.no_grad():
                sources = pictures.sources(plan)
                encoded = self._model.encode(sources, plan.bounds, reference=camera)
        finally:
            self._model.train(training)
        picture = render_view(
            self._model, encoded, camera, prior=self._prior(sources, camera, own), on_rays=on_rays
        )
        names = self._photo_set.names
        return NovelView(
            picture=replace(picture, image=filled_unseen(picture.image, picture.opacity)),
            sources=tuple(names[index] for index in chosen),
            bounds=plan.bounds,
        )

    def _prior(self, sources: SourceViews, camera: Camera, own: DepthRange) -> DepthPrior | None:
        sweep = self._options.sweep(own_photo=False)
        if sweep is None or len(sources.cameras) < LEAST_PHOTOS:
            return None
        return sweep_planes(sources, camera, own.near, own.far, sweep)

    def _bounds_of(self, camera: Camera) -> DepthRange:
        """The depths that were given; where one was not, that of the scene, but in order."""
        near, far = self._near, self._far
        if near is not None and far is not None:
            return DepthRange(near=near, far=far)
        low, high = near_far_of_camera(self._photo_set, camera)
        if near is not None:
            return DepthRange(near=near, far=max(high, _LEAST_SPAN * near))
        if far is not None:
            return DepthRange(near=min(low, far / _LEAST_SPAN), far=far)
        return DepthRange(near=low, far=high)

    def _plan(self, chosen: tuple[int, ...], own: DepthRange, side: int) -> ViewPlan:
        """The sources at the size of the best of them, and depths that hold for them and for the view itself."""
        ranges = [self._ranges[index] for index in chosen]
        return ViewPlan(
            index=chosen[0],
            sources=chosen,
            camera=self._photo_set.photos[chosen[0]].camera_at(side),
            bounds=DepthRange(
                near=min(own.near, *(low for low, _ in ranges)),
                far=max(own.far, *(high for _, high in ranges)),
            ),
        )

    def _pictures_of(self, side: int) -> SourcePictures:
        if side not in self._pictures:
            self._pictures = {side: SourcePictures(self._photo_set, side, self._model.log_sharpness.device)}
        return self._pictures[side]
