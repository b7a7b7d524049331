"""Which photos to compare with which, judged by their cameras."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera

_ALL_PAIRS_UP_TO = 10
_RANKS = (0, 1, 3)  # the nearest may be nearly the same photo and say little


def neighbour_pairs(cameras: Sequence[Camera], anchors: int) -> list[tuple[int, int]]:
    """Pairs of photos that probably share a view: all of a small set, else of about `anchors` photos.

    Pairs are `(i, j)` with i < j, sorted.
    """
    count = len(cameras)
    if count <= _ALL_PAIRS_UP_TO:
        return [(i, j) for i in range(count) for j in range(i + 1, count)]
    distances = view_distances(cameras)
    chosen = np.unique(np.linspace(0, count - 1, min(anchors, count)).round().astype(int))
    pairs = set[tuple[int, int]]()
    for anchor in chosen.tolist():
        order = np.argsort(distances[anchor], kind="stable").tolist()
        others = [index for index in order if index != anchor]
        pairs |= {(min(anchor, others[rank]), max(anchor, others[rank])) for rank in _RANKS}
    return sorted(pairs)


def view_distances(cameras: Sequence[Camera]) -> NDArray[np.float64]:
    """How different the views are, `[N, N]`: angle between optical axes [rad] and relative distance, added."""
    centres = np.array([camera.position for camera in cameras])
    forwards = np.array([camera.viewmat[2, :3] for camera in cameras])
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    typical = float(np.median(apart[apart > 0])) if (apart > 0).any() else 1.0
    angles = np.arccos(np.clip(forwards @ forwards.T, -1.0, 1.0))
    return angles + apart / typical
