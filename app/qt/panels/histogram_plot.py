"""A histogram in which a range is chosen with the mouse or the arrow keys."""

from __future__ import annotations

import math
from collections.abc import Callable

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from ... import texts
from ...questions import HistogramAnswer

_BAR, _CHOSEN = QColor("#4C72B0"), QColor("#FF9E1A")
_KEY_STEP = 0.01


class HistogramPlot(QWidget):
    """Bars on a logarithmic scale of counts; dragging chooses a range of values."""

    def __init__(self, on_range: Callable[[float, float], None], parent: QWidget | None = None) -> None:
        """`on_range(low, high)` hears a chosen range of values."""
        super().__init__(parent)
        self._on_range = on_range
        self._shown: HistogramAnswer | None = None
        self._range: tuple[float, float] | None = None
        self.setMinimumSize(QSize(120, 90))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(texts.HISTOGRAM)
        self.setToolTip(texts.HISTOGRAM_TIP)

    @property
    def chosen(self) -> tuple[float, float] | None:
        """The chosen range of values."""
        if self._shown is None or self._range is None:
            return None
        low, span = self._shown.low, self._shown.high - self._shown.low
        return low + min(self._range) * span, low + max(self._range) * span

    def show_histogram(self, answer: HistogramAnswer) -> None:
        """Show it; a range of another attribute is forgotten."""
        if self._shown is None or self._shown.attribute is not answer.attribute:
            self._range = None
        self._shown = answer
        self.update()

    def choose(self, first: float, second: float) -> None:
        """Choose a range by fractions of the width."""
        self._range = (min(max(first, 0.0), 1.0), min(max(second, 0.0), 1.0))
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Paint the bars, the chosen ones in another colour."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        if self._shown is not None and self._shown.counts:
            top = math.log1p(max(self._shown.counts))
            step = self.width() / len(self._shown.counts)
            for number, count in enumerate(self._shown.counts):
                height = math.log1p(count) / max(top, 1e-9) * (self.height() - 4)
                middle = (number + 0.5) / len(self._shown.counts)
                chosen = self._range is not None and min(self._range) <= middle <= max(self._range)
                bar = QRectF(number * step, self.height() - height, max(step, 1.0), height)
                painter.fillRect(bar, _CHOSEN if chosen else _BAR)
        painter.end()

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:
        """Begin a range."""
        if a0 is not None:
            x = a0.position().x() / max(self.width(), 1)
            self.choose(x, x)

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:
        """Move its end."""
        if a0 is not None and self._range is not None and a0.buttons() & Qt.MouseButton.LeftButton:
            self.choose(self._range[0], a0.position().x() / max(self.width(), 1))

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:
        """Report the range."""
        self._report()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Move the range's ends, or report it."""
        if a0 is None:
            return
        first, second = self._range or (0.0, 1.0)
        step = {Qt.Key.Key_Left: -_KEY_STEP, Qt.Key.Key_Right: _KEY_STEP}.get(Qt.Key(a0.key()))
        if step is not None and a0.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.choose(first + step, second)
        elif step is not None:
            self.choose(first, second + step)
        elif a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._report()
        else:
            super().keyPressEvent(a0)

    def _report(self) -> None:
        if self.chosen is not None:
            self._on_range(*self.chosen)
