"""What Omni-Recon takes and gives.

Notation: V source views of H x W pixels, R rays with S samples each, C channels, M nodes along a side of the volume.
The unit frame is the world turned, moved and scaled so that the scene fits the cube [-1, 1]^3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ...scenes import Camera

FEATURE_CHANNELS = 32
"""Channels of the feature map of a view, and of the feature volume."""

VOLUME_LEVELS = 3
"""The volume is fused from grids of M, M/2 and M/4 nodes along a side."""

OnRays = Callable[[int, int], None]
"""Called with the rays done and the rays in all, from the thread that renders. What it raises ends the rendering."""


def tell_nobody(done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, kw_only=True)
class OmniConfig:
    """How finely to look. None of it changes the parameters, so that any weights go with any of these.

    Args:
        volume_resolution: Nodes along a side of the feature volume, M. 144 is the paper's; 48 to 96 suit a CPU.
        coarse_samples: Samples of a ray that are spread evenly.
        fine_samples: Samples that are added where the coarse ones found a surface.
        guided_samples: Samples of a ray for which a depth prior says where to look.
        dropout: Fraction of the values that training drops behind each attention and inside each feed-forward layer.
        ray_chunk: Rays of a picture that are worked on at once; bounds the memory.

    Raises:
        ValueError: A value is out of its range.
    """

    volume_resolution: int = 144
    coarse_samples: int = 64
    fine_samples: int = 64
    guided_samples: int = 16
    dropout: float = 0.1
    ray_chunk: int = 512

    def __post_init__(self) -> None:
        """Check the ranges."""
        coarsest = 2 ** (VOLUME_LEVELS - 1)
        if self.volume_resolution < 2 * coarsest or self.volume_resolution % coarsest:
            raise ValueError(
                f"volume_resolution must be a multiple of {coarsest}, at least {2 * coarsest}, "
                f"got {self.volume_resolution}"
            )
        for name, least in (
            ("coarse_samples", 2),
            ("fine_samples", 1),
            ("guided_samples", 2),
            ("ray_chunk", 1),
        ):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f"dropout must be in [0, 1), got {self.dropout}")


@dataclass(frozen=True, eq=False, kw_only=True)
class SourceViews:
    """The photos that a scene is reconstructed from.

    Args:
        images: `[V, 3, H, W]` in [0, 1], free of distortion.
        cameras: Their V cameras, each of W x H pixels.

    Raises:
        ValueError: The shapes do not agree.
    """

    images: Tensor
    cameras: tuple[Camera, ...]

    def __post_init__(self) -> None:
        """Check that each image has its camera."""
        shape = list(self.images.shape)
        if len(shape) != 4 or shape[1] != 3 or shape[0] != len(self.cameras) or not self.cameras:
            raise ValueError(f"images must have shape [{len(self.cameras)}, 3, H, W], V >= 1, got {shape}")
        sizes = {(camera.height, camera.width) for camera in self.cameras}
        if sizes != {(shape[2], shape[3])}:
            raise ValueError(f"cameras must have the images' size {shape[2:]} [H, W], got {sorted(sizes)}")


@dataclass(frozen=True, kw_only=True)
class DepthRange:
    """What is between two planes in front of every source camera.

    Args:
        near: Depth along the view axis where the scene begins [scene units].
        far: Depth where it ends [scene units].

    Raises:
        ValueError: The depths are not positive, finite and in order.
    """

    near: float
    far: float

    def __post_init__(self) -> None:
        """Check the order."""
        if not 0.0 < self.near < self.far < math.inf:
            raise ValueError(f"near and far must be positive and in order, got {self.near} and {self.far}")


@dataclass(frozen=True, kw_only=True)
class SceneBox:
    """A cube that holds the scene; how it is turned does not matter to who gives it, so leave room for its corners.

    Args:
        center: Its middle, world frame.
        radius: Half its side [scene units].

    Raises:
        ValueError: A number is not finite, or `radius` is not positive.
    """

    center: tuple[float, float, float]
    radius: float

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not (0.0 < self.radius < math.inf and all(math.isfinite(value) for value in self.center)):
            raise ValueError(
                f"a scene box must be finite and have a positive radius, got {self.center}, {self.radius}"
            )


@dataclass(frozen=True, eq=False, kw_only=True)
class Normalisation:
    """World frame -> unit frame, `x_unit = rotation (x - center) / scale`.

    Args:
        rotation: `[3, 3]`.
        center: Middle of the unit cube, `[3]`, world frame.
        scale: Half its side [scene units].
    """

    rotation: NDArray[np.float64]
    center: NDArray[np.float64]
    scale: float


@dataclass(frozen=True, eq=False, kw_only=True)
class EncodedScene:
    """What is computed once for a set of source views.

    Args:
        images: `[V, 3, H, W]` in [0, 1].
        features: `[V, 32, ceil(H/4), ceil(W/4)]`; cell i is centred on pixel 4i.
        volume: `[32, M, M, M]` over the unit cube, axes z, y, x, its outer nodes on the faces.
        projections: Unit frame -> homogeneous pixels of each view, `[V, 3, 4]`; the last row gives the depth along
            the view axis [unit].
        centers: Camera centres, `[V, 3]`, unit frame.
        normalisation: World frame -> unit frame.
        bounds: What the unit cube was made from.
    """

    images: Tensor
    features: Tensor
    volume: Tensor
    projections: Tensor
    centers: Tensor
    normalisation: Normalisation
    bounds: SceneBox | DepthRange

    def detached(self) -> EncodedScene:
        """The same values, cut off from what they were computed with."""
        return replace(self, features=self.features.detach(), volume=self.volume.detach())


@dataclass(frozen=True, eq=False, kw_only=True)
class RayOutput:
    """What R rays gathered from their S samples.

    Args:
        colors: `[R, 3]`; unseen space is black.
        depths: Expected distance from the origin along the unit ray, `[R]` [scene units]: the sum of
            `weights * ts`, not divided by `opacities`. Times the cosine to the view axis it is the depth of a camera.
        opacities: Sum of the weights, `[R]` in [0, 1].
        weights: Part of the ray that ends at each sample, `[R, S]`.
        view_weights: Part of each view in a sample's colour, `[R, S, V]`, of sum 1, or 0 where no view sees the sample.
        visible: Which views see each sample, `[R, S, V]` bool.
        ts: Distances of the samples, `[R, S]`, ascending [scene units].
        coarse: What the evenly spread samples alone gave, if asked for and if this is not it.
    """

    colors: Tensor
    depths: Tensor
    opacities: Tensor
    weights: Tensor
    view_weights: Tensor
    visible: Tensor
    ts: Tensor
    coarse: RayOutput | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class RenderedView:
    """A picture of an encoded scene.

    Args:
        image: `[3, H, W]` in [0, 1].
        depth: Depth along the view axis where the rays end on average, `[H, W]` [scene units]; 0 where nothing is seen.
        confidence: Part of a ray that ends within one coarse interval of `depth`, `[H, W]` in [0, 1]; with a depth
            prior within a few of its spreads, times its own confidence.
        opacity: `[H, W]` in [0, 1].
        blended: The maps that were given, seen from here, `[C, H, W]`, or `None`.
    """

    image: Tensor
    depth: Tensor
    confidence: Tensor
    opacity: Tensor
    blended: Tensor | None = None
