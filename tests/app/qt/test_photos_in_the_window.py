"""Posed photos in the window: cameras are painted, image-based views asked for, either side shows any look."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtWidgets import QComboBox
from rowsplat.app.messages import Answered, PhotoView, SeenView
from rowsplat.app.qt.main_window import MainWindow
from rowsplat.app.questions import FoundPhotos, OpenPhotos
from rowsplat.app.thumbnails import OnThumbnail, Thumbnail, ThumbnailRead
from rowsplat.app.view_requests import OnViewMessage, ViewMade

from ..viewer.fakes import FakeService, FakeThumbnails, FakeViewing, camera
from .widgets import settle


class _Helpers:
    """In place of the window's reader of thumbnails and its view process."""

    def __init__(self, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
        self.thumbnails: list[FakeThumbnails] = []
        self.viewings: list[FakeViewing] = []
        monkeypatch.setattr(window, "start_thumbnails", self._start_thumbnails)
        monkeypatch.setattr(window, "start_viewing", self._start_viewing)

    def _start_thumbnails(self, on_read: OnThumbnail) -> FakeThumbnails:
        self.thumbnails.append(FakeThumbnails(on_read))
        return self.thumbnails[-1]

    def _start_viewing(self, on_message: OnViewMessage) -> FakeViewing:
        self.viewings.append(FakeViewing(on_message))
        return self.viewings[-1]


@pytest.fixture
def helpers(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> _Helpers:
    return _Helpers(window, monkeypatch)


@pytest.fixture
def opened(window: MainWindow, helpers: _Helpers, service: FakeService, tmp_path: Path) -> MainWindow:
    """The window with photos all around; the middle is looked at from outside."""
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "transforms.json").touch()
    window.viewer.files.open_all([folder])
    number = service.client.asked
    assert service.client.questions.pop(number) == OpenPhotos(path=folder)
    found = FoundPhotos(
        path=folder,
        name="photos",
        cameras=tuple(camera(azimuth=30.0 * n) for n in range(12)),
        names=tuple(f"{n}.png" for n in range(12)),
        notes=(),
        middle=(0.0, 0.0, 0.0),
    )
    service.receive(Answered(number=number, value=found))
    size = window.picture.physical_size
    window.viewer.look_from(camera(*size, distance=12.0, azimuth=10.0))
    service.finish_all()
    settle(window)
    return window


def test_opened_photos_are_painted_where_they_were_taken(opened: MainWindow, helpers: _Helpers) -> None:
    assert len(opened.picture.drawing.frustums) == 12
    (reader,) = helpers.thumbnails
    before = opened.picture.grab().toImage()
    small = Thumbnail(pixels=np.full((48, 64, 4), 255, np.uint8))
    for index in reader.wanted[-1][1]:
        reader.say(ThumbnailRead(path=opened.viewer.photos.path or Path(), index=index, thumbnail=small))
    settle(opened)
    assert opened.picture.grab().toImage() != before
    assert all(frustum.thumbnail is small for frustum in opened.picture.drawing.frustums)


def test_the_window_asks_for_a_view_once_and_draws_it_and_marks_its_photos(
    opened: MainWindow, helpers: _Helpers, service: FakeService
) -> None:
    (viewing,) = helpers.viewings
    asked = [request for request in viewing.requests if request is not None]
    request = asked[-1]
    settle(opened)
    assert viewing.requests[-1] is request
    small = request.cameras()[0]
    seen = SeenView(
        photos=request.photos, camera=small, pixels=np.zeros((small.height, small.width, 3), np.uint8),
        sources=("3.png", "4.png"), is_trained=True, is_last=True,
    )  # fmt: skip
    viewing.say(ViewMade(number=request.number, seen=seen))
    settle(opened)
    assert service.client.draws[-1].seen is seen
    assert sum(frustum.is_marked for frustum in opened.picture.drawing.frustums) == 2
    assert viewing.requests[-1] is request


def test_each_side_of_the_slider_can_show_a_bake_an_image_based_view_or_the_nearest_photo(
    opened: MainWindow, service: FakeService, tmp_path: Path
) -> None:
    (tmp_path / "room.bake").touch()
    opened.viewer.files.open_all([tmp_path / "room.bake"])
    service.load_all()
    service.finish_all()
    settle(opened)
    (item,) = opened.viewer.state.document.scenes
    boxes = opened.panels["Compare"].findChildren(QComboBox)
    contents = [box for box in boxes if box.findText(PhotoView.NEAREST.value) >= 0]
    assert len(contents) == 2
    for side, box in enumerate(contents):
        for text in ("room", PhotoView.IMAGE_BASED.value, PhotoView.NEAREST.value):
            box.setCurrentIndex(box.findText(text))
            box.activated.emit(box.currentIndex())
            service.finish_all()
            look = service.client.draws[-1].looks[side]
            assert (look.scenes == (item.scene_id,)) is (text == "room")
            assert (look.photos is None) is (text == "room")
            assert look.photos is None or look.photo_view.value == text
            settle(opened)
            assert box.currentText() == text
