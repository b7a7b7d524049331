"""A backdrop for a bake whose photos show more than the mesh, as far as it helps photos that were not looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..held_out import FEWEST_PHOTOS
from .backdrop import Backdrop
from .backdrop_colors import backdrop_colors, past_mesh
from .fitting import Change, FittedBake, HeldOutPhotos, OnFit, PhotosOfBake, improved, no_fit_progress
from .renderer import BakedRenderer
from .types import Bake

RADII = (1.05, 1.3, 1.7, 2.4, 4.0)
"""That are tried, in radii of the ball around mesh and cameras."""


def fit_backdrop(
    bake: Bake, photos: PhotosOfBake, *, on_progress: OnFit = no_fit_progress
) -> FittedBake | None:
    """Find how far behind the mesh the photos go on.

    Args:
        bake: Where to begin; a backdrop that it has is dropped.
        photos: Its photos.
        on_progress: Told of every radius; raise from it to cancel.

    Returns:
        What was found; `None` if a photo has transparent parts, which is where nothing should be, or they are fewer
        than four.

    Raises:
        SceneFileError: A photo cannot be read.
    """
    if len(photos.names) < FEWEST_PHOTOS or any(map(photos.is_transparent, photos.names)):
        return None
    bare = replace(bake, backdrop=None)
    held = HeldOutPhotos.among(photos, photos.names)
    learned = replace(bare, views=tuple(view for view in bare.views if view.name not in held.photos))
    renderer = BakedRenderer(bare)
    free = {view.name: past_mesh(renderer.rasterise(view.camera).covered) for view in learned.views}
    center, least = _ball_around(bare)

    def _at(radius: float) -> Change:
        def _with_backdrop(now: Bake, _: BakedRenderer) -> Bake:
            colors = backdrop_colors(learned, free, center, radius)
            return replace(now, backdrop=Backdrop(center=center, radius=radius, colors=colors))

        return _with_backdrop

    changes = [_at(factor * least) for factor in RADII]
    return improved(renderer, held, changes, on_progress, patient=True)


def _ball_around(bake: Bake) -> tuple[NDArray[np.float64], float]:
    """Centre and radius of a ball that holds the mesh and the cameras."""
    vertices = bake.mesh.vertices.astype(np.float64)
    center = (vertices.min(axis=0) + vertices.max(axis=0)) / 2.0
    points = np.concatenate([vertices, np.stack([view.camera.position for view in bake.views])])
    return center, float(np.linalg.norm(points - center, axis=1).max())
