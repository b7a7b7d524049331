"""Depths that nothing agrees with become those of walls; what is agreed stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rowsplat.render.omni_recon.large_planes import with_large_planes
from rowsplat.render.omni_recon.reconstruction_types import ViewDepth
from rowsplat.scenes.photo_sets import PhotoImage

from . import tiled_room

_CAMERAS = {
    "near": tiled_room.camera((5.5, 3.6, 1.3), (6.0, 5.0, 1.2)),
    "far": tiled_room.camera((1.0, 1.0, 1.5), (6.5, 5.0, 1.2)),
}
_WITHIN = 0.02


@pytest.fixture(scope="module")
def photos() -> dict[str, PhotoImage]:
    return {name: tiled_room.photo(camera) for name, camera in _CAMERAS.items()}


def _view(name: str, photo: PhotoImage, wrong: float) -> ViewDepth:
    return tiled_room.view(name, photo, wrong=wrong, sources=[other for other in _CAMERAS if other != name])


def _right(view: ViewDepth) -> float:
    true = tiled_room.depth(view.camera)
    return float((np.abs(view.depth - true) < _WITHIN * true).mean())


def test_wrong_depths_become_those_of_the_walls(photos: dict[str, PhotoImage]) -> None:
    told = list[tuple[int, int]]()
    views = [_view(name, photo, 0.6) for name, photo in photos.items()]
    near, far = with_large_planes(views, photos.__getitem__, lambda *step: told.append(step))
    assert told == [(0, 1), (1, 1)]
    assert _right(near) > 0.8
    changed = far.depth != views[1].depth
    assert far.on_planes == pytest.approx(changed.mean())
    true = tiled_room.depth(far.camera)
    assert changed.mean() > 0.03  # so much of it does the near photo show
    assert (np.abs(far.depth - true) < _WITHIN * true)[changed].mean() > 0.8
    np.testing.assert_array_equal(far.confidence[~changed], 1.0)


def test_views_that_agree_stay_as_they_are(photos: dict[str, PhotoImage]) -> None:
    views = [_view(name, photo, 1.0) for name, photo in photos.items()]
    views += [replace(view, name=f"{view.name} again") for view in views]

    def _unread(_: str) -> PhotoImage:
        raise AssertionError

    same = with_large_planes(views, _unread, lambda *_: None)
    assert all(before is after for before, after in zip(views, same, strict=True))


def test_transparent_parts_stay_empty(photos: dict[str, PhotoImage]) -> None:
    alpha = np.ones(photos["near"].rgb.shape[:2], np.float32)
    alpha[:, :100] = 0.0
    cut = photos | {"near": replace(photos["near"], alpha=alpha)}
    views = [_view(name, photo, 0.6) for name, photo in photos.items()]
    views[0] = replace(views[0], depth=views[0].depth * (alpha > 0))
    near, _ = with_large_planes(views, cut.__getitem__, lambda *_: None)
    assert not near.depth[:, :100].any()
    assert (near.depth != views[0].depth)[:, 100:].mean() > 0.5


def test_it_can_be_cancelled(photos: dict[str, PhotoImage]) -> None:
    class _StoppedError(Exception):
        pass

    def _stop(done: int, total: int) -> None:
        raise _StoppedError

    with pytest.raises(_StoppedError):
        with_large_planes([_view(n, p, 0.6) for n, p in photos.items()], photos.__getitem__, _stop)
