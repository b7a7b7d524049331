"""The three directions, at right angles, that the edges in photos of a room or a house follow.

An edge and the camera's centre span a plane; the edge is along d if that plane's normal m has m . d = 0. Of many
triples of edges, which give three directions each, the one counts that most edges, by length, agree with.

Source: Coughlan and Yuille, Manhattan World (ICCV 1999); segments by LSD, Grompone von Gioi et al. (PAMI 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....scenes.photo_sets import PhotoImage
from ..opencv import opencv

_LEAST_LENGTH = 0.045  # of a segment [longer sides of the photo]
_MOST_SEGMENTS = 1000
_LEAST_SEGMENTS = 30
_TRIES, _ROUNDS = 2000, 10
_WITHIN = np.sin(np.radians(1.5))  # an edge is along a direction
_AT_RIGHT_ANGLES = 0.2  # sine of the least angle between two edges that a direction is found from
_LEAST_SHARE = 0.4  # of the edges' lengths; random edges give 0.08, and the best of many tries more
_LEAST_SHARE_OF_EACH = 0.05


def wall_directions(photos: Sequence[PhotoImage]) -> NDArray[np.float64] | None:
    """Unit vectors at right angles to each other, one a row, `[3, 3]`, world frame; `None` where edges follow no such.

    Raises:
        RowsplatError: OpenCV is not installed.
    """
    cv2 = opencv()
    if not hasattr(cv2, "createLineSegmentDetector"):  # some versions came without
        return None
    found = [_edge_planes(cv2, photo) for photo in photos]
    normals = np.concatenate([normals for normals, _ in found])
    lengths = np.concatenate([lengths for _, lengths in found])
    longest = np.argsort(-lengths, kind="stable")[:_MOST_SEGMENTS]
    normals, lengths = normals[longest], lengths[longest]
    if len(normals) < _LEAST_SEGMENTS:
        return None
    directions = _refined(_best_triple(normals, lengths), normals, lengths)
    along, near = _nearest(directions, normals)
    shares = np.bincount(along[near], weights=lengths[near], minlength=3) / lengths.sum()
    good = shares.sum() >= _LEAST_SHARE and shares.min() >= _LEAST_SHARE_OF_EACH
    return directions if good else None


def _edge_planes(cv2: Any, photo: PhotoImage) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit normals `[N, 3]` in the world frame of the planes through the camera and a segment, and lengths `[N]`.

    Lengths are parts of the photo's longer side.
    """
    levels = np.round(np.clip(photo.rgb, 0.0, 1.0) * 255.0).astype(np.uint8)
    segments = cv2.createLineSegmentDetector().detect(cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY))[0]
    ends = np.zeros((0, 2, 2)) if segments is None else np.asarray(segments, np.float64).reshape(-1, 2, 2)
    lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) / max(photo.camera.width, photo.camera.height)
    ends, lengths = ends[lengths >= _LEAST_LENGTH], lengths[lengths >= _LEAST_LENGTH]
    pixels = np.concatenate([ends + 0.5, np.ones((len(ends), 2, 1))], axis=2)
    rays = pixels @ np.linalg.inv(photo.camera.K).T @ photo.camera.viewmat[:3, :3]
    return _unit(np.cross(rays[:, 0], rays[:, 1])), lengths


def _best_triple(normals: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """`[3, 3]`"""
    rng = np.random.default_rng(0)
    i, j, k = normals[rng.choice(len(normals), (3, _TRIES), p=lengths / lengths.sum())]
    first = np.cross(i, j)
    second = np.cross(first, k)
    usable = (np.linalg.norm(first, axis=1) > _AT_RIGHT_ANGLES) & (
        np.linalg.norm(second, axis=1) > _AT_RIGHT_ANGLES * np.linalg.norm(first, axis=1)
    )
    first, second = _unit(first[usable]), _unit(second[usable])
    tried = np.stack([first, second, np.cross(first, second)], axis=1)
    if not len(tried):
        return np.eye(3)
    agree = (np.abs(tried @ normals.T) < _WITHIN).any(axis=1)
    return tried[np.argmax(agree @ lengths)]


def _refined(
    directions: NDArray[np.float64], normals: NDArray[np.float64], lengths: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The directions that the edges near them fit best in the sense of least squares."""
    for _ in range(_ROUNDS):
        along, near = _nearest(directions, normals)
        fitted = list[NDArray[np.float64]]()
        for axis, direction in enumerate(directions):
            own = near & (along == axis)
            if own.sum() < 2:
                return directions
            least = np.linalg.eigh((normals[own] * lengths[own, None]).T @ normals[own])[1][:, 0]
            fitted.append(least if least @ direction > 0 else -least)
        u, _, v = np.linalg.svd(np.stack(fitted))
        directions = u @ v
    return directions


def _nearest(
    directions: NDArray[np.float64], normals: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The direction that each edge is along, `[N]`, and whether it is."""
    away = np.abs(normals @ directions.T)
    return away.argmin(axis=1), away.min(axis=1) < _WITHIN


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
