"""How many photos show a surface, by depths of their own, where a view has one.

What is lifted to a point can only be right if the point is. A plane sweep over the photos that a view is made from
gives each of them a depth map, which knows more than that of the view: there the photo itself was looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera
from ..depth_consistency import has_surface, world_points
from ..depth_prior import LEAST_PHOTOS, SweepOptions, sweep_planes
from ..recently_used import RecentlyUsed
from ..types import SourceViews
from ..view_sources import ChosenSources

_TOLERANCE = 0.05  # of the depth

Depth = NDArray[np.float32]


class PhotoDepths:
    """Finds depth maps of the photos that views are made from, each once while it is needed.

    Args:
        sweep: How they are found; without it none is.
    """

    def __init__(self, sweep: SweepOptions | None) -> None:
        """Nothing is looked at yet."""
        self._sweep = sweep
        self._kept = RecentlyUsed[Hashable, Depth]()

    def of(self, chosen: ChosenSources, on_photo: Callable[[], None]) -> tuple[Depth, ...]:
        """A depth map for each photo, `[h, w]` [scene units]; none if there is one photo, or no sweep.

        Args:
            chosen: The photos.
            on_photo: Called before each that is looked at; raise from it to cancel.

        Raises:
            RowsplatError: OpenCV is not installed.
        """
        if self._sweep is None or len(chosen.names) < LEAST_PHOTOS:
            return ()
        sweep, shared = self._sweep, (*sorted(chosen.names), *chosen.views.images.shape[-2:])
        return tuple(
            self._kept.get((name, *shared), lambda place=place: _swept(chosen, place, sweep, on_photo))
            for place, name in enumerate(chosen.names)
        )


def _swept(chosen: ChosenSources, place: int, sweep: SweepOptions, on_photo: Callable[[], None]) -> Depth:
    """The depth map of one of the photos, from all of them, whatever their order."""
    on_photo()
    views, bounds = chosen.views, chosen.choice.photos
    order = sorted(range(len(chosen.names)), key=lambda other: (other != place, chosen.names[other]))
    looked = SourceViews(images=views.images[order], cameras=tuple(views.cameras[i] for i in order))
    prior = sweep_planes(looked, views.cameras[place], bounds.near, bounds.far, sweep)
    return prior.depths.cpu().numpy().astype(np.float32)


def agreeing_photos(
    cameras: Sequence[Camera], depths: Sequence[Depth], camera: Camera, depth: Depth
) -> Depth:
    """How many photos have a surface at the points that a view shows, `[H, W]`; all, if their depths are not known.

    Args:
        cameras: Of the photos.
        depths: Of the photos, `[h, w]` along their view axes [scene units], or none.
        camera: Of the view, H x W pixels.
        depth: Of the view, `[H, W]`.
    """
    if not depths:
        return np.full(depth.shape, len(cameras), np.float32)
    points = world_points(camera, depth).reshape(-1, 3)
    pairs = zip(cameras, depths, strict=True)
    agree = [has_surface(source, known, points, _TOLERANCE) for source, known in pairs]
    return np.sum(agree, axis=0, dtype=np.float32).reshape(depth.shape)
