"""What baking for real time takes and gives, without PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....kernels.baked_types import HIDDEN, NO_VIEW
from ....scenes import Camera
from ....scenes.mesh import TriangleMesh
from ...types import RenderCounts, RenderMode, RenderResult, StageTimes
from .backdrop import Backdrop

FEATURE_STRIDE = 4
"""Pixels of a photo between the cells of its features."""

APPEARANCE_SHAPES = {
    "features.0.weight": (HIDDEN, HIDDEN),
    "features.0.bias": (HIDDEN,),
    "logits.0.weight": (16, HIDDEN + 3),
    "logits.0.bias": (16,),
    "logits.2.weight": (8, 16),
    "logits.2.bias": (8,),
    "logits.4.weight": (1, 8),
    "logits.4.bias": (1,),
}
"""Parameters of `AppearanceBranch`, 1,777 in all."""

OnBake = Callable[[str, int, int], None]
"""Called with the stage, the steps done and the steps in all. What it raises ends the work."""


def no_bake_progress(stage: str, done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, kw_only=True)
class BakedOptions:
    """How to bake photos for real time.

    Args:
        max_side: Photos are scaled down so that their longer side has so many pixels, and features come from these.
        most_views: Photos that are kept, spread evenly over the set's order; `None` keeps all.
        tolerance: A point farther than the mesh by more than this part of its depth is hidden from a photo.

    Raises:
        ValueError: A value is out of its range.
    """

    max_side: int = 800
    most_views: int | None = None
    tolerance: float = 0.01

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not 16 <= self.max_side <= 8192:
            raise ValueError(f"max_side must be between 16 and 8192, got {self.max_side}")
        if self.most_views is not None and self.most_views < 1:
            raise ValueError(f"most_views must be at least 1, got {self.most_views}")
        if not 0.0 < self.tolerance < 1.0:
            raise ValueError(f"tolerance must be between 0 and 1, got {self.tolerance}")


@dataclass(frozen=True, eq=False, kw_only=True)
class BakedView:
    """A source photo.

    Args:
        name: What the photo set calls it.
        camera: Of the photo's size here.
        pixels: `[H, W, 3]` uint8, as displayed; what was transparent is white.
        features: `[ceil(H/4), ceil(W/4), 32]` float32; cell i is centred on pixel index 4i.

    Raises:
        ValueError: The shapes do not fit the camera.
    """

    name: str
    camera: Camera
    pixels: NDArray[np.uint8]
    features: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check that the parts belong together."""
        height, width = self.camera.height, self.camera.width
        if self.pixels.shape != (height, width, 3) or self.pixels.dtype != np.uint8:
            raise ValueError(f"pixels of {self.name} must be uint8 [{height}, {width}, 3]")
        cells = feature_cells(height, width)
        if self.features.shape != (*cells, HIDDEN) or self.features.dtype != np.float32:
            raise ValueError(f"features of {self.name} must be float32 {[*cells, HIDDEN]}")


@dataclass(frozen=True, eq=False, kw_only=True)
class Bake:
    """A scene that can be drawn in real time: a mesh, photos with features, and the network that blends them.

    Args:
        mesh: Geometry, world frame; its colours are shown where no photo sees it.
        views: The photos, at least one; names are unique.
        appearance: Parameters of `AppearanceBranch` by name, float32 of `APPEARANCE_SHAPES`.
        tolerance: See `BakedOptions`.
        backdrop: What is behind the mesh; `None` for the background of the picture.

    Raises:
        ValueError: There is no photo, or the parameters are others.
    """

    mesh: TriangleMesh
    views: tuple[BakedView, ...]
    appearance: Mapping[str, NDArray[np.float32]]
    tolerance: float = BakedOptions.tolerance
    backdrop: Backdrop | None = None

    def __post_init__(self) -> None:
        """Check that it can be drawn."""
        if not self.views:
            raise ValueError("a bake needs at least one photo, got none")
        if len({view.name for view in self.views}) != len(self.views):
            raise ValueError("photos of one bake must have different names")
        shapes = {name: value.shape for name, value in self.appearance.items()}
        if shapes != APPEARANCE_SHAPES:
            raise ValueError(f"appearance must have the shapes {APPEARANCE_SHAPES}, got {shapes}")

    def index(self, name: str) -> int:
        """Number of the photo called `name`, or `NO_VIEW`."""
        return next((i for i, view in enumerate(self.views) if view.name == name), NO_VIEW)


@dataclass(frozen=True, kw_only=True)
class BakedStageTimes:
    """Wall-clock time of each stage [ms]; `total` is measured around all of them."""

    rasterise: float
    select: float
    shade: float
    total: float


@dataclass(frozen=True, eq=False, kw_only=True)
class BakedPicture:
    """A picture of a bake.

    Args:
        image: `[H, W, 3]` float32 in [0, 1], as displayed, row 0 at the top; the background where nothing is.
        alpha: `[H, W]` float32, 1 where the mesh or the backdrop is, else 0.
        depth: `[H, W]` float32 along the view axis [scene units], 0 where neither is.
        views: `[H, W, 3]` int32, numbers of the photos that each pixel is made of, the most similar first, -1 for none.
        stage_times: Time of each stage.
    """

    image: NDArray[np.float32]
    alpha: NDArray[np.float32]
    depth: NDArray[np.float32]
    views: NDArray[np.int32]
    stage_times: BakedStageTimes

    def as_render_result(self, mode: RenderMode = RenderMode.RGB) -> RenderResult:
        """For whom expects pictures of Gaussians: rasterising counts as projecting, selecting as binning, shading as
        blending; alpha and depth by `mode`.

        Raises:
            ValueError: `mode` is another than RGB, ALPHA, DEPTH and DEPTH_MEDIAN.
        """
        images = {RenderMode.RGB: self.image, RenderMode.ALPHA: self.alpha[..., None]}
        images |= dict.fromkeys((RenderMode.DEPTH, RenderMode.DEPTH_MEDIAN), self.depth[..., None])
        if mode not in images:
            raise ValueError(f"a bake has no picture of {mode.value}")
        times = self.stage_times
        return RenderResult(
            image=images[mode],
            alpha=self.alpha,
            mode=mode,
            stage_times=StageTimes(
                project=times.rasterise, sort=0.0, bin=times.select, blend=times.shade, total=times.total
            ),
            counts=RenderCounts(num_gaussians=0, visible=0, pairs=0),
        )


def feature_cells(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the features of a photo of `height` x `width` [px]."""
    return -(-height // FEATURE_STRIDE), -(-width // FEATURE_STRIDE)
