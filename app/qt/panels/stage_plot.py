"""A stacked plot of the stage times of the last pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from ... import texts

COLOURS = ("#4C72B0", "#DD8452", "#55A868", "#C44E52")
"""Of project, sort, bin, blend."""

_COLUMNS = 240


class StagePlot(QWidget):
    """One column a picture, one colour a stage; the height is the slowest picture shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._times: Sequence[tuple[float, ...]] = ()
        self.setMinimumSize(QSize(120, 60))
        self.setAccessibleName(texts.STAGE_TIMES)

    def show_times(self, times: Sequence[tuple[float, ...]]) -> None:
        """Show these, oldest first [ms]."""
        self._times = times[-_COLUMNS:]
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Paint the columns."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        if self._times:
            top = max(max(map(sum, self._times)), 1.0)
            step = self.width() / _COLUMNS
            for number, stages in enumerate(self._times):
                x, y = number * step, float(self.height())
                for value, colour in zip(stages, COLOURS, strict=True):
                    height = value / top * (self.height() - 14)
                    y -= height
                    painter.fillRect(QRectF(x, y, max(step, 1.0), height), QColor(colour))
            painter.drawText(4, 12, f"{top:.0f} ms")
        painter.end()
