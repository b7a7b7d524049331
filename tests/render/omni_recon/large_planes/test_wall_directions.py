"""The directions of walls are found from edges, and not found where there are none."""

from __future__ import annotations

import numpy as np
from rowsplat.render.omni_recon.large_planes.wall_directions import wall_directions
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import PhotoImage

from . import tiled_room


def _picture(rgb: np.ndarray) -> PhotoImage:
    height, width = rgb.shape[:2]
    camera = Camera.look_at((0.0, 0.0, -3.0), (0.0, 0.0, 0.0), width=width, height=height)
    return PhotoImage(rgb=rgb.astype(np.float32), alpha=None, camera=camera)


def test_directions_are_those_of_the_walls_to_half_a_degree() -> None:
    cameras = [
        tiled_room.camera((2.0, 2.0, 1.2), (7.0, 4.0, 0.5)),
        tiled_room.camera((6.0, 3.0, 1.4), (1.0, 0.0, 1.0)),
    ]
    found = wall_directions([tiled_room.photo(camera) for camera in cameras])
    assert found is not None
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-9)
    angles = np.degrees(np.arccos(np.abs(found @ tiled_room.TURN).max(axis=0).clip(max=1.0)))
    assert angles.max() < 0.5


def test_edges_in_all_directions_have_no_walls() -> None:
    y, x = np.mgrid[0:240, 0:320]
    picture = np.zeros((240, 320))
    rng = np.random.default_rng(2)
    for _ in range(60):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(-150, 150)
        side = (x - 160) * np.cos(angle) + (y - 120) * np.sin(angle) > offset
        picture = np.where(side, 1.0 - picture, picture)
    assert wall_directions([_picture(np.repeat(picture[..., None], 3, axis=-1))]) is None


def test_pictures_without_edges_have_no_walls() -> None:
    assert wall_directions([_picture(np.full((60, 80, 3), 0.5))]) is None
