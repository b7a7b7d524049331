"""A letter is a command in the picture, and a letter where one types."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLineEdit, QPushButton, QTreeWidget
from rowsplat.app.actions import ACTIONS
from rowsplat.app.qt.main_window import MainWindow

from ..viewer.fakes import FakeService
from .widgets import menu_entry, settle, wait_until

_LETTERS = {
    "T": "toggle-blend", "R": "rectangle", "L": "lasso", "B": "brush", "M": "measure", "G": "grid",
    "O": "overlay", "V": "toggle-fly", "K": "add-keyframe", "X": "swap-looks", "1": "move",
}  # fmt: skip


@pytest.fixture
def shown(window: MainWindow, service: FakeService, tmp_path: Path) -> MainWindow:
    window.viewer.session.open(tmp_path / "vase.ply")
    service.load_all()
    service.finish_all()
    settle(window)
    window.picture.setFocus()
    return window


def _runs(window: MainWindow) -> list[str]:
    """Names of the commands that are run from now on."""
    ran: list[str] = []
    for entry in ACTIONS:
        made = menu_entry(window, entry.name)
        made.triggered.connect(lambda _checked=False, name=entry.name: ran.append(name))
    return ran


@pytest.mark.parametrize(("letter", "name"), _LETTERS.items())
def test_a_letter_is_a_command_in_the_picture(shown: MainWindow, letter: str, name: str) -> None:
    ran = _runs(shown)
    QTest.keyClick(shown.picture, Qt.Key[f"Key_{letter}"])
    assert ran == [name]


def test_letters_are_letters_while_a_scene_is_renamed(shown: MainWindow) -> None:
    tree = shown.panels["Scenes"].findChild(QTreeWidget)
    assert isinstance(tree, QTreeWidget)
    tree.setCurrentItem(tree.topLevelItem(0))
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_F2)
    field = tree.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    ran = _runs(shown)
    name = "".join(_LETTERS).lower()
    field.selectAll()
    for letter in (*name, Qt.Key.Key_Space, Qt.Key.Key_X, Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
        QTest.keyClick(field, letter)
    assert field.text() == f"{name} "
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert ran == []
    assert [item.name for item in shown.viewer.state.document.scenes] == [name]


def test_renaming_can_be_given_up(shown: MainWindow) -> None:
    tree = shown.panels["Scenes"].findChild(QTreeWidget)
    assert isinstance(tree, QTreeWidget)
    tree.setCurrentItem(tree.topLevelItem(0))
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_F2)
    field = tree.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    ran = _runs(shown)
    QTest.keyClicks(field, "other")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert ran == []
    assert [item.name for item in shown.viewer.state.document.scenes] == ["vase"]


def test_a_letter_is_a_command_when_a_button_has_the_focus(shown: MainWindow) -> None:
    ran = _runs(shown)
    button = shown.panels["Edits"].findChild(QPushButton)
    assert isinstance(button, QPushButton)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_T)
    assert ran == ["toggle-blend"]


def test_a_flying_camera_obeys_the_letters_that_are_no_commands(shown: MainWindow) -> None:
    QTest.keyClick(shown.picture, Qt.Key.Key_V)
    before = shown.viewer.state.view.camera
    QTest.keyPress(shown.picture, Qt.Key.Key_W)
    wait_until(lambda: bool((shown.viewer.state.view.camera.viewmat != before.viewmat).any()))
    QTest.keyRelease(shown.picture, Qt.Key.Key_W)
    wait_until(lambda: not shown.viewer.needs_ticks)


def test_a_key_of_another_alphabet_is_no_error(shown: MainWindow) -> None:
    ran = _runs(shown)
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, 0x0424, Qt.KeyboardModifier.NoModifier, "ф")
        QApplication.sendEvent(shown.picture, event)
    assert ran == []
