"""Closed choices and small results that kernels, renderers and the command line share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Blend(Enum):
    """How the tile lists are made and blended.

    `BASELINE` bins the square of 3 sigma and shades every pixel of a tile (parallel fragment shading, PFS);
    `BASELINE_EXACT` is PFS on exact tile lists; `IRSS` shades only the fragments that count of every row
    (intra-row sequential shading, GBU, arXiv:2503.23625).
    """

    BASELINE = "baseline"
    BASELINE_EXACT = "baseline-exact"
    IRSS = "irss"


class GpuIrss(Enum):
    """How `Blend.IRSS` is spread over a GPU's threads; the CPU has one way.

    `SUBTILE_MASK` gives a thread a pixel and skips sub-tiles of 8 x 4 pixels that a Gaussian does not meet;
    `THREAD_PER_ROW` is the paper's: a thread walks along a row of a tile, while most lanes of its group wait.
    """

    SUBTILE_MASK = "subtile-mask"
    THREAD_PER_ROW = "thread-per-row"


class RenderMode(Enum):
    """What a pixel holds. `DEPTH` is the expected depth, `DEPTH_MEDIAN` where transmittance passes 0.5."""

    RGB = "rgb"
    ALPHA = "alpha"
    DEPTH = "depth"
    DEPTH_MEDIAN = "depth-median"
    NORMAL = "normal"
    COST = "cost"

    @property
    def channels(self) -> int:
        """Channels of the image: COST has fragments evaluated and contributing."""
        return {RenderMode.RGB: 3, RenderMode.NORMAL: 3, RenderMode.COST: 2}.get(self, 1)


@dataclass(frozen=True, kw_only=True)
class StageTimes:
    """Wall-clock time of each stage [ms]; `total` is measured around all of them."""

    project: float
    sort: float
    bin: float
    blend: float
    total: float


@dataclass(frozen=True, kw_only=True)
class RenderCounts:
    """Work done for one picture. Fragment counts are known only in `RenderMode.COST`, else `None`.

    Args:
        num_gaussians: In the scene.
        visible: Left after culling.
        pairs: (tile, Gaussian) pairs.
        fragments_evaluated: Pixels for which a Gaussian's exponent was computed.
        fragments_contributing: Of these, the ones that were blended.
    """

    num_gaussians: int
    visible: int
    pairs: int
    fragments_evaluated: int | None = None
    fragments_contributing: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class SplatArrays:
    """A scene as the pipelines take it: read-only float32 arrays of N Gaussians in the world frame.

    Args:
        means: `[N, 3]`, scene units.
        quats: `[N, 4]` wxyz, any non-zero length.
        log_scales: `[N, 3]`.
        logit_opacities: `[N]`.
        sh_coeffs: `[N, K, 3]`, K in 1, 4, 9, 16.
    """

    means: NDArray[np.float32]
    quats: NDArray[np.float32]
    log_scales: NDArray[np.float32]
    logit_opacities: NDArray[np.float32]
    sh_coeffs: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class View:
    """One pinhole view.

    Args:
        viewmat: World -> camera `[4, 4]`, OpenCV axes, scene units.
        fx: Focal length along x [px]; `fy`, and the principal point `cx`, `cy` likewise.
        width: Image width [px].
        height: Image height [px].
    """

    viewmat: NDArray[np.float64]
    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class PipelineOptions:
    """What a pipeline draws and how; see `RenderOptions` for the meaning."""

    blend: Blend
    mode: RenderMode
    background: tuple[float, float, float]
    antialiased: bool
    max_sh_degree: int
    gpu_irss: GpuIrss = GpuIrss.SUBTILE_MASK


@dataclass(frozen=True, eq=False, kw_only=True)
class PipelineOutput:
    """`image` `[H, W, C]` and `alpha` `[H, W]` as in `RenderResult`, with the time of each stage and the work done."""

    image: NDArray[np.float32]
    alpha: NDArray[np.float32]
    stage_times: StageTimes
    counts: RenderCounts


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewLists:
    """Everything about a view that blending needs and that no colour changes.

    Args:
        view: The view.
        ids: Indices of the M visible Gaussians in the scene `[M]` int32.
        records: They as projected, in the layout of the kernels.
        isect_offsets: `[tiles + 1]` int32; tile i owns `flatten_ids[isect_offsets[i]:isect_offsets[i + 1]]`.
        flatten_ids: Places in `ids`, nearest first within a tile, `[pairs]` int32.
    """

    view: View
    ids: NDArray[np.int32]
    records: NDArray[np.float32]
    isect_offsets: NDArray[np.int32]
    flatten_ids: NDArray[np.int32]

    @property
    def nbytes(self) -> int:
        """Memory held [bytes]."""
        return sum(a.nbytes for a in (self.ids, self.records, self.isect_offsets, self.flatten_ids))


@dataclass(frozen=True, eq=False, kw_only=True)
class GatheredSums:
    """What the M visible Gaussians of a view collect from a map r with their blending weights w.

    Args:
        values: Sum over all pixels of w r, `[M, 3]`.
        weights: Sum of w `[M]` [px].
        squares: Sum of w^2 `[M]` [px].
    """

    values: NDArray[np.float32]
    weights: NDArray[np.float32]
    squares: NDArray[np.float32]


class LinearBlender(Protocol):
    """IRSS blending as the linear map A from colours to pixels that it is while a view stays, and its transpose.

    Use from one thread.
    """

    def upload(self, scene: SplatArrays) -> None:
        """Make `scene` the one whose views are listed; its colours do not matter."""
        ...

    def list_view(self, view: View, *, antialiased: bool) -> ViewLists:
        """Project, sort and bin, once for all that follows."""
        ...

    def blend(
        self, lists: ViewLists, colors: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """A c: the picture `[H, W, 3]` of `colors [M, 3]` over black, and the accumulated opacity `[H, W]`."""
        ...

    def gather(self, lists: ViewLists, image: NDArray[np.float32]) -> GatheredSums:
        """A^T r of the map `image [H, W, 3]`, with A^T 1 and the squares of A's columns."""
        ...


class Pipeline(Protocol):
    """Projection, sorting, binning and blending on one device. Use from one thread."""

    @property
    def description(self) -> str:
        """Kernel language and device, and why they were chosen."""
        ...

    @property
    def buffer_bytes(self) -> int:
        """Memory held beside the scene's own arrays [bytes]."""
        ...

    def upload(self, scene: SplatArrays) -> None:
        """Make `scene` the one that is drawn."""
        ...

    def render(self, view: View, options: PipelineOptions) -> PipelineOutput:
        """Draw one picture of the uploaded scene."""
        ...
