"""What the user arranged is there again at the next start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication
from rowsplat.app.actions import action
from rowsplat.app.qt.main_window import MainWindow

from ..viewer.fakes import FakeService
from .conftest import OpenWindow
from .widgets import docks, menu_entries, menu_entry, settle


def _restarted(window: MainWindow, open_window: OpenWindow, settings: QSettings) -> MainWindow:
    """Close the window and open another, which has only a copy of the file to know of the first."""
    window.close()
    settings.sync()
    file = Path(settings.fileName())
    copy = file.with_name("copy.ini")
    shutil.copy(file, copy)
    opened = open_window(QSettings(str(copy), QSettings.Format.IniFormat))
    settle(opened)
    return opened


def _recent(window: MainWindow) -> list[QAction]:
    return [entry for entry in menu_entries(window) if entry.text().startswith("/")]


def _shown(window: MainWindow) -> set[str]:
    """Titles of the panels that are not switched off."""
    toggles = {title: dock.toggleViewAction() for title, dock in docks(window).items()}
    return {title for title, toggle in toggles.items() if toggle is not None and toggle.isChecked()}


def test_the_size_of_the_window_is_kept(open_window: OpenWindow, settings: QSettings) -> None:
    first = open_window()
    usual = first.size()
    first.resize(first.minimumSizeHint())
    settle(first)
    kept = first.size()
    assert kept != usual
    again = _restarted(first, open_window, settings)
    assert again.size() == kept


def test_panels_stay_hidden_and_where_they_were_moved(open_window: OpenWindow, settings: QSettings) -> None:
    first = open_window()
    docks(first)["Values"].hide()
    first.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, docks(first)["Statistics"])
    docks(first)["Compare"].setFloating(True)
    settle(first)
    again = _restarted(first, open_window, settings)
    found = docks(again)
    assert [title for title in found if title not in _shown(again)] == ["Values"]
    assert again.dockWidgetArea(found["Statistics"]) is Qt.DockWidgetArea.BottomDockWidgetArea
    assert found["Compare"].isFloating()


def test_colours_are_kept(open_window: OpenWindow, settings: QSettings, application: QApplication) -> None:
    first = open_window()
    was_dark = first.is_dark
    ground = application.palette().window().color()
    first.run(action("theme"))
    again = _restarted(first, open_window, settings)
    assert again.is_dark is not was_dark
    assert application.palette().window().color() != ground
    assert menu_entry(again, "theme").isChecked() is again.is_dark


@pytest.mark.parametrize("names", [("vase",), ("vase", "cup"), tuple("abcdefghijkl")])
def test_recent_files_are_kept_newest_first_and_opened_again(
    open_window: OpenWindow, service: FakeService, settings: QSettings, tmp_path: Path, names: tuple[str, ...]
) -> None:
    first = open_window()
    files = [tmp_path / f"{name}.ply" for name in names]
    for file in files:
        file.touch()
        first.viewer.session.open(file)
        service.load_all()
        settle(first)
    again = _restarted(first, open_window, settings)
    shown = [Path(entry.text()) for entry in _recent(again)]
    assert shown == list(reversed(files))[:10]
    _recent(again)[0].trigger()
    assert [item.source for item in again.viewer.state.document.scenes] == [files[-1]]


def test_a_first_start_has_no_recent_files_and_all_panels(window: MainWindow) -> None:
    settle(window)
    assert _recent(window) == []
    assert _shown(window) == set(docks(window))


def test_settings_that_cannot_be_read_are_no_obstacle(open_window: OpenWindow, settings: QSettings) -> None:
    for key in ("geometry", "layout", "recent", "dark"):
        settings.setValue(key, "nonsense")
    settings.sync()
    window = open_window()
    settle(window)
    assert window.isVisible()
    assert _shown(window) == set(docks(window))
