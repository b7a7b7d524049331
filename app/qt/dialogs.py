"""Questions to the user that block nothing: the answer comes when it comes, and closing a dialog answers nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QInputDialog, QWidget

from .. import texts

_LEAST, _MOST, _DIGITS = 1e-9, 1e9, 4


def ask_open(
    parent: QWidget, title: str, suffixes: Sequence[str], done: Callable[[Sequence[Path]], None]
) -> None:
    """Ask for files to open."""
    dialog = _file_dialog(parent, title, suffixes)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)

    def tell(names: Sequence[str]) -> None:
        done([Path(name) for name in names])

    dialog.filesSelected.connect(tell)
    dialog.open()


def ask_save(parent: QWidget, title: str, suffixes: Sequence[str], done: Callable[[Path], None]) -> None:
    """Ask for a file to write; a name without suffix gets the first one."""
    dialog = _file_dialog(parent, title, suffixes)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffixes[0].removeprefix("."))

    def tell(name: str) -> None:
        done(Path(name))

    dialog.fileSelected.connect(tell)
    dialog.open()


def ask_number(parent: QWidget, title: str, value: float, done: Callable[[float], None]) -> None:
    """Ask for a positive number."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(texts.TITLE)
    dialog.setLabelText(title)
    dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
    dialog.setDoubleRange(_LEAST, _MOST)
    dialog.setDoubleDecimals(_DIGITS)
    dialog.setDoubleValue(value)
    dialog.doubleValueSelected.connect(done)
    dialog.open()


def _file_dialog(parent: QWidget, title: str, suffixes: Sequence[str]) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setNameFilters([" ".join(f"*{suffix}" for suffix in suffixes), "*"])
    return dialog
