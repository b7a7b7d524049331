"""The command palette: typing finds a command, Enter runs it, Escape does nothing."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog, QLineEdit, QListWidget
from rowsplat.app.actions import ACTIONS
from rowsplat.app.qt.main_window import MainWindow

from .widgets import palette_of, settle


@pytest.fixture
def palette(window: MainWindow) -> QDialog:
    settle(window)
    QTest.keyClick(window.picture, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    found = palette_of(window)
    assert found is not None
    return found


def _field(palette: QDialog) -> QLineEdit:
    field = palette.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    return field


def _offered(palette: QDialog) -> list[str]:
    shown = palette.findChild(QListWidget)
    assert isinstance(shown, QListWidget)
    return [shown.item(row).text() for row in range(shown.count())]


def test_it_offers_every_command_that_can_be_run_with_its_key(palette: QDialog, window: MainWindow) -> None:
    possible = [entry for entry in ACTIONS if entry.enabled(window.viewer)]
    wanted = [
        (f"{entry.menu.value}: {entry.text}", *(QKeySequence(key).toString() for key in entry.keys[:1]))
        for entry in possible
    ]
    assert [tuple(re.split(r"\s{2,}", line.strip())) for line in _offered(palette)] == wanted
    assert len(possible) < len(ACTIONS)


def test_typing_goes_to_the_field_and_leaves_what_holds_all_words_in_any_order(palette: QDialog) -> None:
    assert QApplication.focusWidget() is _field(palette)
    everything = _offered(palette)
    QTest.keyClicks(_field(palette), "depth view")
    left = [line.split("    ")[0] for line in _offered(palette)]
    assert "View: Depth" in left
    assert len(left) < len(everything)
    assert all("depth" in line.casefold() and "view" in line.casefold() for line in left)


def test_nothing_is_run_when_nothing_is_found(palette: QDialog, window: MainWindow) -> None:
    before = window.viewer.state.view
    QTest.keyClicks(_field(palette), "no such command")
    assert _offered(palette) == []
    QTest.keyClick(_field(palette), Qt.Key.Key_Return)
    assert window.viewer.state.view is before


def test_enter_runs_the_chosen_command_and_closes(palette: QDialog, window: MainWindow) -> None:
    QTest.keyClicks(_field(palette), "view: grid")
    assert not window.viewer.grid
    QTest.keyClick(_field(palette), Qt.Key.Key_Return)
    QApplication.processEvents()
    assert window.viewer.grid
    assert palette_of(window) is None


def test_up_and_down_choose_while_typing_goes_on(palette: QDialog, window: MainWindow) -> None:
    QTest.keyClicks(_field(palette), "compare: ")
    wanted = next(n for n, line in enumerate(_offered(palette)) if "Difference map" in line)
    for _ in range(wanted):
        QTest.keyClick(_field(palette), Qt.Key.Key_Down)
    assert QApplication.focusWidget() is _field(palette)
    QTest.keyClick(_field(palette), Qt.Key.Key_Return)
    assert window.viewer.state.view.comparison.value == "difference"


def test_escape_closes_and_runs_nothing(palette: QDialog, window: MainWindow) -> None:
    QTest.keyClicks(_field(palette), "grid")
    QTest.keyClick(_field(palette), Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert palette_of(window) is None
    assert not window.viewer.grid


def test_letters_typed_into_it_run_no_command(palette: QDialog, window: MainWindow) -> None:
    blend, tool = window.viewer.state.view.look.blend, window.viewer.state.tool
    QTest.keyClicks(_field(palette), "trg")
    assert _field(palette).text() == "trg"
    assert (window.viewer.state.view.look.blend, window.viewer.state.tool) == (blend, tool)
