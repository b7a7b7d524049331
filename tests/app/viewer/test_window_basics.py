"""The real window around a fake render process, and once around a real one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.actions import ACTIONS, action
from rowsplat.app.autosave import Autosave
from rowsplat.app.questions import Combine, Rectangle
from rowsplat.app.session import Session
from rowsplat.render import Backend, Blend
from rowsplat.scenes import Gaussians, save_gaussians

from .fakes import FakeService, camera, select, some

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QSettings
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QListWidget,
    QSlider,
    QTreeWidget,
    QWidget,
)
from rowsplat.app.qt.application import make_window
from rowsplat.app.qt.main_window import MainWindow

_TIMEOUT_S = 60.0


@pytest.fixture(scope="module")
def application() -> QApplication:
    found = QApplication.instance()
    return found if isinstance(found, QApplication) else QApplication([])


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def window(
    application: QApplication, settings: QSettings, service: FakeService, tmp_path: Path
) -> Iterator[MainWindow]:
    session = Session(service.start, camera=camera())
    service.receive = session.receive
    service.started()
    made = MainWindow(session, settings, service, Autosave(tmp_path / "autosave"))
    made.show()
    yield made
    made.close()
    made.deleteLater()
    application.processEvents()


def test_every_command_is_in_the_menus_with_its_keys_and_tip(window: MainWindow) -> None:
    bar = window.menuBar()
    assert bar is not None
    shown = {entry.text(): entry for menu in bar.actions() for entry in menu.menu().actions()}
    for entry in ACTIONS:
        made = shown[entry.text]
        assert made.shortcuts() == [QKeySequence(key) for key in entry.keys]
        assert entry.tip in made.toolTip()


def test_every_control_says_what_it_does_and_can_be_reached_by_keyboard(window: MainWindow) -> None:
    kinds = (QAbstractButton, QComboBox, QSlider, QListWidget, QTreeWidget)
    controls: list[QWidget] = [
        control
        for panel in window.panels.values()
        for kind in kinds
        for control in panel.findChildren(kind)
        if not control.objectName().startswith("qt_")
    ]
    assert len(controls) > 30
    for control in controls:
        assert control.toolTip() or control.parent().toolTip(), control
        assert control.focusPolicy().value, control


def test_scenes_steps_and_selection_are_shown(
    window: MainWindow, service: FakeService, tmp_path: Path
) -> None:
    session = window.viewer.session
    scene_id = session.open(tmp_path / "vase.ply")
    service.load_all()
    select(session, service, {scene_id: some(1, 2, 3)})
    window.refresh()
    window.refresh_around()
    scenes, edits = window.panels["Scenes"], window.panels["Edits"]
    assert scenes.tree.topLevelItem(0).text(0) == "vase"  # type: ignore[attr-defined]
    assert [edits.steps.item(i).text() for i in range(edits.steps.count())] == [  # type: ignore[attr-defined]
        "Open vase",
        "Select 3",
    ]
    assert "3 selected" in window._status.text()  # pyright: ignore[reportPrivateUsage]


def test_what_cannot_be_done_now_is_grey(window: MainWindow) -> None:
    window.refresh_around()
    made = window._actions  # pyright: ignore[reportPrivateUsage]
    assert not made["undo"].isEnabled()
    assert not made["delete"].isEnabled()
    assert made["open"].isEnabled()


@pytest.fixture
def scene_file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    scene = Gaussians(
        means=rng.normal(size=(400, 3)),
        quats=rng.normal(size=(400, 4)),
        log_scales=np.full((400, 3), -2.5),
        logit_opacities=np.full(400, 2.0),
        sh_coeffs=rng.normal(size=(400, 1, 3)),
    )
    save_gaussians(scene, tmp_path / "scene.ply")
    return tmp_path / "scene.ply"


def test_a_real_scene_is_shown_edited_and_survives_the_death_of_its_process(
    application: QApplication, settings: QSettings, scene_file: Path, tmp_path: Path
) -> None:
    window = make_window(Backend.CPU, "auto", settings, tmp_path / "autosave")
    window.show()
    viewer = window.viewer

    def wait(until: Callable[[], bool]) -> None:
        started = time.monotonic()
        while not until():
            assert time.monotonic() - started < _TIMEOUT_S, viewer.state.message
            application.processEvents()
            time.sleep(0.005)

    def drawn() -> int:
        frame = viewer.state.frame
        settled = frame is not None and not frame.is_reduced and not viewer.session.is_waiting
        return frame.planes[0].counts.num_gaussians if settled and frame is not None else -1

    try:
        viewer.files.open_all([scene_file])
        wait(lambda: drawn() == 400)
        application.processEvents()
        assert window.picture.grab_picture().size().width() == window.picture.physical_size[0]

        window.run(action("toggle-blend"))
        wait(lambda: drawn() == 400 and viewer.state.frame.planes[0].look.blend is Blend.BASELINE)  # type: ignore[union-attr]

        width, height = window.picture.physical_size
        viewer.session.select(Rectangle(first=(0, 0), second=(width / 2, height)), Combine.REPLACE)
        wait(lambda: bool(viewer.state.document.selection))
        ((_, mask),) = viewer.state.document.selection
        assert 0 < mask.num_selected < 400
        window.run(action("delete"))
        left = 400 - mask.num_selected
        wait(lambda: drawn() == left)

        os.kill(viewer.session.client.pid, signal.SIGKILL)
        wait(lambda: "started again" in viewer.state.message)
        wait(lambda: drawn() == left)
        window.run(action("undo"))
        wait(lambda: drawn() == 400)
    finally:
        pid = viewer.session.client.pid
        window.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not list((tmp_path / "autosave").glob("*"))
