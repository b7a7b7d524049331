"""Files are dropped onto the window; whatever goes wrong is one line in the status bar and never a dialog."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from rowsplat.app.messages import DrawFailed, SceneFailed, SceneLoaded
from rowsplat.app.scene_stack import SceneStack
from rowsplat.scenes import Gaussians, save_gaussians

pytest.importorskip("PyQt6", reason="PyQt6 is not installed")

from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QLabel, QTreeWidget
from rowsplat.app.actions import action
from rowsplat.app.qt.main_window import MainWindow

from ..viewer.fakes import FakeService
from .widgets import menu_entry, open_dialogs, settle, status_line


def drop(window: MainWindow, *urls: QUrl) -> bool:
    """Drag files over the window and let them go there; whether it takes them."""
    data = QMimeData()
    data.setText("words")
    if urls:
        data.setUrls(list(urls))
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(window.rect().center(), copy, data, left, none)
    entering.ignore()
    QApplication.sendEvent(window, entering)
    if entering.isAccepted():
        at = QPointF(window.rect().center())
        QApplication.sendEvent(window, QDropEvent(at, copy, data, left, none))
        QApplication.processEvents()
    return entering.isAccepted()


def read_as_the_render_process_does(service: FakeService) -> None:
    """Read the files shown last and report what became of them."""
    stack = SceneStack()
    answers: list[SceneLoaded | SceneFailed] = list(stack.show(service.client.shown[-1].scenes))
    while stack.is_loading:
        answers += stack.collect()
        time.sleep(0.001)
    for answer in answers:
        service.receive(answer)


def _names(window: MainWindow) -> list[str]:
    tree = window.panels["Scenes"].findChild(QTreeWidget)
    assert isinstance(tree, QTreeWidget)
    rows = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [row.text(0) for row in rows if row is not None]


def test_a_dropped_scene_is_opened(
    window: MainWindow, service: FakeService, gaussians: Gaussians, tmp_path: Path
) -> None:
    path = tmp_path / "a vase, ä.ply"
    save_gaussians(gaussians, path)
    assert drop(window, QUrl.fromLocalFile(str(path)))
    assert [spec.source for spec in service.client.shown[-1].scenes] == [path]
    read_as_the_render_process_does(service)
    settle(window)
    assert _names(window) == ["a vase, ä"]
    assert f"{len(gaussians)} Gaussians" in status_line(window)


def test_several_dropped_scenes_are_all_opened(window: MainWindow, scene_file: Path) -> None:
    other = scene_file.with_name("other.ply")
    other.write_bytes(scene_file.read_bytes())
    drop(window, QUrl.fromLocalFile(str(scene_file)), QUrl.fromLocalFile(str(other)))
    settle(window)
    assert _names(window) == ["scene", "other"]


@pytest.mark.parametrize("name", ["notes.txt", "broken.ply", "nothing.rowsplat"])
def test_a_dropped_file_that_is_no_scene_gives_one_line(
    window: MainWindow, service: FakeService, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_text("Buy milk.\nCall Anna.\n")
    drop(window, QUrl.fromLocalFile(str(path)))
    read_as_the_render_process_does(service)
    settle(window)
    line = status_line(window)
    assert name in line
    assert "\n" not in line
    assert open_dialogs() == []
    assert _names(window) == []


def test_a_dropped_file_that_does_not_exist_gives_one_line(window: MainWindow, tmp_path: Path) -> None:
    drop(window, QUrl.fromLocalFile(str(tmp_path / "gone.ply")))
    settle(window)
    assert "gone.ply" in status_line(window)
    assert _names(window) == []


def test_a_dropped_web_address_opens_nothing(window: MainWindow) -> None:
    drop(window, QUrl("https://example.org/scene.ply"))
    settle(window)
    assert _names(window) == []
    assert open_dialogs() == []


def test_dropped_text_is_not_taken(window: MainWindow) -> None:
    assert not drop(window)


def _shown_scene(window: MainWindow, service: FakeService, path: Path) -> None:
    window.viewer.session.open(path)
    service.load_all()
    service.finish_all()
    settle(window)


def test_a_picture_that_cannot_be_drawn_gives_one_line_and_the_last_one_stays(
    window: MainWindow, service: FakeService, tmp_path: Path
) -> None:
    _shown_scene(window, service, tmp_path / "vase.ply")
    window.run(action("toggle-blend"))
    generation = service.client.draws[-1].generation
    service.receive(DrawFailed(generation=generation, problem="The tile lists need 3 GB, there is 1 GB."))
    settle(window)
    assert "The tile lists need 3 GB" in status_line(window)
    assert window.viewer.state.frame is not None
    assert open_dialogs() == []
    asked = len(service.client.draws)
    window.run(action("toggle-blend"))
    assert len(service.client.draws) == asked + 1


def test_a_dead_render_process_is_told_and_replaced_with_the_same_scenes(
    window: MainWindow, service: FakeService, tmp_path: Path
) -> None:
    _shown_scene(window, service, tmp_path / "vase.ply")
    before = service.client.shown[-1]
    service.die("the render process ended (exit code -9)")
    settle(window)
    assert "exit code -9" in status_line(window)
    assert open_dialogs() == []
    assert len(service.clients) == 2
    service.started()
    assert service.client.shown[-1] == before
    assert _names(window) == ["vase"]


def test_the_window_stays_usable_when_no_render_process_can_be_started(
    window: MainWindow, service: FakeService
) -> None:
    for _ in range(10):
        service.die("the render process ended (exit code 1)")
    started = len(service.clients)
    settle(window)
    assert "exit code 1" in status_line(window)
    assert open_dialogs() == []
    for name in ("toggle-blend", "compare-split", "grid", "undo", "focus"):
        window.run(action(name))
    settle(window)
    assert len(service.clients) == started
    entry = menu_entry(window, "restart-renderer")
    assert entry.isEnabled()
    entry.trigger()
    assert len(service.clients) == started + 1
    service.started()
    settle(window)
    assert "exit code" not in status_line(window)


def test_what_is_said_is_one_line_of_plain_text(window: MainWindow) -> None:
    window.viewer.session.say("a<b>c.ply: first line\nsecond line")
    settle(window)
    assert "a<b>c.ply: first line second line" in status_line(window)
    bar = window.statusBar()
    assert bar is not None
    for label in bar.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_long_message_does_not_widen_the_window_and_is_whole_in_its_tooltip(window: MainWindow) -> None:
    window.viewer.session.say("short")
    settle(window)
    width, least = window.width(), window.minimumSizeHint().width()
    message = "/a/long/path" * 100
    window.viewer.session.say(message)
    settle(window)
    assert (window.width(), window.minimumSizeHint().width()) == (width, least)
    bar = window.statusBar()
    assert bar is not None
    assert message in [label.toolTip() for label in bar.findChildren(QLabel)]
