"""Photos -> where the rays of any camera may end, without a network.

Planes in front of the camera, evenly spaced in inverse depth so that neighbours move the photos by about a pixel, are
compared (`plane_costs`), made smooth (`semi_global`) and turned into masses, softmax(-cost / T). The most likely depths
are then made to follow planes (`plane_fitting`), compared again a little before and behind these, with smaller windows
that lie along them, and fitted once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ....scenes import Camera
from ..parallel import in_threads
from ..types import SourceViews
from .hidden_views import view_surfaces
from .plane_costs import WarpingView, disagreement, first_warped, textured
from .plane_fitting import fitted_planes
from .semi_global import smoothed_costs

LEAST_PHOTOS = 2
"""With fewer there is nothing to compare."""

_LEAST_PLANES = 16
_PROBES = 8  # pixels to each side of the picture that are looked at for how far photos move
_TEMPERATURE = 0.05
_REFINED_WINDOWS = (1, 4)
_REFINED_SMOOTHING = 3  # radius of the mean over refined costs [px]
_REFINED_STEPS = 9
_REFINED_REACH = 1.5  # planes to each side
_COARSE_SPACING, _FINE_SPACING = (
    3,
    1,
)  # px between neighbours of the planes that are fitted before and after that
_SAME_SURFACE = 2.0  # planes that neighbours at one pixel's distance may differ by
_CLOSE = 2  # planes around the most likely one that count for it
_EPS = 1e-6


@dataclass(frozen=True, kw_only=True)
class SweepOptions:
    """How finely to look.

    Args:
        planes: At most so many; fewer where the photos move less than a pixel from one to the next.
        refine: Look between the planes as well.
        own_photo: The first source view is the camera's own photo, and the others are compared with it alone.

    Raises:
        ValueError: There are too few planes.
    """

    planes: int = 96
    refine: bool = True
    own_photo: bool = False

    def __post_init__(self) -> None:
        """Check the count."""
        if self.planes < _LEAST_PLANES:
            raise ValueError(f"planes must be at least {_LEAST_PLANES}, got {self.planes}")


@dataclass(frozen=True, eq=False, kw_only=True)
class DepthPrior:
    """Where the rays through the pixels of a camera may end. All depths are along its view axis [scene units].

    Args:
        camera: The camera.
        planes: Depths of the planes, nearest first, `[D]`.
        masses: How likely each is, `[D, H, W]`, of sum 1.
        depths: The most likely depth, `[H, W]`.
        spreads: How far off it may well be, `[H, W]`.
        confidence: How likely it is that the ray ends there, `[H, W]` in [0, 1]; 0 where all is one flat colour.
        surfaces: What may hide things from the source views, see `view_surfaces`, `[V, h, w]`.
    """

    camera: Camera
    planes: Tensor
    masses: Tensor
    depths: Tensor
    spreads: Tensor
    confidence: Tensor
    surfaces: Tensor


_DEFAULT_OPTIONS = SweepOptions()


@torch.no_grad()
def sweep_planes(
    sources: SourceViews, camera: Camera, near: float, far: float, options: SweepOptions = _DEFAULT_OPTIONS
) -> DepthPrior:
    """Look for depths between `near` and `far` [scene units] at which the photos agree.

    Raises:
        RowsplatError: OpenCV is not installed.
        ValueError: There is one photo only, or near and far are not positive and in order.
    """
    if len(sources.cameras) < LEAST_PHOTOS:
        raise ValueError(f"a plane sweep needs {LEAST_PHOTOS} photos, got {len(sources.cameras)}")
    if not 0.0 < near < far:
        raise ValueError(f"near and far must be positive and in order, got {near} and {far}")
    views = [
        WarpingView.of(np.ascontiguousarray(image.permute(1, 2, 0).cpu().numpy()), source, camera)
        for image, source in zip(sources.images, sources.cameras, strict=True)
    ]
    disparities = np.linspace(1.0 / near, 1.0 / far, plane_count(views, near, far, options.planes))
    costs = in_threads(
        lambda value: disagreement(views, float(1.0 / value), first_only=options.own_photo), disparities
    )
    smooth = smoothed_costs(torch.from_numpy(np.stack(costs)))
    masses = torch.softmax(-smooth / _TEMPERATURE, dim=0)
    best, fraction = _lowest(smooth)
    step = float(disparities[1] - disparities[0])
    middle = torch.from_numpy(disparities).to(smooth)[best] + fraction * step
    confidence = _mass_near(masses, best) * torch.from_numpy(textured(first_warped(views, _depths(middle))))
    if options.refine:
        middle, step = _refined(views, middle, step, confidence, options.own_photo)
    depths = 1.0 / middle.clamp(1.0 / far, 1.0 / near)
    return DepthPrior(
        camera=camera,
        planes=torch.from_numpy(1.0 / disparities).to(smooth),
        masses=masses,
        depths=depths,
        spreads=depths.square() * abs(step),
        confidence=confidence,
        surfaces=view_surfaces(camera, depths, confidence, sources.cameras),
    )


def plane_count(views: Sequence[WarpingView], near: float, far: float, most: int) -> int:
    """As many planes as there are pixels that the photos move between `near` and `far`, at most `most`."""
    moved = 0.0
    for view in views:
        height, width = view.slopes.shape[:2]
        slopes = view.slopes[:: max(height // _PROBES, 1), :: max(width // _PROBES, 1)].reshape(-1, 3)
        ends = np.stack([slopes * near, slopes * far]) + view.offset
        ends = ends[:, (ends[..., 2] > 0).all(axis=0)]
        pixels = ends[..., :2] / ends[..., 2:]
        moved = max(moved, float(np.linalg.norm(pixels[1] - pixels[0], axis=1).max(initial=0.0)))
    return int(np.clip(np.ceil(moved), _LEAST_PLANES, most))


def _refined(
    views: Sequence[WarpingView], middle: Tensor, step: float, confidence: Tensor, own_photo: bool
) -> tuple[Tensor, float]:
    """Inverse depths `[H, W]` near `middle`, and the step between those that were tried."""
    middle = _fitted(views, middle, step, confidence, _COARSE_SPACING)
    found, fine = closer_look(views, middle, step, smoothing=_REFINED_SMOOTHING, own_photo=own_photo)
    return _fitted(views, found, step, confidence, _FINE_SPACING), fine


def closer_look(
    views: Sequence[WarpingView], middle: Tensor, step: float, *, smoothing: int, own_photo: bool
) -> tuple[Tensor, float]:
    """Where photos agree best within a few steps of inverse depths that are nearly right.

    Args:
        views: The photos, for one camera.
        middle: Inverse depths, `[H, W]`.
        step: Of inverse depth, about a pixel in the photos.
        smoothing: Radius of the mean over costs [px].
        own_photo: The first photo is the camera's own, and the others are compared with it alone.

    Returns:
        Inverse depths `[H, W]`, and the step between those that were tried.
    """
    offsets = (np.linspace(-_REFINED_REACH, _REFINED_REACH, _REFINED_STEPS) * step).astype(np.float32)
    costs = in_threads(
        lambda offset: disagreement(views, _depths(middle + offset), _REFINED_WINDOWS, first_only=own_photo),
        offsets.tolist(),
    )
    stacked = torch.from_numpy(np.stack(costs))
    smooth = F.avg_pool2d(stacked[None], 2 * smoothing + 1, 1, smoothing, count_include_pad=False)[0]
    best, fraction = _lowest(smooth)
    fine = float(offsets[1] - offsets[0])
    return middle + torch.from_numpy(offsets).to(middle)[best] + fraction * fine, fine


def _fitted(
    views: Sequence[WarpingView], middle: Tensor, step: float, confidence: Tensor, spacing: int
) -> Tensor:
    guide = torch.from_numpy(first_warped(views, _depths(middle))).permute(2, 0, 1)
    reach = _SAME_SURFACE * spacing * abs(step)
    return fitted_planes(middle, confidence, guide, reach=reach, spacing=spacing)


def _depths(inverse: Tensor) -> NDArray[np.float32]:
    """Depths `[H, W]` of `inverse` ones, far away where these are not positive."""
    return (1.0 / inverse.clamp(min=_EPS * float(inverse.max()))).numpy()


def _lowest(costs: Tensor) -> tuple[Tensor, Tensor]:
    """Index of the lowest of `costs [D, H, W]`, and where between its neighbours the parabola is lowest, in steps."""
    inner = costs.argmin(dim=0).clamp(1, len(costs) - 2)
    below, here, above = (costs.gather(0, (inner + offset)[None])[0] for offset in (-1, 0, 1))
    fraction = (below - above) / (2.0 * (below - 2.0 * here + above).clamp(min=_EPS))
    return inner, fraction.clamp(-0.5, 0.5)


def _mass_near(masses: Tensor, best: Tensor) -> Tensor:
    total = torch.zeros_like(masses[0])
    for offset in range(-_CLOSE, _CLOSE + 1):
        index = best + offset
        inside = (index >= 0) & (index < len(masses))
        total += masses.gather(0, index.clamp(0, len(masses) - 1)[None])[0] * inside
    return total.clamp(max=1.0)
