"""What a renderer takes and gives: frozen options in, a named result out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera, Gaussians


class Blend(Enum):
    """How the tile lists are made and blended.

    `BASELINE` bins the square of 3 sigma and shades every pixel of a tile (parallel fragment shading, PFS);
    `BASELINE_EXACT` is PFS on exact tile lists; `IRSS` shades only the fragments that count of every row
    (intra-row sequential shading, GBU, arXiv:2503.23625).
    """

    BASELINE = "baseline"
    BASELINE_EXACT = "baseline-exact"
    IRSS = "irss"


class Backend(Enum):
    """Where the pipeline runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    VULKAN = "vulkan"
    METAL = "metal"
    GSPLAT = "gsplat"
    REFERENCE = "reference"


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
class RenderOptions:
    """How to draw.

    Args:
        blend: Tile lists and blender.
        mode: What a pixel holds.
        background: Colour behind the scene, linear in [0, 1], used by `RenderMode.RGB` only.
        antialiased: Opacity compensation for small splats; `None` takes the scene's own tag.
        max_sh_degree: Spherical harmonics above this degree are ignored.
    """

    blend: Blend = Blend.IRSS
    mode: RenderMode = RenderMode.RGB
    background: tuple[float, float, float] = (0.0, 0.0, 0.0)
    antialiased: bool | None = None
    max_sh_degree: int = 3


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
class RenderResult:
    """A picture and how it came to be.

    Args:
        image: `[H, W, C]` float32, row 0 at the top; C by mode: rgb 3 (linear in [0, 1] as trained, not clamped),
            alpha 1, depth 1 (scene units along the view axis; 0 where nothing was hit), normal 3 (camera frame,
            unit length, 0 where nothing was hit), cost 2 (fragments evaluated, contributing).
        alpha: `[H, W]` float32, accumulated opacity.
        mode: What `image` holds.
        stage_times: Time of each stage [ms].
        counts: Work done.
    """

    image: NDArray[np.float32]
    alpha: NDArray[np.float32]
    mode: RenderMode
    stage_times: StageTimes
    counts: RenderCounts


class Renderer(Protocol):
    """Draws Gaussians; holds compiled kernels and buffers between frames. Use from one thread."""

    @property
    def description(self) -> str:
        """Backend, kernel language and device, and why they were chosen, for logs and the About box."""
        ...

    def render(self, gaussians: Gaussians, camera: Camera, options: RenderOptions = ...) -> RenderResult:
        """Draw one picture."""
        ...
