"""The cameras of posed photos in the picture: where they are drawn, what a click does, which thumbnails are read."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.actions import action
from rowsplat.app.photo_frustums import MOST_FRUSTUMS, PhotoFrustums, hit
from rowsplat.app.questions import FoundPhotos
from rowsplat.app.thumbnails import THUMBNAIL_SIDE, Thumbnail, ThumbnailRead, ThumbnailReader
from rowsplat.app.viewer import Viewer
from rowsplat.scenes import Camera

from .fakes import FakeClock, FakeWindow, camera, new_session
from .test_photos import photos  # noqa: F401

_AHEAD = Camera.look_at((0, 0, -8), (0, 0, 0), width=640, height=480)


def _ring(count: int = 12, *, width: int = 64, height: int = 48) -> tuple[Camera, ...]:
    return tuple(camera(width, height, azimuth=360.0 * n / count) for n in range(count))


def _found(count: int = 12) -> FoundPhotos:
    names = tuple(f"{n}.png" for n in range(count))
    return FoundPhotos(path=Path("/photos"), name="ring", cameras=_ring(count), names=names, notes=())


@pytest.fixture
def viewer(tmp_path: Path) -> Viewer:
    session, service = new_session()
    service.started()
    made = Viewer(session, FakeWindow(tmp_path), clock=FakeClock())
    made.photos.take(_found())
    made.photos.compare()  # no slider that a click could take
    made.look_from(_AHEAD)
    return made


def _center(corners: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    x, y = np.mean(corners, axis=0)
    return float(x), float(y)


def test_a_photo_is_drawn_where_its_camera_sees_its_corners() -> None:
    cameras = _ring()
    frustums = PhotoFrustums(cameras, reach=4.0)
    for taken, depth, points in zip(cameras, frustums.depths, frustums.points, strict=True):
        local = points @ taken.viewmat[:3, :3].T + taken.viewmat[:3, 3]
        assert np.allclose(local[0], 0.0, atol=1e-12)
        assert np.allclose(local[1:, 2], depth)
        pixels = local[1:, :2] / depth * (taken.fx, taken.fy) + (taken.cx, taken.cy)
        assert np.allclose(pixels, [(0, 0), (64, 0), (64, 48), (0, 48)])


def test_pyramids_are_smaller_than_the_way_to_the_next_camera() -> None:
    for cameras in (_ring(12), _ring(12, width=48, height=64), _ring(1), (_ring(1)[0],) * 3):
        points = PhotoFrustums(cameras, reach=4.0).points
        sides = (
            np.linalg.norm(points[:, 1] - points[:, 2], axis=1),
            np.linalg.norm(points[:, 2] - points[:, 3], axis=1),
        )
        places = np.array([c.position for c in cameras])
        apart = np.linalg.norm(places[0] - places[1:], axis=1)
        least = apart[apart > 0].min(initial=4.0)
        assert 0.0 < max(side.max() for side in sides) < least


def test_the_farthest_is_drawn_first_and_what_is_not_before_the_camera_is_not_drawn() -> None:
    frustums = PhotoFrustums(_ring(), reach=4.0)
    seen = frustums.seen(_AHEAD)
    assert len(seen) == 12
    depths = [frustum.depth for frustum in seen]
    assert depths == sorted(depths, reverse=True)
    turned = Camera.look_at((0, 0, -8), (0, 0, -20), width=640, height=480)
    assert frustums.seen(turned) == ()


def test_the_photo_that_one_stands_in_does_not_cover_the_picture() -> None:
    cameras = _ring()
    frustums = PhotoFrustums(cameras, reach=4.0)
    for index, taken in enumerate(cameras):
        assert index not in {frustum.index for frustum in frustums.seen(taken)}


def test_of_very_many_photos_some_are_shown_spread_over_all() -> None:
    indices = PhotoFrustums(_ring(MOST_FRUSTUMS + 200), reach=4.0).indices
    assert len(indices) == MOST_FRUSTUMS
    assert (indices[0], indices[-1]) == (0, MOST_FRUSTUMS + 199)
    assert np.diff(indices).max() <= 2


def test_the_nearest_photo_under_the_pointer_is_hit_and_none_beside() -> None:
    seen = PhotoFrustums(_ring(), reach=4.0).seen(_AHEAD)
    nearest = seen[-1]
    assert hit(seen, _center(nearest.corners)) == nearest.index
    both = (seen[0], nearest)
    assert hit((*both, *both[::-1]), _center(nearest.corners)) == nearest.index
    assert hit(seen, (1.0, 1.0)) is None


def test_a_click_on_a_photo_flies_to_its_camera(viewer: Viewer) -> None:
    drawn = viewer.drawing().frustums
    index = viewer.frustums._seen()[-1].index
    at = _center(drawn[-1].corners)
    viewer.tools.press(at, frozenset())
    assert not viewer.tools.release((at[0] + 1, at[1]))
    assert not np.allclose(viewer.state.view.camera.viewmat, _ring()[index].viewmat)
    for _ in range(10):
        viewer.tick(0.05)
    assert np.allclose(viewer.state.view.camera.viewmat, _ring()[index].viewmat, atol=1e-6)
    assert viewer.state.message == f"{index}.png"


@pytest.mark.parametrize(("to", "tool"), [((30.0, 0.0), ""), ((0.0, 0.0), "rectangle")])
def test_a_drag_or_another_tool_does_not_fly(viewer: Viewer, to: tuple[float, float], tool: str) -> None:
    at = _center(viewer.drawing().frustums[-1].corners)
    if tool:
        action(tool).run(viewer)
    viewer.tools.press(at, frozenset())
    viewer.tools.release((at[0] + to[0], at[1] + to[1]))
    for _ in range(10):
        viewer.tick(0.05)
    assert np.array_equal(viewer.state.view.camera.viewmat, _AHEAD.viewmat)


def test_hidden_cameras_are_neither_drawn_nor_hit_nor_read(viewer: Viewer) -> None:
    at = _center(viewer.drawing().frustums[-1].corners)
    action("photo-cameras").run(viewer)
    asked = len(viewer.window.thumbnails[0].wanted)  # type: ignore[attr-defined]
    assert viewer.drawing().frustums == ()
    viewer.tools.press(at, frozenset())
    viewer.tools.release(at)
    assert not viewer.controls.is_moving
    assert len(viewer.window.thumbnails[0].wanted) == asked  # type: ignore[attr-defined]


def test_thumbnails_are_read_once_in_the_order_of_their_depth_when_they_come_into_the_picture(
    viewer: Viewer,
) -> None:
    window: FakeWindow = viewer.window  # type: ignore[assignment]
    assert window.thumbnails == []
    viewer.drawing()
    (reader,) = window.thumbnails
    order = tuple(frustum.index for frustum in reversed(viewer.frustums._seen()))
    assert reader.wanted == [(Path("/photos"), order)]
    viewer.drawing()
    assert len(reader.wanted) == 1
    small = Thumbnail(pixels=np.zeros((3, 4, 4), np.uint8))
    for index in order:
        reader.say(ThumbnailRead(path=Path("/photos"), index=index, thumbnail=small))
        viewer.drawing()
    assert len(reader.wanted) == 1
    assert {frustum.thumbnail for frustum in viewer.drawing().frustums} == {small}
    viewer.close()
    assert reader.closed


def test_thumbnails_of_photos_that_were_closed_are_dropped(viewer: Viewer) -> None:
    viewer.drawing()
    (reader,) = viewer.window.thumbnails  # type: ignore[attr-defined]
    small = Thumbnail(pixels=np.zeros((3, 4, 4), np.uint8))
    reader.say(ThumbnailRead(path=Path("/others"), index=0, thumbnail=small))
    assert all(frustum.thumbnail is None for frustum in viewer.drawing().frustums)
    reader.say(ThumbnailRead(path=Path("/photos"), index=0, thumbnail=small))
    viewer.photos.take(_found(5))
    assert all(frustum.thumbnail is None for frustum in viewer.drawing().frustums)


def test_a_reader_gives_small_photos_in_blue_green_red_and_nothing_for_what_cannot_be_read(
    photos: Path,  # noqa: F811
) -> None:
    (photos / "1.png").write_bytes((photos / "1.png").read_bytes()[:60])
    heard: list[ThumbnailRead] = []
    done = threading.Semaphore(0)

    def hear(read: ThumbnailRead) -> None:
        heard.append(read)
        done.release()

    reader = ThumbnailReader(hear)
    reader.want(photos, [2, 1, 0])
    for _ in range(3):
        assert done.acquire(timeout=30)
    reader.close()
    assert [read.index for read in heard] == [2, 1, 0]
    blue, broken, red = (read.thumbnail for read in heard)
    assert broken is None
    assert blue is not None
    assert red is not None
    assert blue.pixels.shape == (48, 64, 4)
    assert max(blue.pixels.shape) <= THUMBNAIL_SIDE
    assert blue.pixels[0, 0].tolist() == [220, 30, 10, 255]
    assert red.pixels[0, 0].tolist() == [10, 30, 200, 255]


def test_a_reader_of_a_set_that_cannot_be_read_goes_on_with_the_next(photos: Path, tmp_path: Path) -> None:  # noqa: F811
    heard: list[ThumbnailRead] = []
    done = threading.Semaphore(0)
    reader = ThumbnailReader(lambda read: (heard.append(read), done.release()))
    reader.want(tmp_path / "absent", [0])
    assert done.acquire(timeout=30)
    reader.want(photos, [0])
    assert done.acquire(timeout=30)
    reader.close()
    assert [read.thumbnail is None for read in heard] == [True, False]
