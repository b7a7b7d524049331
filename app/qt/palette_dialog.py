"""The command palette: type a part of a command's name, Enter runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from .. import texts
from ..actions import Action
from .command_tips import key_name


class PaletteDialog(QDialog):
    """Lists the commands whose names hold all the words typed."""

    def __init__(self, parent: QWidget, actions: Sequence[Action], run: Callable[[Action], None]) -> None:
        """Offer `actions`; `run` does the chosen one."""
        super().__init__(parent)
        self.setWindowTitle(texts.COMMANDS)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(480)
        self._actions, self._run = actions, run
        self.field, self.list = QLineEdit(self), QListWidget(self)
        self.field.setPlaceholderText(texts.TYPE_A_COMMAND)
        self.field.setAccessibleName(texts.COMMAND)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self.accept)
        self.field.installEventFilter(self)
        self.list.itemActivated.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self._filter("")

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Let up and down move in the list while typing goes on."""
        if isinstance(a1, QKeyEvent) and a1.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(a1.key()))
            if step is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
        return super().eventFilter(a0, a1)

    def accept(self) -> None:
        """Close, then run the chosen command."""
        item = self.list.currentItem()
        super().accept()
        if item is not None:
            self._run(item.data(Qt.ItemDataRole.UserRole))

    def _filter(self, text: str) -> None:
        self.list.clear()
        words = text.casefold().split()
        for action in self._actions:
            name = f"{action.menu.value}: {action.text}"
            if all(word in name.casefold() for word in words):
                item = QListWidgetItem(f"{name}    {key_name(action)}")
                item.setData(Qt.ItemDataRole.UserRole, action)
                item.setToolTip(action.tip)
                self.list.addItem(item)
        self.list.setCurrentRow(0)
