"""Fine-tuning of a bake's surface, as far as it helps photos that were not looked at."""

from __future__ import annotations

from dataclasses import replace

from ..held_out import FEWEST_PHOTOS
from .fitting import Change, FittedBake, HeldOutPhotos, OnFit, PhotosOfBake, improved, no_fit_progress
from .renderer import BakedRenderer
from .surface_matching import matched_to_photos
from .types import Bake

ROUNDS = 3
"""At most; it ends with the first that does not help."""

_PHOTOS_PER_ROUND = 16
_MAX_SIDE = 480  # [px]; finer pictures take longer and show details that the triangles do not have


def fit_surface(
    bake: Bake,
    photos: PhotosOfBake,
    *,
    on_progress: OnFit = no_fit_progress,
    deadline: float = float("inf"),
) -> FittedBake | None:
    """Move the mesh of a bake to where its photos agree.

    Args:
        bake: Where to begin; it has no backdrop.
        photos: Its photos.
        on_progress: Told after every round; raise from it to cancel.
        deadline: No round is begun at this time or later [s of `time.monotonic`].

    Returns:
        What was found; `None` if there are fewer than four photos.

    Raises:
        RowsplatError: OpenCV is not installed.
        SceneFileError: A photo cannot be read.
    """
    if len(photos.names) < FEWEST_PHOTOS:
        return None
    held = HeldOutPhotos.among(photos, photos.names)
    learned = photos.taking([name for name in photos.names if name not in held.photos])
    every = -(-len(learned) // _PHOTOS_PER_ROUND)

    def _round(number: int) -> Change:
        indices = range(number % every, len(learned), every)

        def _moved(now: Bake, renderer: BakedRenderer) -> Bake:
            mesh = matched_to_photos(
                now.mesh,
                learned,
                indices,
                lambda camera: renderer.rasterise(camera).depth,
                max_side=_MAX_SIDE,
            )
            return replace(now, mesh=mesh)

        return _moved

    changes = [_round(number) for number in range(ROUNDS)]
    return improved(BakedRenderer(bake), held, changes, on_progress, deadline=deadline)
