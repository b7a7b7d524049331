"""What a renderer takes and gives: frozen options in, a named result out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..kernels.types import Blend, GpuIrss, RenderCounts, RenderMode, StageTimes
from ..scenes import Camera, Gaussians

__all__ = [
    "Backend",
    "Blend",
    "GpuIrss",
    "RenderCounts",
    "RenderMode",
    "RenderOptions",
    "RenderResult",
    "Renderer",
    "StageTimes",
]


class Backend(Enum):
    """Where the pipeline runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    VULKAN = "vulkan"
    METAL = "metal"
    GSPLAT = "gsplat"
    REFERENCE = "reference"


@dataclass(frozen=True, kw_only=True)
class RenderOptions:
    """How to draw.

    Args:
        blend: Tile lists and blender.
        mode: What a pixel holds.
        background: Colour behind the scene, linear in [0, 1], used by `RenderMode.RGB` only.
        antialiased: Opacity compensation for small splats; `None` takes the scene's own tag.
        max_sh_degree: Spherical harmonics above this degree are ignored.
        gpu_irss: How `Blend.IRSS` is spread over a GPU's threads.
    """

    blend: Blend = Blend.IRSS
    mode: RenderMode = RenderMode.RGB
    background: tuple[float, float, float] = (0.0, 0.0, 0.0)
    antialiased: bool | None = None
    max_sh_degree: int = 3
    gpu_irss: GpuIrss = GpuIrss.SUBTILE_MASK


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
