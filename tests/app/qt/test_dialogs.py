"""Dialogs answer when they are answered and hold up nothing until then."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtWidgets import QDialog, QFileDialog, QInputDialog
from rowsplat.app.qt.main_window import MainWindow

from .widgets import settle


def _only(window: MainWindow, kind: type[QDialog]) -> QDialog:
    (found,) = window.findChildren(kind)
    assert found.isVisible()
    return found


@pytest.mark.parametrize("accepted", [True, False])
def test_a_file_to_write_is_told_once_the_dialog_is_accepted(
    window: MainWindow, tmp_path: Path, accepted: bool
) -> None:
    heard: list[Path] = []
    window.ask_save("Save", (".png", ".jpg"), heard.append)
    dialog = _only(window, QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert heard == []
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("picture")
    dialog.accept() if accepted else dialog.reject()
    settle(window)
    assert heard == ([tmp_path / "picture.png"] if accepted else [])


def test_files_to_open_are_told_together(window: MainWindow, tmp_path: Path) -> None:
    heard: list[object] = []
    for name in ("a.ply", "b.ply"):
        (tmp_path / name).touch()
    window.ask_open("Open", (".ply",), heard.append)
    dialog = _only(window, QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.filesSelected.emit([str(tmp_path / "a.ply"), str(tmp_path / "b.ply")])
    dialog.close()
    assert heard == [[tmp_path / "a.ply", tmp_path / "b.ply"]]


def test_a_number_is_told_once_the_dialog_is_accepted(window: MainWindow) -> None:
    heard: list[float] = []
    window.ask_number("Length", 2.5, heard.append)
    dialog = _only(window, QInputDialog)
    assert isinstance(dialog, QInputDialog)
    assert heard == []
    dialog.setDoubleValue(4.0)
    dialog.accept()
    assert heard == [4.0]
