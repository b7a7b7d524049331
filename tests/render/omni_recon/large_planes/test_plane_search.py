"""Planes that two photos share are those of the room, however far apart the photos are; others are not found."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.render.omni_recon.depth_consistency import world_points
from rowsplat.render.omni_recon.large_planes.plane_search import in_pair, shared_planes
from rowsplat.render.omni_recon.large_planes.plane_views import PairOfPhotos, depths_of_plane
from rowsplat.render.omni_recon.large_planes.types import LargePlane, ScaledPhoto
from rowsplat.scenes import Camera

from . import tiled_room

_DIRECTIONS = tiled_room.TURN.T
_WALLS = [(axis, offset) for axis in range(3) for offset in (0.0, float(tiled_room.SIZE[axis]))]


def _pair(first: Camera, second: Camera) -> PairOfPhotos:
    photos = (ScaledPhoto.of(tiled_room.photo(camera)) for camera in (first, second))
    return PairOfPhotos(*photos, near=0.3, far=12.0)


def _is_wall(plane: LargePlane) -> bool:
    return any(plane.axis == axis and abs(plane.offset - offset) < 0.05 for axis, offset in _WALLS)


def test_a_wall_seen_from_nearby_and_from_far_aside_is_found_where_it_is() -> None:
    near = tiled_room.camera((5.5, 3.6, 1.3), (6.0, 5.0, 1.2))
    far = tiled_room.camera((1.0, 1.0, 1.5), (6.5, 5.0, 1.2))
    planes = shared_planes(_pair(near, far), _DIRECTIONS)
    assert any(plane.axis == 1 and abs(plane.offset - tiled_room.SIZE[1]) < 0.05 for plane in planes)
    assert all(map(_is_wall, planes))


def test_photos_of_opposite_walls_share_no_plane() -> None:
    one = tiled_room.camera((4.0, 2.0, 1.3), (8.0, 2.5, 1.3))
    other = tiled_room.camera((4.0, 3.0, 1.3), (0.0, 2.5, 1.3))
    assert shared_planes(_pair(one, other), _DIRECTIONS) == []


@pytest.mark.parametrize(("position", "scale"), [((5.5, 3.6, 1.3), 1.0), ((1.0, 1.0, 1.5), 3.0)])
def test_the_true_plane_fits_and_one_beside_it_does_not(position: tuple[float, ...], scale: float) -> None:
    target = (6.0, 5.0, 1.2)
    pair = _pair(tiled_room.camera(position, target), tiled_room.camera((4.0, 2.0, 1.4), target))
    fits = list[float]()
    for offset in (tiled_room.SIZE[1], tiled_room.SIZE[1] - 0.25 * scale):
        seen = in_pair(pair, _DIRECTIONS, LargePlane(axis=1, offset=float(offset)))
        assert seen is not None
        fit = seen.fit(8.0, 0)
        assert fit is not None
        shown = fit[fit > -1.0]
        fits.append(float(np.median(shown)))
    assert fits[0] > 0.5
    assert fits[1] < 0.2


def test_depths_of_a_plane_are_those_of_the_wall() -> None:
    camera = tiled_room.camera((5.5, 3.6, 1.3), (6.0, 5.0, 1.2))
    normal = _DIRECTIONS[1]
    distance = float(tiled_room.SIZE[1] - normal @ camera.position)
    depth = depths_of_plane(camera, normal, distance)
    true = tiled_room.depth(camera)
    on_wall = np.abs(world_points(camera, true) @ normal - tiled_room.SIZE[1]) < 1e-4
    assert on_wall.any()
    np.testing.assert_allclose(depth[on_wall], true[on_wall], rtol=1e-5)


def test_a_plane_through_the_camera_is_not_compared() -> None:
    camera = tiled_room.camera((4.0, 2.0, 1.4), (6.0, 5.0, 1.2))
    plane = LargePlane(axis=1, offset=float(_DIRECTIONS[1] @ camera.position))
    assert in_pair(_pair(camera, camera), _DIRECTIONS, plane) is None
