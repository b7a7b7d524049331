"""Typing a sentence, looking at its plan, applying it: by keyboard, without a dialog, without waiting."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from rowsplat.app.qt.main_window import MainWindow
from rowsplat.app.qt.panels.words_panel import WordsPanel
from rowsplat.app.word_plans import PlanProgress, PlanReady, PlanRefused
from rowsplat.scenes.edits import Delete

from ..viewer.fakes import FakePlanning, FakeService, some
from ..viewer.plans import removal
from .widgets import docks, open_dialogs, settle

_SENTENCE = "remove the floor / the lid"


@pytest.fixture
def planning() -> FakePlanning:
    return FakePlanning(lambda message: None)


@pytest.fixture
def shown(window: MainWindow, service: FakeService, planning: FakePlanning, tmp_path: Path) -> MainWindow:
    """A window with a scene, whose picture has the focus."""
    window.start_planning = planning.listening
    window.viewer.session.open(tmp_path / "vase.ply")
    service.load_all()
    service.finish_all()
    settle(window)
    window.picture.setFocus()
    return window


def _panel(window: MainWindow) -> WordsPanel:
    panel = window.panels["Edit by words"]
    assert isinstance(panel, WordsPanel)
    return panel


def _typed(window: MainWindow, text: str = _SENTENCE) -> WordsPanel:
    """The panel after the prompt was opened by its key and the text was entered."""
    panel = _panel(window)
    if not panel.prompt.hasFocus():
        QTest.keyClick(window.picture, Qt.Key.Key_Slash)
    QApplication.processEvents()
    panel.prompt.clear()
    QTest.keyClicks(panel.prompt, text)
    QTest.keyClick(panel.prompt, Qt.Key.Key_Return)
    settle(window)
    return panel


def test_a_key_brings_the_prompt_to_the_front_even_if_its_panel_was_closed(shown: MainWindow) -> None:
    dock = docks(shown)["Edit by words"]
    dock.close()
    QTest.keyClick(shown.picture, Qt.Key.Key_Slash)
    QApplication.processEvents()
    assert _panel(shown).prompt.hasFocus()
    assert not dock.visibleRegion().isEmpty()
    assert _panel(shown).prompt.text() == ""


def test_letters_are_letters_in_the_prompt(shown: MainWindow, planning: FakePlanning) -> None:
    before = shown.viewer.state.view
    _typed(shown, "rotate bottle by 12 // [kgm]")
    assert [request.text for request in planning.requests] == ["rotate bottle by 12 // [kgm]"]
    assert shown.viewer.state.view == before
    assert shown.viewer.state.tool.value == "navigate"


def test_planning_shows_what_it_does_and_can_be_cancelled(shown: MainWindow, planning: FakePlanning) -> None:
    panel = _typed(shown)
    planning.say(PlanProgress(stage="looking for the floor"))
    settle(shown)
    assert panel.told.text() == "looking for the floor"
    assert panel.progress.isVisible()
    assert panel.stop.isVisible()
    QTest.mouseClick(panel.stop, Qt.MouseButton.LeftButton)
    settle(shown)
    assert planning.closed
    assert not panel.progress.isVisible()
    assert panel.plan.isVisible()


def test_a_refusal_is_a_line_in_the_panel_and_nothing_else(shown: MainWindow, planning: FakePlanning) -> None:
    panel = _typed(shown)
    planning.say(PlanRefused(problem='nothing here is known as "<b>lid</b>"'))
    settle(shown)
    assert panel.told.text() == 'nothing here is known as "<b>lid</b>"'
    assert not panel.apply.isEnabled()
    assert not open_dialogs()
    assert panel.prompt.text() == _SENTENCE  # to be corrected


def test_steps_are_looked_at_by_pointing_and_by_arrow_keys(shown: MainWindow, planning: FakePlanning) -> None:
    panel = _typed(shown)
    planning.say(PlanReady(steps=(removal(some(1)), removal(some(2, 3)))))
    settle(shown)
    assert panel.steps.count() == 2
    assert panel.steps.currentRow() == 0
    assert "2 Gaussians, 75% sure: what was meant" in panel.steps.item(1).text()

    def seen() -> object:
        previewed = shown.viewer.state.previewed
        return None if previewed is None else previewed.selection[0][1]

    assert seen() == some(1)
    QTest.mouseMove(panel.steps.viewport(), QPoint(2, 2))
    QTest.mouseMove(panel.steps.viewport(), panel.steps.visualItemRect(panel.steps.item(1)).center())
    assert seen() == some(2, 3)
    panel.steps.leaveEvent(None)
    assert seen() == some(1)
    panel.steps.setFocus()
    QTest.keyClick(panel.steps, Qt.Key.Key_Down)
    assert seen() == some(2, 3)
    assert shown.viewer.state.history.labels == ("Open vase",)


def test_a_plan_is_applied_by_a_key_and_undone_step_by_step(
    shown: MainWindow, planning: FakePlanning
) -> None:
    before = shown.viewer.state.document
    panel = _typed(shown)
    planning.say(PlanReady(steps=(removal(some(1)), removal(some(2)))))
    settle(shown)
    QTest.keyClick(panel.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(shown)
    (item,) = shown.viewer.state.document.scenes
    assert item.program.operations == (Delete(mask=some(1)), Delete(mask=some(2)))
    assert panel.steps.count() == 0
    assert panel.script.isEnabled()
    for _ in range(2):
        shown.viewer.session.undo()
    assert shown.viewer.state.document is before


def test_a_plan_is_put_away_by_its_button(shown: MainWindow, planning: FakePlanning) -> None:
    panel = _typed(shown)
    planning.say(PlanReady(steps=(removal(some(1)),)))
    settle(shown)
    QTest.mouseClick(panel.discard, Qt.MouseButton.LeftButton)
    settle(shown)
    assert panel.steps.count() == 0
    assert shown.viewer.state.previewed is None
    assert panel.told.text() == ""


def test_up_and_down_go_through_what_was_said(shown: MainWindow, planning: FakePlanning) -> None:
    for text in ("remove the floor", "make it blue"):
        panel = _typed(shown, text)
        planning.say(PlanRefused(problem="no"))
    panel = _panel(shown)
    panel.prompt.clear()
    QTest.keyClicks(panel.prompt, "half")
    found: list[str] = []
    for key in (
        Qt.Key.Key_Up,
        Qt.Key.Key_Up,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Down,
        Qt.Key.Key_Down,
    ):
        QTest.keyClick(panel.prompt, key)
        found.append(panel.prompt.text())
    assert found == ["make it blue", "remove the floor", "remove the floor", "make it blue", "half", "half"]


def test_the_scene_is_asked_for_where_there_are_several(
    shown: MainWindow, service: FakeService, planning: FakePlanning, tmp_path: Path
) -> None:
    panel = _panel(shown)
    assert not panel.scene.isVisibleTo(panel)
    shown.viewer.session.open(tmp_path / "cup.ply")
    service.load_all()
    settle(shown)
    assert panel.scene.isVisibleTo(panel)
    panel.scene.setCurrentIndex(1)
    panel.scene.activated.emit(1)
    _typed(shown)
    assert planning.requests[-1].source.name == "cup.ply"


def test_the_small_model_is_asked_only_where_it_is_wanted_and_installed(
    shown: MainWindow, planning: FakePlanning
) -> None:
    shown.viewer.words.has_model = True
    panel = _typed(shown)
    panel.model.setChecked(True)
    planning.say(PlanRefused(problem="no"))
    _typed(shown)
    shown.viewer.words.has_model = False
    planning.say(PlanRefused(problem="no"))
    _typed(shown)
    assert not panel.model.isEnabled()
    assert [request.planner for request in planning.requests] == ["grammar", "small-model", "grammar"]
