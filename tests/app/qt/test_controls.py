"""Everything that can be operated says what it does, and can be operated without a mouse."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QListWidget, QPushButton, QSlider, QWidget
from rowsplat.app.actions import ACTIONS, action
from rowsplat.app.qt.main_window import MainWindow

from ..viewer.fakes import FakeService
from .widgets import controls, docks, menu_entries, menu_entry, settle, wait_until

_NATIVE = QKeySequence.SequenceFormat.NativeText


@pytest.fixture
def busy(window: MainWindow, service: FakeService, tmp_path: Path) -> MainWindow:
    """With a scene, a step back, and keyframes, so that most commands can be run."""
    window.viewer.session.open(tmp_path / "vase.ply")
    service.load_all()
    service.finish_all()
    for _ in range(2):
        window.run(action("add-keyframe"))
    settle(window)
    return window


def test_every_menu_entry_has_a_tooltip_with_its_shortcut(busy: MainWindow) -> None:
    entries = list(menu_entries(busy))
    assert len(entries) >= len(ACTIONS)
    for entry in entries:
        assert entry.toolTip(), entry.text()
        if not entry.shortcut().isEmpty():
            assert entry.shortcut().toString(_NATIVE) in entry.toolTip(), entry.text()


def test_menus_show_their_tooltips(window: MainWindow) -> None:
    bar = window.menuBar()
    assert bar is not None
    for entry in bar.actions():
        assert entry.menu().toolTipsVisible(), entry.text()


def test_no_key_means_two_commands(window: MainWindow) -> None:
    keys = Counter(
        key.toString() for entry in menu_entries(window) for key in entry.shortcuts() if not key.isEmpty()
    )
    assert len(keys) > 40
    assert [key for key, times in keys.items() if times > 1] == []


def test_every_control_of_every_panel_has_a_tooltip(window: MainWindow) -> None:
    found = {title: controls(panel) for title, panel in window.panels.items()}
    assert sum(map(len, found.values())) > 35
    assert all(found.values())
    for title, panel_controls in found.items():
        for control in panel_controls:
            assert control.toolTip().strip(), (title, control)


def test_a_button_of_a_command_names_its_key(window: MainWindow) -> None:
    tips = {button.toolTip() for button in window.findChildren(QPushButton)}
    for name in ("rectangle", "delete", "hide", "add-keyframe", "play"):
        entry = action(name)
        key = QKeySequence(entry.keys[0]).toString(_NATIVE)
        assert f"{entry.tip} ({key})" in tips, name


def test_every_control_without_words_has_a_name_for_screen_readers(window: MainWindow) -> None:
    for panel in window.panels.values():
        for control in controls(panel):
            words = control.text() if isinstance(control, QAbstractButton) else control.accessibleName()
            assert words, control


def test_tab_reaches_every_control_of_every_panel(busy: MainWindow) -> None:
    for title, panel in busy.panels.items():
        dock = docks(busy)[title]
        dock.raise_()  # it may share its place with another
        QApplication.processEvents()
        wanted = [control for control in controls(panel) if _is_usable(control)]
        assert wanted, title
        missed = [control for control in wanted if control not in _reached_from(wanted[0])]
        assert missed == [], title


def _reached_from(first: QWidget) -> list[QWidget]:
    """What has the focus one after the other when Tab is pressed, until it comes round."""
    reached: list[QWidget] = []
    first.setFocus()
    for _ in range(200):
        focused = QApplication.focusWidget()
        if focused is None or focused in reached:
            break
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return reached


def _is_usable(control: QWidget) -> bool:
    return control.isVisible() and control.isEnabled()


def test_space_presses_the_focused_button_even_when_the_camera_path_could_be_played(busy: MainWindow) -> None:
    assert menu_entry(busy, "play").isEnabled()
    button = next(b for b in busy.panels["Edits"].findChildren(QPushButton) if b.text() == "Rectangle")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    QApplication.processEvents()
    assert busy.viewer.state.tool.value == "rectangle"
    assert not busy.viewer.needs_ticks  # nothing plays


def test_a_slider_is_moved_by_arrow_keys(busy: MainWindow) -> None:
    busy.run(action("compare-split"))
    settle(busy)
    (slider,) = busy.panels["Compare"].findChildren(QSlider)
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert busy.viewer.state.view.split > 0.5


def test_enter_goes_back_to_the_chosen_step(busy: MainWindow, tmp_path: Path) -> None:
    busy.viewer.session.open(tmp_path / "cup.ply")
    settle(busy)
    (steps,) = busy.panels["Edits"].findChildren(QListWidget)
    assert steps.count() == 2
    steps.setFocus()
    QTest.keyClick(steps, Qt.Key.Key_Up)
    QTest.keyClick(steps, Qt.Key.Key_Return)
    assert [item.name for item in busy.viewer.state.document.scenes] == ["vase"]


def test_a_panel_that_was_hidden_is_up_to_date_as_soon_as_it_is_shown(
    window: MainWindow, service: FakeService, tmp_path: Path
) -> None:
    dock = docks(window)["Edits"]
    toggle = dock.toggleViewAction()
    assert toggle is not None
    toggle.trigger()
    window.viewer.session.open(tmp_path / "vase.ply")
    service.load_all()
    service.finish_all()
    settle(window)
    toggle.trigger()
    (steps,) = window.panels["Edits"].findChildren(QListWidget)
    wait_until(lambda: steps.isVisible() and steps.count() == 1)


def test_the_window_fits_a_small_screen(busy: MainWindow) -> None:
    least = busy.minimumSizeHint()
    assert least.width() <= 1280
    assert least.height() <= 680  # of 720, less a title bar
