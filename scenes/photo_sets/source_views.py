"""Which photos to make a new view from.

Score of a photo for a target view: points p are laid through the target's frustum between near and far. The photo's
overlap is the share of them that it sees too. At each such p the rays to target and photo differ by an angle a and
the distances by a factor q >= 1. Then

    score = overlap * mean over the seen p of exp(-a / 15 degrees) / q.

Nearby photos with the same view score 1, photos that look elsewhere 0.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ...kernels.errors import RowsplatError
from ..camera import Camera
from .depth_ranges import frustum_points, near_far_of_camera, visibility
from .photo_set import PhotoSet

_ANGLE = np.radians(15.0)
_GRID = 5
_DEPTHS = 5
_DIGITS = 9  # sums in another order differ in the last digits, and must not decide


def choose_source_views(
    photo_set: PhotoSet,
    target_camera: Camera,
    n: int,
    *,
    exclude: Collection[str] = (),
    near_far: tuple[float, float] | None = None,
) -> tuple[int, ...]:
    """Indices of the `n` photos of `photo_set` that serve `target_camera` best, the best first.

    The same photos in another order give the same choice; equal scores are ordered by name. Photos without any
    overlap come last, the nearest camera first.

    Args:
        photo_set: Where to choose from.
        target_camera: The view to make.
        n: How many; fewer come back where there are fewer.
        exclude: Names of photos not to take, such as the one that is to be predicted.
        near_far: Depths of the scene in the target view; found by `near_far_of_camera` by default.

    Raises:
        RowsplatError: No photo is left, or nothing tells near from far.
        ValueError: `n` is not positive.
    """
    if n < 1:
        raise ValueError(f"n must be positive, got {n}")
    candidates = [index for index, name in enumerate(photo_set.names) if name not in exclude]
    if not candidates:
        raise RowsplatError(
            f"{photo_set.name}: expected a photo to make the view from, found none. Add photos."
        )
    bounds = near_far or near_far_of_camera(photo_set, target_camera)
    scores = source_view_scores(photo_set, target_camera, bounds)
    target = target_camera.position

    def rank(index: int) -> tuple[float, float, str]:
        distance = float(np.linalg.norm(photo_set.photos[index].camera.position - target))
        return -round(scores[index], _DIGITS), round(distance, _DIGITS), photo_set.photos[index].name

    return tuple(sorted(candidates, key=rank)[:n])


def source_view_scores(
    photo_set: PhotoSet, target_camera: Camera, near_far: tuple[float, float]
) -> list[float]:
    """The score of every photo for the target view, 0 to 1."""
    steps = (np.arange(_GRID) + 0.5) / _GRID
    shares = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    depths = np.geomspace(*near_far, _DEPTHS)
    points = frustum_points(target_camera, shares, depths).reshape(-1, 3)
    rays = points - target_camera.position
    return [_score(photo.camera, points, rays) for photo in photo_set]


def _score(camera: Camera, points: np.ndarray, rays: np.ndarray) -> float:
    seen, _ = visibility(camera, points)
    if not seen.any():
        return 0.0
    here, there = points[seen] - camera.position, rays[seen]
    lengths, others = np.linalg.norm(here, axis=1), np.linalg.norm(there, axis=1)
    cosines = (here * there).sum(axis=1) / (lengths * others)
    angles = np.arccos(np.clip(cosines, -1.0, 1.0))
    factors = np.minimum(lengths, others) / np.maximum(lengths, others)
    return float(seen.mean() * (np.exp(-angles / _ANGLE) * factors).mean())
