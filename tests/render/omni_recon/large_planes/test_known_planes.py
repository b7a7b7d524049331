"""Floors and walls are read off agreed depths, and nothing is seen behind them."""

from __future__ import annotations

import numpy as np
from rowsplat.render.omni_recon.large_planes.known_planes import KnownPlanes
from rowsplat.render.omni_recon.reconstruction_types import ViewDepth

from . import tiled_room

_DIRECTIONS = tiled_room.TURN.T


def _view(*, width: int) -> ViewDepth:
    camera = tiled_room.camera((2.0, 2.0, 1.2), (7.0, 4.0, 0.5), width=width)
    return tiled_room.view("view", tiled_room.photo(camera))


def test_planes_are_the_walls_that_were_seen() -> None:
    known = KnownPlanes.of([_view(width=160)], _DIRECTIONS)
    found = {(plane.axis, round(plane.offset, 2)) for plane in known.planes}
    assert {(2, 0.0), (0, 8.0), (1, 5.0)} <= found
    assert set(known.bounds) == set(known.planes)
    assert all(min(abs(offset), abs(offset - tiled_room.SIZE[axis])) < 0.03 for axis, offset in found)


def test_what_lies_behind_a_wall_is_hidden_and_the_wall_is_not() -> None:
    view = _view(width=160)
    known = KnownPlanes.of([view], _DIRECTIONS)
    assert not known.hidden(view.camera, view.depth).any()
    assert known.hidden(view.camera, 1.4 * view.depth).mean() > 0.95


def test_nothing_is_known_without_depths() -> None:
    view = _view(width=80)
    view.depth[:] = 0.0
    known = KnownPlanes.of([view], _DIRECTIONS)
    assert known.planes == ()
    assert not known.hidden(view.camera, np.ones_like(view.depth)).any()
