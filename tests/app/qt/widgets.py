"""How tests find what the user sees: commands by name, docks by title, controls by what they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PyQt6.QtGui import QAction
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)
from rowsplat.app.actions import action
from rowsplat.app.qt.main_window import MainWindow

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
)
_TIMEOUT_S = 60.0


def settle(window: MainWindow) -> None:
    """Show the state as it is in everything, the calmly refreshed panels included."""
    QApplication.processEvents()
    window.refresh()
    window.refresh_around()
    QApplication.processEvents()


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the window live until it holds, or fail."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < _TIMEOUT_S
        QTest.qWait(5)


def docks(window: MainWindow) -> dict[str, QDockWidget]:
    return {dock.windowTitle(): dock for dock in window.findChildren(QDockWidget)}


def menu_entries(window: MainWindow) -> Iterator[QAction]:
    """All entries of the menus and their submenus, without separators and submenus themselves."""
    bar = window.menuBar()
    assert bar is not None
    waiting = list(bar.actions())
    while waiting:
        entry = waiting.pop(0)
        submenu = entry.menu()
        if submenu is not None:
            waiting += submenu.actions()
        elif not entry.isSeparator():
            yield entry


def menu_entry(window: MainWindow, name: str) -> QAction:
    """The menu's entry of a command of the registry."""
    return next(entry for entry in menu_entries(window) if entry.text() == action(name).text)


def controls(within: QWidget) -> list[QWidget]:
    """What can be operated, without the parts that Qt makes up other controls of."""
    found: dict[int, QWidget] = {}
    for kind in CONTROLS:
        found |= {id(control): control for control in within.findChildren(kind)}
    return [control for control in found.values() if not _is_part(control, within)]


def _is_part(control: QWidget, within: QWidget) -> bool:
    """Whether it belongs to a larger control: a scroll bar, a header, the list that a box pops up."""
    above = control.parentWidget()
    while above is not None and above is not within:
        if isinstance(above, (*CONTROLS, QMenu)):
            return True
        above = above.parentWidget()
    return control.objectName().startswith("qt_")


def palette_of(window: MainWindow) -> QDialog | None:
    """The command palette, if it is open."""
    shown = (dialog for dialog in window.findChildren(QDialog) if dialog.isVisible())
    return next((dialog for dialog in shown if dialog.findChild(QLineEdit) is not None), None)


def status_line(window: MainWindow) -> str:
    """All text of the status bar."""
    bar = window.statusBar()
    assert bar is not None
    return " | ".join(label.text() for label in bar.findChildren(QLabel))


def open_dialogs() -> list[QWidget]:
    """Windows beside the main window, and what blocks it."""
    above = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    return [widget for widget in above if not isinstance(widget, MainWindow)]
