"""Scenes are placed by numbers, keyframes removed, flipbooks shown at another rate, once or again and again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QSettings
from rowsplat.app.qt.main_window import MainWindow
from rowsplat.app.qt.panels.path_panel import PathPanel
from rowsplat.app.qt.panels.scenes_panel import ScenesPanel

from ..viewer.fakes import FakeService, loaded
from .widgets import settle


def _scenes(window: MainWindow) -> ScenesPanel:
    panel = window.panels["Scenes"]
    assert isinstance(panel, ScenesPanel)
    return panel


def test_a_chosen_scene_is_placed_by_numbers_as_one_step_each(
    window: MainWindow, service: FakeService, settings: QSettings
) -> None:
    session = window.viewer.session
    first, second = (session.open(Path(f"/{name}.ply")) for name in "ab")
    service.load_all()
    settle(window)
    panel = _scenes(window)
    assert not panel.placement.isEnabled()
    panel.tree.setCurrentItem(panel.tree.topLevelItem(1))
    assert panel.placement.isEnabled()
    steps = len(session.state.history.labels)
    panel.placement.position[1].setValue(2.5)
    panel.placement.degrees[2].setValue(90.0)
    panel.placement.factor[0].setValue(3.0)
    assert len(session.state.history.labels) == steps + 3
    settle(window)
    matrix = {item.scene_id: np.array(item.matrix) for item in session.state.document.scenes}
    assert np.array_equal(matrix[first], np.eye(4))
    assert np.allclose(matrix[second] @ (1, 0, 0, 1), (0, 2.5 + 3, 0, 1))
    session.undo()
    settle(window)
    assert panel.placement.factor[0].value() == 1.0
    assert panel.placement.position[1].value() == 2.5


def test_one_keyframe_is_removed(window: MainWindow) -> None:
    panel = window.panels["Camera path"]
    assert isinstance(panel, PathPanel)
    for _ in range(3):
        window.viewer.path.add_keyframe()
    settle(window)
    panel.keys.setCurrentRow(1)
    panel.remove.click()
    settle(window)
    assert [key.seconds for key in window.viewer.path.keyframes] == [0.0, 4.0]
    assert panel.keys.count() == 2


@pytest.mark.parametrize("repeats", [True, False])
def test_a_flipbook_runs_at_its_rate_and_repeats_or_stops(
    window: MainWindow, service: FakeService, repeats: bool
) -> None:
    viewer = window.viewer
    scene = viewer.session.open(Path("/frames"), is_flipbook=True)
    service.receive(loaded(scene, frames=48))  # two seconds at 24 a second
    panel = window.panels["Camera path"]
    assert isinstance(panel, PathPanel)
    panel.rate.setValue(12.0)
    panel.repeats.setChecked(repeats)
    viewer.play_time()
    viewer.tick(1.0)
    assert viewer.state.seconds == pytest.approx(0.5)
    viewer.tick(3.5)
    assert viewer.state.frames()[scene] == (6 if repeats else 47)
    assert viewer.time_runs is repeats
    assert viewer.state.seconds == pytest.approx(0.25 if repeats else 2.0, abs=2e-3)
