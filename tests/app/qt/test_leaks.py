"""What is opened and closed again leaves nothing behind."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog, QPushButton
from rowsplat.app.actions import action
from rowsplat.app.qt.main_window import MainWindow

from ..viewer.fakes import FakeService
from .conftest import OpenWindow
from .widgets import docks, settle


def _close_dialogs(window: MainWindow) -> None:
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
    _let_go()


def _let_go() -> None:
    """Delete what was to be deleted later."""
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _counts(window: MainWindow) -> tuple[int, int, int]:
    """Objects of the window, windows, widgets."""
    gc.collect()
    return (
        len(window.findChildren(QObject)),
        len(QApplication.topLevelWidgets()),
        len(QApplication.allWidgets()),
    )


def _palette(window: MainWindow) -> None:
    window.run(action("palette"))
    QApplication.processEvents()
    assert window.findChildren(QDialog)
    _close_dialogs(window)


def _palette_that_runs(window: MainWindow) -> None:
    window.run(action("palette"))
    QApplication.processEvents()
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, "grid")
    QTest.keyClick(focused, Qt.Key.Key_Return)
    _let_go()


def _about(window: MainWindow) -> None:
    window.run(action("about"))
    QApplication.processEvents()
    assert window.findChildren(QDialog)
    _close_dialogs(window)


def _tint(window: MainWindow) -> None:
    button = next(b for b in window.panels["Edits"].findChildren(QPushButton) if "Tint" in b.text())
    button.click()
    QApplication.processEvents()
    assert window.findChildren(QDialog)
    _close_dialogs(window)


def _panels(window: MainWindow) -> None:
    for dock in docks(window).values():
        for _ in range(2):
            toggle = dock.toggleViewAction()
            assert toggle is not None
            toggle.trigger()
            _let_go()


def _theme(window: MainWindow) -> None:
    window.run(action("theme"))
    _let_go()


@pytest.mark.parametrize(
    ("use", "times"),
    [(_palette, 50), (_palette_that_runs, 50), (_about, 20), (_tint, 10), (_panels, 4), (_theme, 4)],
)
def test_using_a_part_of_the_window_again_and_again_keeps_no_widget(
    window: MainWindow, service: FakeService, tmp_path: Path, use: Callable[[MainWindow], None], times: int
) -> None:
    window.viewer.session.open(tmp_path / "vase.ply")
    service.load_all()
    service.finish_all()
    settle(window)
    for _ in range(2):  # what Qt makes once and keeps
        use(window)
    before = _counts(window)
    for _ in range(times):
        use(window)
    assert _counts(window) == before


def test_scenes_and_steps_that_come_and_go_keep_no_widget(
    window: MainWindow, service: FakeService, tmp_path: Path
) -> None:
    def open_and_undo() -> None:
        window.viewer.session.open(tmp_path / "vase.ply")
        service.load_all()
        service.finish_all()
        settle(window)
        window.run(action("undo"))
        settle(window)
        _let_go()

    open_and_undo()
    before = _counts(window)
    for _ in range(20):
        open_and_undo()
    assert _counts(window) == before


def test_a_closed_window_leaves_no_window(open_window: OpenWindow, application: QApplication) -> None:
    def open_and_close() -> None:
        window = open_window()
        window.run(action("palette"))
        application.processEvents()
        window.close()
        window.deleteLater()
        _let_go()

    open_and_close()
    before = len(application.topLevelWidgets())
    for _ in range(3):
        open_and_close()
    assert len(application.topLevelWidgets()) == before
