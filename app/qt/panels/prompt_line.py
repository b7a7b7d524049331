"""A line in which sentences are typed, with those that were typed before, and a list that is looked at by pointing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

MOST_CHARACTERS = 2000
"""Longest text that can be typed."""


class PromptLine(QLineEdit):
    """Up and Down go through what was said; what was being typed comes back after the newest."""

    def __init__(self, said: Callable[[], Sequence[str]], parent: QWidget | None = None) -> None:
        """`said` gives the texts of before, oldest first."""
        super().__init__(parent)
        self._said = said
        self._back, self._typed = 0, ""
        self.setMaxLength(MOST_CHARACTERS)
        self.textEdited.connect(self.begin_again)

    def begin_again(self) -> None:
        """What is typed now is the newest."""
        self._back = 0

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Go through what was said, or type."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        step = None if a0 is None else steps.get(Qt.Key(a0.key()))
        if step is not None:
            self._go(step)
        else:
            super().keyPressEvent(a0)

    def _go(self, step: int) -> None:
        said = self._said()
        back = min(max(self._back + step, 0), len(said))
        if back == self._back:
            return
        if self._back == 0:
            self._typed = self.text()
        self._back = back
        self.setText(said[-back] if back else self._typed)


class PointedList(QListWidget):
    """Tells the row that is pointed at, and `None` when none is any more."""

    def __init__(self, on_pointed: Callable[[int | None], None], parent: QWidget | None = None) -> None:
        """`on_pointed(row)` hears what the pointer is over."""
        super().__init__(parent)
        self._on_pointed = on_pointed
        self.setMouseTracking(True)
        self.itemEntered.connect(self._tell)

    def _tell(self, item: QListWidgetItem) -> None:
        self._on_pointed(self.row(item))

    def leaveEvent(self, a0: QEvent | None) -> None:
        """Nothing is pointed at."""
        self._on_pointed(None)
        super().leaveEvent(a0)
