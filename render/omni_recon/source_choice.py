"""Which photos a view is made from, and between which depths the scene is sought there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ...scenes import Camera
from ...scenes.photo_sets import PhotoSet, choose_source_views, near_far, near_far_of_camera
from .reconstruction_types import MOST_SIDE
from .types import DepthRange
from .view_plans import ViewPlan

_LEAST_SPAN = 1.1  # of far over near, where only one of them was given


@dataclass(frozen=True, eq=False, kw_only=True)
class SourceChoice:
    """Photos for a view.

    Args:
        plan: The photos at the size of the best of them, and depths that hold for them and the view itself.
        own: Depths that hold for the view.
        photos: Depths that hold for the photos.
        side: Longer side of the photos [px].
    """

    plan: ViewPlan
    own: DepthRange
    photos: DepthRange
    side: int


class SourceChooser:
    """Chooses among the photos of a set."""

    def __init__(
        self, photo_set: PhotoSet, count: int, *, near: float | None = None, far: float | None = None
    ) -> None:
        """Find the depths of all photos.

        Raises:
            RowsplatError: Nothing tells near from far.
        """
        self._photo_set, self._count, self._near, self._far = photo_set, count, near, far
        self._ranges = near_far(photo_set)

    def choose(self, camera: Camera, exclude: Collection[str], include: Collection[str] = ()) -> SourceChoice:
        """The photos named in `include`, and then those that serve `camera` best, but those named in `exclude`.

        Names that the set does not have are passed over; where more are included than are wanted, all of them count.

        Raises:
            RowsplatError: No photo is left, or nothing tells near from far.
        """
        own = self._own(camera)
        ranked = choose_source_views(
            self._photo_set, camera, len(self._photo_set), exclude=exclude, near_far=(own.near, own.far)
        )
        pinned = [index for index in ranked if self._photo_set.names[index] in include]
        others = [index for index in ranked if index not in pinned]
        chosen = (*pinned, *others)[: max(self._count, len(pinned))]
        side = min(max(camera.width, camera.height), MOST_SIDE)
        ranges = [self._ranges[index] for index in chosen]
        photos = DepthRange(near=min(low for low, _ in ranges), far=max(high for _, high in ranges))
        plan = ViewPlan(
            index=chosen[0],
            sources=chosen,
            camera=self._photo_set.photos[chosen[0]].camera_at(side),
            bounds=DepthRange(near=min(own.near, photos.near), far=max(own.far, photos.far)),
        )
        return SourceChoice(plan=plan, own=own, photos=photos, side=side)

    def _own(self, camera: Camera) -> DepthRange:
        """The depths that were given; where one was not, that of the scene, but in order."""
        near, far = self._near, self._far
        if near is not None and far is not None:
            return DepthRange(near=near, far=far)
        low, high = near_far_of_camera(self._photo_set, camera)
        if near is not None:
            return DepthRange(near=near, far=max(high, _LEAST_SPAN * near))
        if far is not None:
            return DepthRange(near=min(low, far / _LEAST_SPAN), far=far)
        return DepthRange(near=low, far=high)
