"""Which photos serve a view: near ones that see the same, whatever their order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import choose_source_views
from rowsplat.scenes.photo_sets.source_views import source_view_scores

from .test_depth_ranges import forward_facing, orbit, photo_set

_BOUNDS = (3.5, 6.5)


def test_the_photo_of_the_view_itself_comes_first_with_score_1() -> None:
    photos = photo_set(orbit(12, 5.0))
    assert choose_source_views(photos, photos.cameras[7], 3, near_far=_BOUNDS)[0] == 7
    assert source_view_scores(photos, photos.cameras[7], _BOUNDS)[7] == pytest.approx(1.0)


def test_neighbours_on_an_orbit_are_chosen_and_the_excluded_photo_is_not() -> None:
    photos = photo_set(orbit(12, 5.0))
    chosen = choose_source_views(photos, photos.cameras[5], 4, exclude=["05"])
    assert set(chosen[:2]) == {4, 6}
    assert set(chosen[2:]) == {3, 7}


def test_a_photo_that_looks_away_loses_to_a_more_distant_one_that_sees_the_scene() -> None:
    cameras = forward_facing(3)
    away = Camera.look_at([-0.4, 0, 0], [-0.4, 0, -10], width=48, height=32)
    assert choose_source_views(photo_set([away, *cameras[1:]]), cameras[0], 2, near_far=(3, 9)) == (1, 2)


def test_scores_lie_between_0_and_1() -> None:
    photos = photo_set([*orbit(9, 5.0), *orbit(4, 2.0)])
    scores = source_view_scores(photos, photos.cameras[0], _BOUNDS)
    assert all(0 <= score <= 1 + 1e-12 for score in scores)


@given(order=st.permutations(range(10)))
def test_the_order_of_the_photos_does_not_matter(order: list[int]) -> None:
    photos = photo_set(orbit(10, 5.0))  # full of ties
    target = orbit(7, 4.0)[2]
    chosen = choose_source_views(photos, target, 5)
    shuffled = photos.taking(order)
    again = choose_source_views(shuffled, target, 5)
    assert [shuffled.names[i] for i in again] == [photos.names[i] for i in chosen]


def test_fewer_come_back_where_there_are_fewer() -> None:
    photos = photo_set(orbit(3, 5.0))
    assert sorted(choose_source_views(photos, photos.cameras[0], 9)) == [0, 1, 2]


def test_no_photo_left_is_told() -> None:
    photos = photo_set(orbit(2, 5.0))
    with pytest.raises(RowsplatError, match="expected a photo to make the view from"):
        choose_source_views(photos, photos.cameras[0], 1, exclude=photos.names)
    with pytest.raises(ValueError, match="n must be positive"):
        choose_source_views(photos, photos.cameras[0], 0)


def test_moving_and_turning_the_world_changes_no_choice() -> None:
    cameras = orbit(11, 5.0)
    motion = np.linalg.inv(Camera.look_at([3, -2, 7], [0, 1, 0], width=8, height=8).viewmat)
    moved = [
        Camera.from_camtoworld(motion @ c.camtoworld, width=c.width, height=c.height, fy=c.fy)
        for c in cameras
    ]
    target = orbit(5, 4.5)[3]
    turned = Camera.from_camtoworld(
        motion @ target.camtoworld, width=target.width, height=target.height, fy=target.fy
    )
    assert choose_source_views(photo_set(moved), turned, 4) == choose_source_views(
        photo_set(cameras), target, 4
    )
