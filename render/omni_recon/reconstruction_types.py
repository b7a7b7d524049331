"""What a reconstruction from photos takes and gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ...scenes import Camera
from .depth_prior import SweepOptions
from .types import DepthRange, OmniConfig

LEAST_SIDE, MOST_SIDE = 16, 2048
"""Sides of a picture that the network can look at [px]."""


class Quality(Enum):
    """How much time to spend, for a CPU of 2 cores; times grow with rays and samples.

    `FAST`: depth maps of 320 px as the plane sweep finds them; about 4 s for each view of 4:3, 0.9 GB.
    `FULL`: 320 px, corrected by the network with 96 nodes and 32 samples; many times as long, 1.5 GB.
    """

    FAST = "fast"
    FULL = "full"


class ReconstructionStage(Enum):
    """What a reconstruction is busy with, in this order. The first two find depth maps, the others fuse them."""

    DEPTH = "find depths"
    PLANES = "find large planes"
    COMPARE = "compare views"
    FUSE = "fuse views"
    EXTRACT = "extract surface"
    CLEAN = "drop small parts"
    DECIMATE = "decimate"


@dataclass(frozen=True, kw_only=True)
class ReconstructionProgress:
    """How far it is.

    Args:
        stage: What it is busy with.
        done: Steps done in this stage: rays in `DEPTH`, pairs of photos in `PLANES`, views in `COMPARE` and `FUSE`, one
            step in the others.
        total: Steps of this stage in all.
        seconds_left: Of this stage [s], judged by the pace so far; `None` while nothing can be said.
    """

    stage: ReconstructionStage
    done: int
    total: int
    seconds_left: float | None = None


OnReconstruction = Callable[[ReconstructionProgress], None]
"""Called from the thread that works. What it raises ends the work."""


def no_reconstruction_progress(progress: ReconstructionProgress) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class ReconstructionOptions:
    """How to find depth maps.

    Args:
        views: Photos that get a depth map, spread evenly over the set; `None` takes all. Source views are chosen among
            all photos in any case.
        source_views: Photos that a depth map is made from, its own among them.
        max_side: Longer side of the pictures that the network looks at, and of the depth maps [px].
        volume_resolution: Nodes along a side of the feature volume, a multiple of 4.
        samples: Samples of a ray: around the prior, or without one evenly spread and as many where those found a
            surface.
        planes: At most so many planes are swept for the prior, see `depth_prior`; 0 looks along whole rays instead.
        large_planes: Where planes were swept and few depths are agreed with, look for walls, see `large_planes`.
        network: Correct the depths of the prior by the network. Without it they are taken as they are, which is faster.
        ray_chunk: Rays that are worked on at once; bounds the memory.
        least_confidence: Depths of less confidence, in [0, 1], are dropped.
        memory_limit: Refuse to start when more would be needed [bytes]; `None` takes most of what is free now.

    Raises:
        ValueError: A value is out of its range.
    """

    views: int | None = None
    source_views: int = 3
    max_side: int = 160
    volume_resolution: int = 48
    samples: int = 16
    planes: int = 128
    large_planes: bool = True
    network: bool = True
    ray_chunk: int = 512
    least_confidence: float = 0.5
    memory_limit: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        _require("views", self.views, 1, math.inf)
        _require("source_views", self.source_views, 2, 16)
        _require("max_side", self.max_side, LEAST_SIDE, MOST_SIDE)
        _require("least_confidence", self.least_confidence, 0.0, 1.0)
        if not (self.network or self.planes):
            raise ValueError("without the network there must be planes to find depths by")
        self.config(0.0)
        self.sweep(own_photo=False)

    @classmethod
    def of_quality(
        cls, quality: Quality, *, views: int | None = None, source_views: int = 3
    ) -> ReconstructionOptions:
        """The preset for `quality`."""
        if quality is Quality.FAST:
            return cls(views=views, source_views=source_views, max_side=320, network=False)
        return cls(
            views=views,
            source_views=source_views,
            max_side=320,
            volume_resolution=96,
            samples=32,
            ray_chunk=256,
        )

    def config(self, dropout: float) -> OmniConfig:
        """What the network is told."""
        return OmniConfig(
            volume_resolution=self.volume_resolution,
            coarse_samples=self.samples,
            fine_samples=self.samples,
            guided_samples=self.samples,
            dropout=dropout,
            ray_chunk=self.ray_chunk,
        )

    def sweep(self, *, own_photo: bool) -> SweepOptions | None:
        """How priors are found, if they are; `own_photo` as in `SweepOptions`."""
        return SweepOptions(planes=self.planes, own_photo=own_photo) if self.planes else None


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewDepth:
    """The depth map of a photo.

    Args:
        name: Of the photo.
        camera: Of W x H pixels.
        image: What the photo shows, `[H, W, 3]` float32 in [0, 1].
        depth: Along the view axis, `[H, W]` float32 [scene units]; 0 where the confidence is too low, or the photo is
            transparent.
        confidence: Part of a ray that ends about there, `[H, W]` float32 in [0, 1], wherever a depth was found.
        bounds: Depths between which it was sought.
        sources: Names of the photos that it was made from, its own first.
        on_planes: Part of the pixels whose depth is that of a large plane, see `large_planes`.
    """

    name: str
    camera: Camera
    image: NDArray[np.float32]
    depth: NDArray[np.float32]
    confidence: NDArray[np.float32]
    bounds: DepthRange
    sources: tuple[str, ...]
    on_planes: float = 0.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Reconstruction:
    """Depth maps of a photo set.

    Args:
        views: In the order of the photos.
        resumed: How many of them were found finished.
    """

    views: tuple[ViewDepth, ...]
    resumed: int = 0


def _require(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise ValueError(f"{name} must be between {low:g} and {high:g}, got {value:g}")
