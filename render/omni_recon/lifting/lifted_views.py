"""Maps of photos seen from any camera: predict on each photo, then blend along rays as the colours are.

Source: Omni-Recon (arXiv:2403.11131), zero-shot use. A map of the view is

    sum over samples s of a ray of T_s * sum over photos i of w_si * P_i(where photo i sees s),

with the part T_s of the ray that ends at the sample and the photo's colour weight w_si; all photos that see a point
have a say in what it is, and neighbouring views ask the same photos. For votes, w_si is the square root of the
colour weight (`evened`). To render first and predict on the rendered picture is what this is compared with, and can
be joined with it (`picture_votes`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ....scenes import Camera
from ....scenes.photo_sets import PhotoSet
from ..map_blending import blend_maps, evened
from ..model import OmniRecon
from ..recently_used import RecentlyUsed
from ..reconstruction_memory import require_memory
from ..reconstruction_types import ReconstructionOptions
from ..types import DepthRange, EncodedScene, OnRays, RayOutput, RenderedView, tell_nobody
from ..unseen_filling import filled_unseen
from ..view_rendering import AlongRays, render_view
from ..view_sources import ChosenSources, ViewSources
from .agreement import PhotoDepths, agreeing_photos
from .types import Legend, Map, MapKind, PhotoMaps

_LEAST_OPACITY = 1e-3  # where less is seen nothing is known

OnPhoto = Callable[[str], None]
"""Told the name of each photo before its map is found. What it raises ends the work."""


def _tell_no_photo(name: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LiftedView:
    """A map seen from a camera.

    Args:
        legend: What the channels mean.
        map: `[C, H, W]`, per seen part of the ray; 0 where no photo sees anything.
        picture: The colours seen from there, filled from around where no photo shows it, and where.
        sources: Names of the photos that it was made from, the best first.
        bounds: Depths between which the scene was sought.
        agreeing: How many of the photos have a surface where the view has one, by depths of their own, `[H, W]`; `None`
            if that was not asked for.
    """

    legend: Legend
    map: Map
    picture: RenderedView
    sources: tuple[str, ...]
    bounds: DepthRange
    agreeing: NDArray[np.float32] | None = None

    @property
    def classes(self) -> NDArray[np.int64]:
        """Index of the strongest channel, `[H, W]`; -1 where nothing is known."""
        return strongest(self.map)


class LiftedViews:
    """Sees maps of a photo set from any camera. Each photo is looked at once while it is needed.

    Args:
        photo_set: The photos; give it points, so that near and far are known well from anywhere.
        model: The network, on any device; its configuration is set as `options` say.
        maps: What is known about the photos.
        options: `source_views`, `volume_resolution`, `samples`, `planes`, `ray_chunk` and `memory_limit` count.
        near: Nearest depth of the scene in every view [scene units]; `None` finds it for each.
        far: Farthest depth; `None` finds it for each.
        agreement: Tell of each view how many photos agree with it; looks for the depth of each photo.
    """

    def __init__(
        self,
        photo_set: PhotoSet,
        model: OmniRecon,
        maps: PhotoMaps,
        options: ReconstructionOptions,
        *,
        near: float | None = None,
        far: float | None = None,
        agreement: bool = False,
    ) -> None:
        """Nothing is read yet."""
        self._photo_set, self._model, self._maps, self._options = photo_set, model, maps, options
        self._sources = ViewSources(photo_set, options, model.log_sharpness.device, near=near, far=far)
        self._photo_depths = PhotoDepths(options.sweep(own_photo=True)) if agreement else None
        self._kept = RecentlyUsed[tuple[int, int], Tensor]()
        model.config = options.config(model.config.dropout)

    @property
    def legend(self) -> Legend:
        """What the channels of the maps mean."""
        return self._maps.legend

    def view(
        self,
        camera: Camera,
        *,
        exclude: Collection[str] = (),
        on_photo: OnPhoto = _tell_no_photo,
        on_rays: OnRays = tell_nobody,
    ) -> LiftedView:
        """What `camera` sees; the same every time.

        Photos are looked at as large as the picture, or in full where they are smaller.

        Args:
            camera: Where it is seen from, without distortion.
            exclude: Names of photos not to take.
            on_photo: See `OnPhoto`.
            on_rays: Told after each chunk of rays; raise from it to cancel.

        Raises:
            RowsplatError: No photo is left, nothing tells near from far, the memory is too small, or a map cannot be
                had.
            SceneFileError: A photo or its map cannot be read.
        """
        chosen = self._sources.of(camera, exclude)
        plan = chosen.choice.plan
        require_memory(plan.camera.width, plan.camera.height, self._options)
        maps = torch.cat([self._map_of(index, chosen, on_photo) for index in plan.sources])
        depths = self._depths(chosen, lambda: on_rays(0, camera.width * camera.height))
        training = self._model.training
        self._model.eval()
        try:
            with torch.no_grad():
                encoded = self._model.encode(chosen.views, plan.bounds, reference=camera)
        finally:
            self._model.train(training)
        picture = render_view(
            self._model,
            encoded,
            camera,
            maps=_blended(encoded, maps.to(encoded.images), votes=self.legend.kind is MapKind.LABELS),
            prior=self._sources.prior(chosen, camera),
            on_rays=on_rays,
        )
        return LiftedView(
            legend=self.legend,
            map=_per_seen_part(picture),
            picture=replace(picture, image=filled_unseen(picture.image, picture.opacity)),
            sources=chosen.names,
            bounds=plan.bounds,
            agreeing=None
            if depths is None
            else agreeing_photos(chosen.views.cameras, depths, camera, picture.depth.cpu().numpy()),
        )

    def _depths(
        self, chosen: ChosenSources, on_photo: Callable[[], None]
    ) -> tuple[NDArray[np.float32], ...] | None:
        """Of the photos; `None` if agreement with them was not asked for."""
        return None if self._photo_depths is None else self._photo_depths.of(chosen, on_photo)

    def _map_of(self, index: int, chosen: ChosenSources, on_photo: OnPhoto) -> Tensor:
        """The map `[1, C, h, w]` of photo number `index`, no finer than its source view."""
        choice, photo = chosen.choice, self._photo_set.photos[index]

        def _made() -> Tensor:
            on_photo(photo.name)
            found = self._maps.of_photo(photo, self._sources.pictures(choice.side).photo(index).rgb)
            return no_finer(found, (choice.plan.camera.height, choice.plan.camera.width))

        return self._kept.get((index, choice.side), _made)


def _blended(encoded: EncodedScene, maps: Tensor, *, votes: bool) -> AlongRays:
    """Maps of the photos `[V, C, h, w]` along rays: votes with evened weights, all else as the colours are blended."""

    def _along(origins: Tensor, dirs: Tensor, output: RayOutput) -> Tensor:
        return blend_maps(encoded, maps, origins, dirs, evened(output) if votes else output)

    return _along


def strongest(values: Map) -> NDArray[np.int64]:
    """Index of the largest channel of `values [C, H, W]`, `[H, W]`; -1 where all are 0."""
    return np.where((values == 0.0).all(axis=0), -1, values.argmax(axis=0)).astype(np.int64)


def no_finer(values: Map, size: tuple[int, int]) -> Tensor:
    """`values [C, h, w]` as `[1, C, h', w']`: averaged down where it has more pixels than `size` (height, width)."""
    tensor = torch.from_numpy(np.ascontiguousarray(values, np.float32))[None]
    height, width = (min(own, wanted) for own, wanted in zip(values.shape[1:], size, strict=True))
    return resized(tensor, (height, width))


def resized(values: Tensor, size: tuple[int, int]) -> Tensor:
    """`values [N, C, h, w]` at `size` (height, width), averaged where they become smaller."""
    if tuple(values.shape[-2:]) == size:
        return values
    return F.interpolate(values, size=size, mode="bilinear", align_corners=False, antialias=True)


def _per_seen_part(picture: RenderedView) -> Map:
    """The blended map, divided by how much of each ray ended anywhere."""
    assert picture.blended is not None
    opacity = picture.opacity
    scaled = picture.blended / opacity.clamp(min=_LEAST_OPACITY)
    return torch.where(opacity >= _LEAST_OPACITY, scaled, 0.0).cpu().numpy()
