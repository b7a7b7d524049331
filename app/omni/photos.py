"""Posed photos, made ready to be reconstructed: read, compared with their cameras, given points and depths."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...kernels.errors import RowsplatError
from ...scenes.photo_sets import (
    CameraFit,
    PhotoSet,
    ReprojectionCheck,
    load_photo_set,
    near_far,
    reprojection_check,
    with_triangulated_points,
)

if TYPE_CHECKING:
    from ...render.omni_recon.view_plans import ViewPlan

OnStep = Callable[[str, int, int], None]
"""(stage, done, total)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PreparedPhotos:
    """Photos that can be reconstructed.

    Args:
        photo_set: With points, where any were found, and near and far of every photo.
        check: How well cameras and photos agree; `None` where it was not looked at.
        triangulated: Whether the points were found here, and did not come with the photos.
    """

    photo_set: PhotoSet
    check: ReprojectionCheck | None
    triangulated: bool

    @property
    def points(self) -> int:
        """How many points there are."""
        return 0 if self.photo_set.points is None else len(self.photo_set.points)

    @property
    def points_text(self) -> str:
        """Where near and far come from, in a few words."""
        if not self.points:
            return "the cameras alone"
        return f"{self.points:,} {'triangulated' if self.triangulated else 'given'} points"


def open_photos(path: Path) -> PhotoSet:
    """The photo set; no pixel is read.

    Raises:
        SceneFileError: It cannot be read, or has one photo only.
    """
    return load_photo_set(path, at_least=2)


def prepared(
    photo_set: PhotoSet,
    *,
    max_side: int,
    near: float | None,
    far: float | None,
    skip_check: bool,
    on_step: OnStep,
) -> PreparedPhotos:
    """Read all photos once, hold them against their cameras, and find between which depths the scene lies.

    Args:
        photo_set: As it was opened.
        max_side: Size at which the photos will be wanted [px].
        near: Nearest depth in every photo [scene units]; `None` finds it.
        far: Farthest depth; `None` finds it.
        skip_check: Trust the cameras.
        on_step: Told how far it is.

    Raises:
        RowsplatError: The cameras do not fit the photos, or nothing tells near from far.
        SceneFileError: A photo cannot be read.
    """
    _read_all(photo_set, max_side, on_step)
    check = None if skip_check else _checked(photo_set, on_step)
    on_step("find points", 0, 1)
    given = photo_set.points is not None
    photo_set = with_triangulated_points(photo_set)
    on_step("find points", 1, 1)
    return PreparedPhotos(photo_set=with_depths(photo_set, near, far), check=check, triangulated=not given)


def with_depths(photo_set: PhotoSet, near: float | None, far: float | None) -> PhotoSet:
    """The set with near and far of every photo: those given, else those found.

    Raises:
        RowsplatError: Nothing tells near from far, or a given one does not go with one that was found.
    """
    if near is not None and far is not None:
        ranges = ((near, far),) * len(photo_set)
    else:
        found = near_far(photo_set)
        ranges = tuple((low if near is None else near, high if far is None else far) for low, high in found)
    for photo, (low, high) in zip(photo_set, ranges, strict=True):
        if not 0.0 < low < high < math.inf:
            raise RowsplatError(
                f"--near and --far must be positive and in order, got {low:.4g} and {high:.4g} for {photo.name}. "
                "Give both."
            )
    photos = (replace(photo, near_far=bounds) for photo, bounds in zip(photo_set, ranges, strict=True))
    return replace(photo_set, photos=tuple(photos))


def require_overlap(photo_set: PhotoSet, plans: tuple[ViewPlan, ...]) -> tuple[str, ...]:
    """Names of photos that see nothing of what others see.

    Raises:
        RowsplatError: That is so for all of them.
    """
    alone = tuple(photo_set.names[plan.index] for plan in plans if not _overlaps(photo_set, plan))
    if len(alone) == len(plans):
        low = min(plan.bounds.near for plan in plans)
        high = max(plan.bounds.far for plan in plans)
        raise RowsplatError(
            f"{photo_set.name}: the photos have no overlap between the depths {low:.4g} and {high:.4g}: none sees what "
            "another sees. Add photos in between, or give --near and --far."
        )
    return alone


def _overlaps(photo_set: PhotoSet, plan: ViewPlan) -> bool:
    from ...scenes.photo_sets.source_views import source_view_scores

    bounds = (plan.bounds.near, plan.bounds.far)
    scores = source_view_scores(photo_set, photo_set.photos[plan.index].camera, bounds)
    return any(scores[source] > 0.0 for source in plan.sources[1:])


def _read_all(photo_set: PhotoSet, max_side: int, on_step: OnStep) -> None:
    """Find out now, and not after an hour, that a photo is damaged."""
    on_step("read photos", 0, len(photo_set))
    for done, photo in enumerate(photo_set, start=1):
        photo.image(max_side)
        on_step("read photos", done, len(photo_set))


def _checked(photo_set: PhotoSet, on_step: OnStep) -> ReprojectionCheck:
    on_step("check cameras", 0, 1)
    check = reprojection_check(photo_set)
    if check.fit in (CameraFit.OTHER_READING, CameraFit.NO_READING):
        raise RowsplatError(f"{photo_set.name}: {check.line} Or go on all the same with --skip-check.")
    on_step("check cameras", 1, 1)
    return check
