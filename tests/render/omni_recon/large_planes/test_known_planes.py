"""Floors and walls are read off agreed depths, and nothing is seen behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rowsplat.render.omni_recon.large_planes.known_planes import KnownPlanes
from rowsplat.render.omni_recon.reconstruction_types import ViewDepth
from rowsplat.render.omni_recon.types import DepthRange
from rowsplat.scenes import Camera

from . import tiled_room

_DIRECTIONS = tiled_room.TURN.T


def _views(cameras: Sequence[Camera]) -> list[ViewDepth]:
    return [
        ViewDepth(
            name=str(index),
            camera=camera,
            image=np.zeros((camera.height, camera.width, 3), np.float32),
            depth=tiled_room.depth(camera),
            confidence=np.ones((camera.height, camera.width), np.float32),
            bounds=DepthRange(near=0.3, far=12.0),
            sources=(str(index),),
        )
        for index, camera in enumerate(cameras)
    ]


def test_planes_are_the_walls_that_were_seen() -> None:
    views = _views([tiled_room.camera((2.0, 2.0, 1.2), (7.0, 4.0, 0.5), width=160)])
    known = KnownPlanes.of(views, _DIRECTIONS)
    found = {(plane.axis, round(plane.offset, 2)) for plane in known.planes}
    assert {(2, 0.0), (0, 8.0), (1, 5.0)} <= found
    assert set(known.bounds) == set(known.planes)
    assert all(min(abs(offset), abs(offset - tiled_room.SIZE[axis])) < 0.03 for axis, offset in found)


def test_what_lies_behind_a_wall_is_hidden_and_the_wall_is_not() -> None:
    camera = tiled_room.camera((2.0, 2.0, 1.2), (7.0, 4.0, 0.5), width=160)
    known, true = KnownPlanes.of(_views([camera]), _DIRECTIONS), tiled_room.depth(camera)
    assert not known.hidden(camera, true).any()
    assert known.hidden(camera, 1.4 * true).mean() > 0.95


def test_nothing_is_known_without_depths() -> None:
    view = _views([tiled_room.camera((2.0, 2.0, 1.2), (7.0, 4.0, 0.5), width=80)])[0]
    view.depth[:] = 0.0
    known = KnownPlanes.of([view], _DIRECTIONS)
    assert known.planes == ()
    assert not known.hidden(view.camera, np.ones_like(view.depth)).any()
