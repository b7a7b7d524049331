"""Examples from the photos of one set: each photo is predicted from those that serve it best, itself left out.

No depth is known. Where the rays of a photo may end is found once and kept. Finding it takes longer than a step, so
that the photos that are learned from are few at first, and one more comes every few steps; when they no longer fit the
memory, the first goes.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ....kernels.errors import RowsplatError
from ....scenes.photo_sets import PhotoSet
from ..held_out import held_out, require_enough
from ..model import OmniRecon
from ..reconstruction_types import LEAST_SIDE, ReconstructionOptions
from ..types import FEATURE_CHANNELS
from ..view_sources import ViewSources
from .examples import TrainingExample

_DRAW = 0x0F17  # separates these random numbers from others of the same seed
_FIRST_PHOTOS, _STEPS_PER_PHOTO = 4, 5
_MOST_BYTES = 2**30  # of what is kept of the photos
_SURROUNDINGS = 16  # a transparent pixel counts if one that is not is nearer than this part of the picture


class PhotoExamples:
    """An `ExampleSource`; everything random follows from the seed and the step.

    A few photos are held out: none is ever a target, nor a source of one.

    Args:
        photo_set: The photos; give it points, so that near and far are known well. See `photos_to_learn_from`.
        options: `max_side`, `source_views`, `planes` and `volume_resolution` count.
        seed: Of the order of the photos and the choice among them.
        near: Nearest depth of the scene in every view [scene units]; `None` finds it for each.
        far: Farthest depth; `None` finds it for each.
        encoder: Sees the photos once and for all, for networks whose encoding is not trained.

    Raises:
        RowsplatError: There are fewer than four photos, one is too small, or nothing tells near from far.
    """

    def __init__(
        self,
        photo_set: PhotoSet,
        options: ReconstructionOptions,
        *,
        seed: int = 0,
        near: float | None = None,
        far: float | None = None,
        encoder: OmniRecon | None = None,
    ) -> None:
        """No picture is read yet."""
        self.photo_set = photo_set
        _require_photos(self.photo_set, options)
        self._options, self._seed, self._encoder = options, seed, encoder
        self._sources = ViewSources(self.photo_set, options, torch.device("cpu"), near=near, far=far)
        self._held_out = held_out(range(len(self.photo_set)))
        targets = [index for index in range(len(self.photo_set)) if index not in self._held_out]
        order = np.random.default_rng([_DRAW, seed]).permutation(len(targets))
        self._targets = [targets[place] for place in order]
        self._most = max(2, _MOST_BYTES // self._bytes_of_photo())
        self._kept: OrderedDict[int, TrainingExample] = OrderedDict()

    @property
    def held_out_names(self) -> tuple[str, ...]:
        """Names of the photos that are held out."""
        return tuple(self.photo_set.names[index] for index in self._held_out)

    @property
    def target_names(self) -> tuple[str, ...]:
        """Names of the photos that are learned from, in the order in which they come."""
        return tuple(self.photo_set.names[index] for index in self._targets)

    def __call__(self, step: int) -> TrainingExample:
        """The example of `step`, from 0.

        Raises:
            RowsplatError: OpenCV is not installed.
            SceneFileError: A photo cannot be read.
        """
        rng = np.random.default_rng(np.random.SeedSequence([_DRAW, self._seed, step]))
        come = _FIRST_PHOTOS + step // _STEPS_PER_PHOTO
        if len(self._targets) <= self._most:
            place = int(rng.integers(min(come, len(self._targets))))
        else:
            place = int(rng.integers(max(0, come - self._most), come)) % len(self._targets)
        index = self._targets[place]
        if index not in self._kept:
            if len(self._kept) >= self._most:
                self._kept.popitem(last=False)
            self._kept[index] = self._example(index, only_shown=True)
        return self._kept[index]

    def validation(self) -> list[TrainingExample]:
        """The photos that are held out, predicted from those that are not.

        Raises:
            RowsplatError: OpenCV is not installed.
            SceneFileError: A photo cannot be read.
        """
        return [self._example(index, only_shown=False) for index in self._held_out]

    def _example(self, index: int, *, only_shown: bool) -> TrainingExample:
        """Photo number `index` from others; `only_shown` looks at what the photo shows and around it."""
        side = self._options.max_side
        camera = self.photo_set.photos[index].camera_at(side)
        photo = self._sources.pictures(max(camera.width, camera.height)).photo(index)
        chosen = self._sources.of(camera, (self.photo_set.names[index], *self.held_out_names))
        example = TrainingExample(
            sources=chosen.views,
            bounds=chosen.choice.plan.bounds,
            camera=camera,
            image=torch.from_numpy(photo.rgb),
            depth=torch.zeros(camera.height, camera.width),
            reference=camera,
            prior=self._sources.prior(chosen, camera),
            counted=_shown(photo.alpha) if only_shown and photo.alpha is not None else None,
        )
        if self._encoder is None:
            return example
        with torch.no_grad():
            device = self._encoder.log_sharpness.device
            views = replace(chosen.views, images=chosen.views.images.to(device))
            return replace(example, encoded=self._encoder.encode(views, example.bounds, reference=camera))

    def _bytes_of_photo(self) -> int:
        sizes = [photo.camera_at(self._options.max_side) for photo in self.photo_set]
        pixels = max(camera.width * camera.height for camera in sizes)
        nodes = 0 if self._encoder is None else FEATURE_CHANNELS * self._options.volume_resolution**3
        return 4 * ((self._options.planes + 3 * self._options.source_views + 8) * pixels + nodes)


def photos_to_learn_from(photo_set: PhotoSet) -> PhotoSet:
    """All photos, or those of the `train` split where a set has a `test` split too.

    Raises:
        ValueError: The set has a `test` split and no other.
    """
    return photo_set.of_split("train") if {"train", "test"} <= set(photo_set.splits) else photo_set


def _require_photos(photo_set: PhotoSet, options: ReconstructionOptions) -> None:
    require_enough(len(photo_set), photo_set.name)
    for photo in photo_set:
        camera = photo.camera_at(options.max_side)
        if min(camera.width, camera.height) < LEAST_SIDE:
            raise RowsplatError(
                f"{photo_set.name}: {photo.name}: expected pictures of at least {LEAST_SIDE} px a side, found "
                f"{camera.width}x{camera.height}. Take larger ones."
            )


def _shown(alpha: np.ndarray) -> Tensor | None:
    """Where something is shown or close to it, `[H, W]` bool; `None` if that is nowhere."""
    reach = max(1, max(alpha.shape) // _SURROUNDINGS)
    near = F.max_pool2d(torch.from_numpy(alpha)[None], 2 * reach + 1, 1, reach)[0]
    return near > 0 if bool((near > 0).any()) else None
