"""Pictures in shared memory: no two overlap, and none outlives the ring unseen."""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing.shared_memory import SharedMemory

import numpy as np
import pytest
from rowsplat.app.frame_ring import BYTES_PER_PIXEL, SLOTS, FrameRing

_W, _H = 5, 3


@pytest.fixture
def ring() -> Iterator[FrameRing]:
    made = FrameRing.create(2 * _W * _H * BYTES_PER_PIXEL)
    yield made
    made.close()


def test_slots_and_planes_do_not_overlap_and_the_other_side_sees_them(ring: FrameRing) -> None:
    other = FrameRing.open(ring.address)
    places = [(slot, plane) for slot in range(SLOTS) for plane in range(2)]
    for value, (slot, plane) in enumerate(places, start=1):
        ring.picture(slot, plane, _W, _H)[:] = value
    for value, (slot, plane) in enumerate(places, start=1):
        assert (other.picture(slot, plane, _W, _H) == value).all()
    other.close()


@pytest.mark.parametrize(
    ("slot", "plane", "width"), [(0, 2, _W), (0, 0, 2 * _W + 1), (SLOTS, 0, 1), (-1, 0, 1)]
)
def test_a_picture_that_does_not_fit_is_refused(ring: FrameRing, slot: int, plane: int, width: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        ring.picture(slot, plane, width, _H)


def test_a_picture_that_is_still_shown_stays_readable_after_the_ring_is_closed() -> None:
    ring = FrameRing.create(_W * _H * BYTES_PER_PIXEL)
    picture = ring.picture(1, 0, _W, _H)
    picture[:] = 77
    ring.close()
    assert (picture == 77).all()
    with pytest.raises(FileNotFoundError):
        SharedMemory(name=ring.address.name)


def test_the_one_who_opened_a_ring_does_not_remove_it(ring: FrameRing) -> None:
    FrameRing.open(ring.address).close()
    again = FrameRing.open(ring.address)
    assert np.array_equal(again.picture(0, 0, _W, _H), ring.picture(0, 0, _W, _H))
    again.close()
