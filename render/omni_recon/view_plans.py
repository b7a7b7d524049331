"""Which photos get a depth map, and from which other photos each is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...kernels.errors import RowsplatError
from ...scenes import Camera
from ...scenes.photo_sets import PhotoSet, choose_source_views, near_far
from .reconstruction_types import LEAST_SIDE, ReconstructionOptions
from .types import DepthRange


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewPlan:
    """How a depth map will be made.

    Args:
        index: Of its photo in the set.
        sources: Indices of the photos that it is made from, its own first.
        camera: Its camera, of the depth map's size.
        bounds: The least near and the largest far of its sources.
    """

    index: int
    sources: tuple[int, ...]
    camera: Camera
    bounds: DepthRange


def view_plans(photo_set: PhotoSet, options: ReconstructionOptions) -> tuple[ViewPlan, ...]:
    """A plan for each photo that gets a depth map, in the order of the set.

    Raises:
        RowsplatError: There is one photo only, one is too small, or nothing tells near from far.
    """
    if len(photo_set) < 2:
        raise RowsplatError(
            f"{photo_set.name}: expected at least 2 photos, found one: no depth can be found from it. Add photos."
        )
    ranges = near_far(photo_set)
    count = len(photo_set) if options.views is None else min(options.views, len(photo_set))
    indices = np.unique(np.linspace(0, len(photo_set) - 1, count).round().astype(int)).tolist()
    return tuple(_plan(photo_set, index, ranges, options) for index in indices)


def _plan(
    photo_set: PhotoSet, index: int, ranges: tuple[tuple[float, float], ...], options: ReconstructionOptions
) -> ViewPlan:
    photo = photo_set.photos[index]
    camera = photo.camera_at(options.max_side)
    if min(camera.width, camera.height) < LEAST_SIDE:
        raise RowsplatError(
            f"{photo_set.name}: {photo.name}: expected pictures of at least {LEAST_SIDE} px a side, found "
            f"{camera.width}x{camera.height}. Take larger ones."
        )
    others = choose_source_views(
        photo_set, photo.camera, options.source_views - 1, exclude=(photo.name,), near_far=ranges[index]
    )
    sources = (index, *others)
    return ViewPlan(
        index=index,
        sources=sources,
        camera=camera,
        bounds=DepthRange(
            near=min(ranges[source][0] for source in sources),
            far=max(ranges[source][1] for source in sources),
        ),
    )
