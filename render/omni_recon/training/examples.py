"""What a training step looks at: a few source views of a scene and one more that is to be predicted from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ....scenes import Camera
from ..depth_prior import DepthPrior
from ..types import DepthRange, EncodedScene, SourceViews
from .scene_views import SceneViews, cached_scene

_DRAW = 0x0E11  # separates these random numbers from others of the same seed
_SOURCES = (3, 4)
_SPARE_NEIGHBOURS = 2  # sources are drawn among so many more of the nearest views
_NEAR_MARGIN, _FAR_MARGIN = (0.6, 0.98), (1.02, 1.6)
_FIRST_SCENES, _STEPS_PER_SCENE = 24, 6
_KEPT_SCENES = 64  # in memory


@dataclass(frozen=True, kw_only=True)
class PictureSize:
    """Of the pictures trained on [px]."""

    width: int = 128
    height: int = 96


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingExample:
    """One view to be predicted from others.

    Args:
        sources: The views that are given.
        bounds: Depths between which the scene is searched.
        camera: The view that is to be predicted, as large as the sources.
        image: What it shows, `[H, W, 3]` float32 in [0, 1].
        depth: Along its view axis, `[H, W]` float32 [scene units], 0 where there is none or none is known.
        reference: See `OmniRecon.encode`.
        prior: Where the rays of `camera` may end, where that was found before.
        encoded: The sources as a network sees them whose encoding is not trained.
        counted: Pixels that rays are drawn from, `[H, W]` bool; `None` for all.
    """

    sources: SourceViews
    bounds: DepthRange
    camera: Camera
    image: Tensor
    depth: Tensor
    reference: Camera | None = None
    prior: DepthPrior | None = None
    encoded: EncodedScene | None = None
    counted: Tensor | None = None


ExampleSource = Callable[[int], TrainingExample]
"""The example of a step, the same each time it is asked."""


@dataclass(frozen=True, kw_only=True)
class GeneratedExamples:
    """Examples from generated scenes. Everything random follows from the seed and the step.

    Scenes are drawn from a pool that begins small and grows by one every few steps: making a scene takes longer than
    a step.

    Args:
        cache: Folder that keeps the scenes' pictures.
        seed: Of the run.
        size: Of the pictures.
        pool: The scenes that are used in the end: seeds 0 to `pool` - 1.
    """

    cache: Path
    seed: int = 0
    size: PictureSize = PictureSize()
    pool: int = 3000
    _kept: dict[int, SceneViews] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __call__(self, step: int) -> TrainingExample:
        """The example of `step`, from 0.

        Raises:
            RowsplatError: Open3D or manifold3d is not installed.
            OSError: The cache cannot be written.
        """
        rng = np.random.default_rng(np.random.SeedSequence([_DRAW, self.seed, step]))
        available = min(self.pool, _FIRST_SCENES + step // _STEPS_PER_SCENE)
        return random_example(rng, self._scene(int(rng.integers(available))))

    def _scene(self, seed: int) -> SceneViews:
        if seed not in self._kept:
            if len(self._kept) >= _KEPT_SCENES:
                self._kept.pop(next(iter(self._kept)))
            self._kept[seed] = cached_scene(self.cache, seed, self.size.width, self.size.height)
        return self._kept[seed]


def random_example(rng: np.random.Generator, views: SceneViews) -> TrainingExample:
    """A random target among `views`, 3 or 4 of the views around it, and a range of depths that is not quite known.

    The unit frame takes the axes of the target or, as when pictures are rendered, of the sources' mean.
    """
    target = int(rng.integers(len(views.cameras)))
    count = min(int(rng.integers(_SOURCES[0], _SOURCES[1] + 1)), len(views.cameras) - 1)
    nearest = nearest_views(views.cameras, target)[: count + _SPARE_NEIGHBOURS]
    chosen = rng.permutation(nearest)[:count].tolist()
    margins = (float(rng.uniform(*_NEAR_MARGIN)), float(rng.uniform(*_FAR_MARGIN)))
    return example_of(views, target, chosen, margins, target_axes=bool(rng.random() < 0.5))


def example_of(
    views: SceneViews,
    target: int,
    sources: list[int],
    margins: tuple[float, float],
    *,
    target_axes: bool = False,
) -> TrainingExample:
    """View `target` from views `sources`.

    Args:
        views: Of one scene.
        target: Index of the view to predict.
        sources: Indices of those that are given.
        margins: Factors on the least and the largest true depth in the sources.
        target_axes: The unit frame takes the target's axes.
    """
    true = views.depths[sources]
    true = true[true > 0.0].astype(np.float64)
    low, high = (float(true.min()), float(true.max())) if len(true) else (1.0, 2.0)
    images = torch.from_numpy(views.images[sources]).permute(0, 3, 1, 2)
    return TrainingExample(
        sources=SourceViews(
            images=images.contiguous().to(torch.float32) / 255.0,
            cameras=tuple(views.cameras[index] for index in sources),
        ),
        bounds=DepthRange(near=low * margins[0], far=high * margins[1]),
        camera=views.cameras[target],
        image=torch.from_numpy(views.images[target]).to(torch.float32) / 255.0,
        depth=torch.from_numpy(views.depths[target]).to(torch.float32),
        reference=views.cameras[target] if target_axes else None,
    )


def nearest_views(cameras: tuple[Camera, ...], target: int) -> NDArray[np.intp]:
    """Indices of all other cameras, the one with the nearest centre first."""
    centers = np.stack([camera.position for camera in cameras])
    order = np.argsort(np.linalg.norm(centers - centers[target], axis=1), kind="stable")
    return order[order != target]
