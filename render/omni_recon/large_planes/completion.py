"""Depth maps that few others agree with, filled with large planes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ....scenes.photo_sets import PhotoImage
from ..depth_consistency import agreed_depth
from ..opencv import opencv
from ..reconstruction_types import ViewDepth
from .known_planes import KnownPlanes
from .plane_search import FITS, in_pair, shared_planes
from .plane_views import PairOfPhotos, depths_of_plane
from .types import LargePlane, ScaledPhoto
from .wall_directions import wall_directions

_TOLERANCE = 0.01  # of the depth, in agreement
_FEW = 0.25  # of the depths of a view
_VOTING = 16  # photos whose edges are looked at
_WINDOW = 8.0  # standard deviation [px]

PhotoNamed = Callable[[str], PhotoImage]
OnPlanes = Callable[[int, int], None]
"""Called with the pairs of photos done and those in all. What it raises ends the work."""

Matches = list[tuple[PairOfPhotos, list[LargePlane]]]
"""Pairs that a photo is the first of, each with the planes that both photos show."""


def with_large_planes(
    views: Sequence[ViewDepth], photo: PhotoNamed, on_planes: OnPlanes
) -> tuple[ViewDepth, ...]:
    """Replace depths that no other view agrees with by those of planes that photos agree about.

    Views stay as they are if others agree with a good part of each, and if the edges in their photos follow no three
    directions at right angles.

    Args:
        views: Depth maps of a photo set, at least one.
        photo: Reads a photo of the set.
        on_planes: Told before the first pair of photos and after each; raise from it to cancel.

    Raises:
        RowsplatError: OpenCV is not installed.
        SceneFileError: A photo cannot be read.
    """
    agreed = [agreed_depth(views, index, tolerance=_TOLERANCE, agreeing=1) for index in range(len(views))]
    lacking = [view for view, depth in zip(views, agreed, strict=True) if _is_lacking(view, depth)]
    if not lacking:
        return tuple(views)
    voting = views[:: -(-len(views) // _VOTING)]
    directions = wall_directions([photo(view.name) for view in voting])
    if directions is None:
        return tuple(views)
    matches = _matches(lacking, photo, directions, on_planes)
    known = KnownPlanes.of([replace(v, depth=d) for v, d in zip(views, agreed, strict=True)], directions)
    return tuple(
        _Filler(view, photo(view.name).opaque, known).filled(matches[view.name], depth)
        if view.name in matches
        else view
        for view, depth in zip(views, agreed, strict=True)
    )


def _is_lacking(view: ViewDepth, agreed: NDArray[np.float32]) -> bool:
    return int((agreed > 0).sum()) < _FEW * int((view.depth > 0).sum())


def _matches(
    lacking: Iterable[ViewDepth], photo: PhotoNamed, directions: NDArray[np.float64], on_planes: OnPlanes
) -> Mapping[str, Matches]:
    """By the name of the photo; photos that share no plane with another are left out."""
    pairs = dict[frozenset[str], tuple[ViewDepth, str]]()
    for view in lacking:
        for source in view.sources[1:]:
            pairs.setdefault(frozenset((view.name, source)), (view, source))
    scaled = dict[str, ScaledPhoto]()
    found = dict[str, Matches]()
    on_planes(0, len(pairs))
    for done, (view, source) in enumerate(pairs.values(), start=1):
        first, second = (_scaled(scaled, name, photo) for name in (view.name, source))
        pair = PairOfPhotos(first, second, view.bounds.near, view.bounds.far)
        planes = shared_planes(pair, directions)
        if planes:
            found.setdefault(view.name, []).append((pair, planes))
            found.setdefault(source, []).append((pair.turned(), planes))
        on_planes(done, len(pairs))
    return found


def _scaled(kept: dict[str, ScaledPhoto], name: str, photo: PhotoNamed) -> ScaledPhoto:
    if name not in kept:
        kept[name] = ScaledPhoto.of(photo(name))
    return kept[name]


@dataclass(frozen=True, eq=False)
class _Filler:
    """Fills a depth map."""

    view: ViewDepth
    opaque: NDArray[np.bool_] | None
    known: KnownPlanes

    def filled(self, matches: Matches, agreed: NDArray[np.float32]) -> ViewDepth:
        """The view with planes where `agreed [H, W]` is 0 and the photos of a pair fit on one."""
        fits, depths = np.full(agreed.shape, FITS, np.float32), np.zeros_like(agreed)
        for pair, planes in matches:
            for plane in (*planes, *self.known.planes):
                fit, depth = self._fit(pair, plane)
                better = fit > fits
                fits[better], depths[better] = fit[better], depth[better]
        bounds = self.view.bounds
        new = (agreed == 0) & (depths >= bounds.near) & (depths <= bounds.far)
        if self.opaque is not None:
            new &= self.opaque
        return replace(
            self.view,
            depth=np.where(new, depths, self.view.depth),
            confidence=np.where(new, fits, self.view.confidence),
            on_planes=float(new.mean()),
        )

    def _fit(self, pair: PairOfPhotos, plane: LargePlane) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """How well the photos fit on the plane, and its depths, `[H, W]`."""
        camera, cv2 = self.view.camera, opencv()
        seen = in_pair(pair, self.known.directions, plane)
        fit = None if seen is None else seen.fit(_WINDOW, 0)
        if seen is None or fit is None:
            nothing = np.zeros((camera.height, camera.width), np.float32)
            return nothing - 1.0, nothing
        depth = depths_of_plane(camera, seen.normal, seen.distance)
        fit = cv2.resize(fit, (camera.width, camera.height), interpolation=cv2.INTER_LINEAR)
        return np.where(self.known.hidden(camera, depth), np.float32(-1.0), fit), depth
