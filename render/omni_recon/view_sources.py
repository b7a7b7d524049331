"""The photos that a view is made from, ready for the network, and where its rays may end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import torch

from ...scenes import Camera
from ...scenes.photo_sets import PhotoSet
from .depth_prior import LEAST_PHOTOS, DepthPrior, sweep_planes
from .reconstruction_types import ReconstructionOptions
from .source_choice import SourceChoice, SourceChooser
from .source_pictures import SourcePictures
from .types import SourceViews


@dataclass(frozen=True, eq=False, kw_only=True)
class ChosenSources:
    """What a view is made from.

    Args:
        choice: Which photos, and depths.
        views: These photos.
        names: Of these photos, the best first.
    """

    choice: SourceChoice
    views: SourceViews
    names: tuple[str, ...]


class ViewSources:
    """Chooses photos of a set for any camera and reads them, each once while it is needed.

    Args:
        photo_set: The photos; give it points, so that near and far are known well from anywhere.
        options: `source_views` and `planes` count.
        device: Where the pictures go.
        near: Nearest depth of the scene in every view [scene units]; `None` finds it for each.
        far: Farthest depth; `None` finds it for each.
    """

    def __init__(
        self,
        photo_set: PhotoSet,
        options: ReconstructionOptions,
        device: torch.device,
        *,
        near: float | None = None,
        far: float | None = None,
    ) -> None:
        """Nothing is read yet.

        Raises:
            RowsplatError: Nothing tells near from far.
        """
        self._photo_set, self._options, self._device = photo_set, options, device
        self._chooser = SourceChooser(photo_set, options.source_views, near=near, far=far)
        self._pictures: dict[int, SourcePictures] = {}

    def of(
        self, camera: Camera, exclude: Collection[str] = (), include: Collection[str] = ()
    ) -> ChosenSources:
        """The photos named in `include` and those that serve `camera` best, but those named in `exclude`.

        They are as large as its picture, or in full where they are smaller.

        Raises:
            RowsplatError: No photo is left, or nothing tells near from far.
            SceneFileError: A photo cannot be read.
        """
        choice = self._chooser.choose(camera, exclude, include)
        names = self._photo_set.names
        return ChosenSources(
            choice=choice,
            views=self.pictures(choice.side).sources(choice.plan),
            names=tuple(names[index] for index in choice.plan.sources),
        )

    def prior(self, chosen: ChosenSources, camera: Camera) -> DepthPrior | None:
        """Where the rays of `camera` may end; `None` where that is not asked for, or one photo must do.

        Raises:
            RowsplatError: OpenCV is not installed.
        """
        sweep = self._options.sweep(own_photo=False)
        if sweep is None or len(chosen.views.cameras) < LEAST_PHOTOS:
            return None
        own = chosen.choice.own
        return sweep_planes(chosen.views, camera, own.near, own.far, sweep)

    def pictures(self, side: int) -> SourcePictures:
        """The photos, their longer side at most `side` [px]; those of the last size are kept."""
        if side not in self._pictures:
            self._pictures = {side: SourcePictures(self._photo_set, side, self._device)}
        return self._pictures[side]
