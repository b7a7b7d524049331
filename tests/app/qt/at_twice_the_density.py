"""Run as a program with QT_SCALE_FACTOR=2: prints a word for each property that holds, until one does not."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QPoint, QSettings, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from rowsplat.app.actions import action
from rowsplat.app.autosave import Autosave
from rowsplat.app.drawing import Drawing
from rowsplat.app.qt.main_window import MainWindow
from rowsplat.app.qt.picture_view import PictureView
from rowsplat.app.session import Session

from ..viewer.fakes import FakeService, camera
from .test_split_picture import pixels, random_picture
from .widgets import settle


def _main(folder: Path) -> None:
    application = QApplication([])
    service = FakeService()
    session = Session(service.start, camera=camera())
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(session, settings, service, Autosave(folder))
    service.receive = window.receive
    service.started()
    window.show()
    application.processEvents()
    service.finish_all()

    picture = window.picture
    assert picture.devicePixelRatioF() == 2.0
    wanted = service.client.draws[-1].camera
    assert (wanted.width, wanted.height) == (2 * picture.width(), 2 * picture.height())
    print("sizes")

    view = PictureView()
    view.resize(160, 120)
    a, b = random_picture(1, 320, 240), random_picture(2, 320, 240)
    view.show_pictures((a,))
    assert np.array_equal(pixels(view)[..., :3], a[..., :3])
    print("pixels")

    view.show_pictures((a, b))
    view.show_drawing(Drawing(split=0.5))
    painted = pixels(view)[..., :3]
    assert np.array_equal(painted[:, :140], a[:, :140, :3])
    assert np.array_equal(painted[:, 180:], b[:, 180:, :3])
    print("split")

    window.run(action("compare-split"))
    service.finish_all()
    settle(window)
    middle, end = (QPoint(round(share * picture.width()), picture.height() // 3) for share in (0.5, 0.25))
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(picture, end)
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    assert abs(window.viewer.state.view.split - 0.25) < 0.01
    print("drag")
    window.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        _main(Path(folder))
