"""Fine-tuning of a bake's outlines, as far as it helps photos that were not looked at."""

from __future__ import annotations

from dataclasses import replace

from ..held_out import FEWEST_PHOTOS
from .fitting import FittedBake, HeldOutPhotos, OnFit, PhotosOfBake, improved, no_fit_progress
from .outlines import PhotoOutline, fitted_to_outlines
from .renderer import BakedRenderer
from .types import Bake

ROUNDS = 4
"""At most; it ends with the first that does not help."""


def fit_outlines(
    bake: Bake,
    photos: PhotosOfBake,
    *,
    on_progress: OnFit = no_fit_progress,
    deadline: float = float("inf"),
) -> FittedBake | None:
    """Move the mesh of a bake so that its outlines are those of photos with transparent parts.

    Args:
        bake: Where to begin.
        photos: Its photos; those without transparent parts are not looked at.
        on_progress: Told after every round; raise from it to cancel.
        deadline: No round is begun at this time or later [s of `time.monotonic`].

    Returns:
        What was found; `None` if fewer than four photos have outlines.

    Raises:
        SceneFileError: A photo cannot be read.
    """
    found = {name: PhotoOutline.of(photos.image(name)) for name in photos.names}
    outlines = {name: outline for name, outline in found.items() if outline is not None}
    if len(outlines) < FEWEST_PHOTOS:
        return None
    held = HeldOutPhotos.among(photos, list(outlines))
    learned = [outline for name, outline in outlines.items() if name not in held.photos]

    def _moved(now: Bake, renderer: BakedRenderer) -> Bake:
        mesh = fitted_to_outlines(now.mesh, learned, lambda camera: renderer.rasterise(camera).covered)
        return replace(now, mesh=mesh)

    return improved(BakedRenderer(bake), held, [_moved] * ROUNDS, on_progress, deadline=deadline)
