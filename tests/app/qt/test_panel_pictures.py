"""Every panel, the text over the picture and the hints look as they did when somebody last looked at them.

`ROWSPLAT_UPDATE_REFERENCES=1 python -m pytest tests/app/qt/test_panel_pictures.py` writes the pictures anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtGui import QFont, QFontDatabase
from PyQt6.QtWidgets import QApplication, QLabel, QWidget
from rowsplat.app.qt.main_window import MainWindow
from rowsplat.app.qt.picture_view import PictureView

from ..viewer.fakes import FakeService
from .conftest import OpenWindow
from .panel_states import fill
from .reference_pictures import FOLDER, difference, layout_of, picture_of
from .widgets import controls, settle

_UPDATE = bool(os.environ.get("ROWSPLAT_UPDATE_REFERENCES"))
_TOLERANCE = 3.0
"""Grey levels. Hiding any one control changes more, as is tested. Other hinting changed up to 4.6, and is off."""

_WIDTH, _FONT_PX = 300, 12
_HEIGHTS = {
    "Scenes": 220, "Edits": 520, "Values": 260, "Statistics": 560, "Compare": 330, "Camera path": 330, "Mesh": 220,
    "Edit by words": 420,
}  # fmt: skip


@pytest.fixture
def filled(application: QApplication, open_window: OpenWindow, service: FakeService) -> Iterator[MainWindow]:
    """The window in its made-up state, in a font that is the same on every machine."""
    import matplotlib as mpl

    number = QFontDatabase.addApplicationFont(str(Path(mpl.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"))
    before, font = application.font(), QFont("DejaVu Sans")
    font.setPixelSize(_FONT_PX)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # differs between machines
    application.setFont(font)
    window = open_window()
    fill(window, service)
    for title, panel in window.panels.items():
        panel.setFixedSize(_WIDTH, _HEIGHTS[title])
    application.processEvents()
    yield window
    application.setFont(before)
    QFontDatabase.removeApplicationFont(number)


def _file(name: str) -> Path:
    return FOLDER / f"{name.lower().replace(' ', '-')}.png"


def _check(name: str, widget: QWidget) -> None:
    """Compare with the stored picture, or store it."""
    picture = picture_of(widget)
    if _UPDATE:
        FOLDER.mkdir(exist_ok=True)
        picture.quantize(256).save(_file(name), optimize=True)
        return
    with Image.open(_file(name)) as stored:
        apart = difference(layout_of(picture), layout_of(stored))
    assert apart <= _TOLERANCE, f"{name} looks otherwise, by {apart:.1f} grey levels"


def test_every_panel_looks_as_it_did(filled: MainWindow) -> None:
    assert set(filled.panels) == set(_HEIGHTS)
    for title, panel in filled.panels.items():
        _check(title, panel)


def test_the_text_over_the_picture_and_the_hints_look_as_they_did(filled: MainWindow) -> None:
    filled.viewer.toggle_hint()
    settle(filled)
    view = PictureView()
    view.resize(720, 400)
    view.show_drawing(filled.viewer.drawing())
    _check("Overlay and hints", view)


def test_no_stored_picture_is_of_nothing_there() -> None:
    names = {_file(name).name for name in (*_HEIGHTS, "Overlay and hints")}
    assert {file.name for file in FOLDER.glob("*.png")} == names


def test_a_panel_without_one_of_its_controls_looks_otherwise(filled: MainWindow) -> None:
    for title, panel in filled.panels.items():
        whole = layout_of(picture_of(panel))
        assert difference(whole, layout_of(picture_of(panel))) == 0.0
        parts = [*controls(panel), *(label for label in panel.findChildren(QLabel) if label.text())]
        parts = [part for part in parts if part.isVisibleTo(panel)]
        assert parts, title
        for part in parts:
            part.hide()
            QApplication.processEvents()
            assert difference(whole, layout_of(picture_of(panel))) > _TOLERANCE, (title, part)
            part.show()
            QApplication.processEvents()
