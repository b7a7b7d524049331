"""What a network was adapted to, seen from any camera of a photo set."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import torch

from ....kernels.errors import RowsplatError
from ....scenes import Camera
from ....scenes.photo_sets import PhotoSet
from ..lifting import Legend, LiftedView
from ..model import OmniRecon
from ..reconstruction_memory import require_memory
from ..reconstruction_types import ReconstructionOptions
from ..types import OnRays, RenderedView, tell_nobody
from ..unseen_filling import filled_unseen
from ..view_sources import ViewSources
from .adapting import AdaptedModel
from .types import Adapter, TaskKind

_LEAST_OPACITY = 1e-3  # where less is seen nothing is known


class AdaptedViews:
    """Answers for every pixel of any camera, as `LiftedViews` does for maps of photos.

    Args:
        photo_set: The photos; give it points, so that near and far are known well from anywhere.
        model: The network that the adapter was made for; stays as it is.
        adapter: What was learnt.
        options: `source_views`, `volume_resolution`, `samples`, `planes`, `ray_chunk` and `memory_limit` count.
        near: Nearest depth of the scene in every view [scene units]; `None` finds it for each.
        far: Farthest depth; `None` finds it for each.

    Raises:
        RowsplatError: The adapter is for other weights, or nothing tells near from far.
    """

    def __init__(
        self,
        photo_set: PhotoSet,
        model: OmniRecon,
        adapter: Adapter,
        options: ReconstructionOptions,
        *,
        near: float | None = None,
        far: float | None = None,
    ) -> None:
        """Nothing is read yet."""
        try:
            self._adapted = AdaptedModel(model, adapter)
        except ValueError as error:
            raise RowsplatError(
                f"{error}. Give the weights that it was made with, or adapt again."
            ) from error
        self._adapted.model.config = options.config(0.0)
        self._adapter, self._options = adapter, options
        self._sources = ViewSources(photo_set, options, model.log_sharpness.device, near=near, far=far)

    @property
    def legend(self) -> Legend:
        """What the channels of the answers mean."""
        return self._adapter.legend

    def view(
        self, camera: Camera, *, exclude: Collection[str] = (), on_rays: OnRays = tell_nobody
    ) -> LiftedView:
        """What `camera` sees; the same every time. Classes are given as likelihoods.

        Args:
            camera: Where it is seen from, without distortion.
            exclude: Names of photos not to take.
            on_rays: Told after each chunk of rays; raise from it to cancel.

        Raises:
            RowsplatError: No photo is left, nothing tells near from far, or the memory is too small.
            SceneFileError: A photo cannot be read.
        """
        chosen = self._sources.of(camera, exclude)
        plan = chosen.choice.plan
        require_memory(plan.camera.width, plan.camera.height, self._options)
        prior = self._sources.prior(chosen, camera)
        picture = self._adapted.view(chosen.views, plan.bounds, camera, prior=prior, on_rays=on_rays)
        answers = self._answers(picture)
        return LiftedView(
            legend=self.legend,
            map=answers.cpu().numpy(),
            picture=replace(picture, image=filled_unseen(picture.image, picture.opacity)),
            sources=chosen.names,
            bounds=plan.bounds,
        )

    def _answers(self, picture: RenderedView) -> torch.Tensor:
        """`[C, H, W]`, 0 where nothing is seen."""
        said = picture.blended
        assert said is not None
        if self._adapter.task.kind is TaskKind.CLASSES:
            said = torch.softmax(said, dim=0)
        return torch.where(picture.opacity >= _LEAST_OPACITY, said, 0.0)
