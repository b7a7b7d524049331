"""Two looks at a slider: A is painted left of it, B right of it, one pixel of the picture on one of the screen."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.app.drawing import Drawing, DrawnFrustum

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QSlider
from rowsplat.app.actions import action
from rowsplat.app.qt.main_window import MainWindow
from rowsplat.app.qt.picture_view import PictureView
from rowsplat.app.thumbnails import Thumbnail

from ..viewer.fakes import FakeService
from .widgets import settle

_WIDTH, _HEIGHT = 320, 200
_NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(application: QApplication) -> PictureView:
    made = PictureView()
    made.resize(_WIDTH, _HEIGHT)
    return made


def pixels(view: PictureView) -> NDArray[np.uint8]:
    """What the view paints, `[H, W, 4]` blue, green, red, unused, in physical pixels."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    assert bits is not None
    found = np.frombuffer(bits.asarray(image.sizeInBytes()), np.uint8)
    return found.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].copy()


def random_picture(seed: int, width: int = _WIDTH, height: int = _HEIGHT) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, size=(height, width, 4), dtype=np.uint8)


def test_a_picture_of_the_views_size_is_painted_pixel_for_pixel(view: PictureView) -> None:
    picture = random_picture(0)
    view.show_pictures((picture,))
    assert np.array_equal(pixels(view)[..., :3], picture[..., :3])


def test_a_smaller_picture_fills_the_view(view: PictureView) -> None:
    picture = np.full((50, 80, 4), 200, np.uint8)
    view.show_pictures((picture,))
    assert np.all(pixels(view)[..., :3] == 200)


def test_without_a_picture_the_view_is_dark_and_one_colour(view: PictureView) -> None:
    painted = pixels(view)[..., :3]
    assert painted.max() < 40
    assert np.all(painted == painted[0, 0])


@pytest.mark.parametrize("split", [0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
def test_left_of_the_slider_is_a_and_right_of_it_is_b(view: PictureView, split: float) -> None:
    a, b = random_picture(1), random_picture(2)
    view.show_pictures((a, b))
    view.show_drawing(Drawing(split=split))
    painted = pixels(view)[..., :3]
    x, clear = round(split * _WIDTH), 10  # the handle's radius and the line are in between
    left, right = slice(0, max(x - clear, 0)), slice(min(x + clear, _WIDTH), _WIDTH)
    assert np.array_equal(painted[:, left], a[:, left, :3])
    assert np.array_equal(painted[:, right], b[:, right, :3])
    assert (left.stop - left.start) + (right.stop - right.start) >= _WIDTH - 2 * clear


def test_where_the_slider_is_a_line_and_a_handle_are_painted(view: PictureView) -> None:
    black = np.zeros((_HEIGHT, _WIDTH, 4), np.uint8)
    view.show_pictures((black, black))
    view.show_drawing(Drawing(split=0.5))
    bright = pixels(view)[..., :3].min(axis=2) > 200
    assert bright[:, _WIDTH // 2 - 1 : _WIDTH // 2 + 1].any(axis=1).all()
    assert bright[_HEIGHT // 2].sum() > bright[10].sum() + 5


@pytest.fixture
def split_window(window: MainWindow, service: FakeService) -> MainWindow:
    service.finish_all()
    window.run(action("compare-split"))
    service.finish_all()
    settle(window)
    return window


def _drag(window: MainWindow, first: float, last: float) -> None:
    """Drag in the picture between two places given as shares of its width."""
    size = window.picture.size()
    start, end = (QPoint(round(share * size.width()), size.height() // 3) for share in (first, last))
    QTest.mousePress(window.picture, Qt.MouseButton.LeftButton, _NONE, start)
    QTest.mouseMove(window.picture, end)
    QTest.mouseRelease(window.picture, Qt.MouseButton.LeftButton, _NONE, end)
    settle(window)


def test_dragging_the_line_moves_the_slider_and_not_the_camera(split_window: MainWindow) -> None:
    camera = split_window.viewer.state.view.camera
    _drag(split_window, 0.5, 0.25)
    view = split_window.viewer.state.view
    assert view.split == pytest.approx(0.25, abs=0.01)
    assert np.array_equal(view.camera.viewmat, camera.viewmat)
    assert split_window.picture.drawing.split == view.split
    (slider,) = split_window.panels["Compare"].findChildren(QSlider)
    assert slider.value() == pytest.approx(0.25 * slider.maximum(), abs=0.01 * slider.maximum())


def test_dragging_beyond_the_edge_stops_at_the_edge(split_window: MainWindow) -> None:
    _drag(split_window, 0.5, -0.2)
    assert split_window.viewer.state.view.split == 0.0


def test_dragging_elsewhere_moves_the_camera_and_not_the_slider(split_window: MainWindow) -> None:
    before = split_window.viewer.state.view
    _drag(split_window, 0.8, 0.7)
    after = split_window.viewer.state.view
    assert after.split == before.split
    assert not np.array_equal(after.camera.viewmat, before.camera.viewmat)


def test_moving_the_slider_asks_for_no_other_picture(split_window: MainWindow, service: FakeService) -> None:
    asked = len(service.client.draws)
    _drag(split_window, 0.5, 0.75)
    assert len(service.client.draws) == asked


def test_the_picture_asked_for_has_the_size_of_the_view(window: MainWindow, service: FakeService) -> None:
    service.finish_all()
    window.resize(1200, 700)
    settle(window)
    service.finish_all()
    camera = service.client.draws[-1].camera
    assert (camera.width, camera.height) == window.picture.physical_size
    assert QPointF(camera.width, camera.height) == QPointF(window.picture.width(), window.picture.height())


_AT_TWICE_THE_DENSITY = "tests.app.qt.at_twice_the_density"


def test_on_a_dense_screen_pictures_have_its_physical_pixels_and_are_painted_one_to_one(
    request: pytest.FixtureRequest,
) -> None:
    """In a process of its own: Qt reads the factor once, when it starts."""
    environment = os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run(
        [sys.executable, "-m", _AT_TWICE_THE_DENSITY],
        cwd=request.config.rootpath,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["sizes", "pixels", "split", "drag"]


def test_a_thumbnail_is_painted_into_its_photos_corners(view: PictureView) -> None:
    blue, green = [250, 0, 0, 255], [0, 250, 0, 255]
    small = np.array([[blue, green]], np.uint8).repeat(20, axis=0).repeat(20, axis=1)
    corners = ((40.0, 30.0), (140.0, 50.0), (130.0, 150.0), (50.0, 160.0))
    drawn = DrawnFrustum(apex=(250.0, 100.0), corners=corners, thumbnail=Thumbnail(pixels=small))
    view.show_pictures((np.zeros((_HEIGHT, _WIDTH, 4), np.uint8),))
    view.show_drawing(Drawing(frustums=(drawn,)))
    painted = pixels(view)[..., :3]
    first, second = painted[100, 60].astype(int), painted[100, 120].astype(int)
    assert first[0] > 180 > 0 == first[1:].max()
    assert second[1] > 180 > 0 == second[[0, 2]].max()
    assert painted[10:25].max() == 0
    assert painted[60:85, 190].max() > 50  # lines to the camera
    assert painted[:, 260:].max() == 0
    view.show_drawing(Drawing(frustums=(DrawnFrustum(apex=(250.0, 100.0), corners=corners),)))
    assert pixels(view)[100, 60].max() == 0
