"""The picture: shows what the render process drew, and what is drawn over it; reports pointer and keys as events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PyQt6.QtWidgets import QWidget
from PyQt6.sip import voidptr

from .. import texts
from ..drawing import Drawing, DrawnFrustum, Point

Picture = NDArray[np.uint8]

_INK, _SHADE, _ACCENT = QColor(255, 255, 255), QColor(0, 0, 0, 150), QColor(255, 158, 26)
_THUMBNAIL_OPACITY = 0.85  # what is behind is still seen
_LINE = QColor(120, 190, 255, 200)
_MARGIN = 10


class PictureView(QWidget):
    """Paints up to two pictures of any size over its whole area. `on_*` attributes hear what the user does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(QSize(160, 120))
        self.setAccessibleName(texts.PICTURE)
        self._pictures: tuple[Picture, ...] = ()
        self.drawing = Drawing()
        self.frames_painted = 0
        self.on_pointer: Callable[[QEvent, Point], None] = _ignore
        self.on_key: Callable[[QKeyEvent, bool], bool] = lambda event, down: False
        self.on_focus_lost: Callable[[], None] = _ignore
        self.on_resize: Callable[[int, int], None] = _ignore

    @property
    def physical_size(self) -> tuple[int, int]:
        """Width and height [physical px]."""
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show these `[H, W, 4]` views of shared memory until the next call."""
        self._pictures = tuple(pictures)
        self.update()

    def show_drawing(self, drawing: Drawing) -> None:
        """Draw that over the picture."""
        if drawing != self.drawing:
            self.drawing = drawing
            self.update()

    def grab_picture(self) -> QImage:
        """A copy of what is painted, without what is drawn over it."""
        width, height = self.physical_size
        image = QImage(width, height, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        self._paint_pictures(painter, QRectF(0, 0, width, height))
        painter.end()
        return image

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Paint pictures, then the drawing, in physical pixels."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1.0 / ratio, 1.0 / ratio)
        width, height = self.physical_size
        self._paint_pictures(painter, QRectF(0, 0, width, height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_drawing(painter, width, height, ratio)
        painter.end()
        self.frames_painted += 1

    def _paint_pictures(self, painter: QPainter, area: QRectF) -> None:
        if not self._pictures:
            painter.fillRect(area, QColor(18, 18, 20))
            return
        for number, picture in enumerate(self._pictures):
            height, width = picture.shape[:2]
            image = QImage(_address(picture), width, height, 4 * width, QImage.Format.Format_RGB32)
            if number:
                left = area.width() * (0.5 if self.drawing.split is None else self.drawing.split)
                painter.setClipRect(QRectF(left, 0, area.width() - left, area.height()))
            same = (width, height) == (area.width(), area.height())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not same)
            painter.drawImage(area, image)
        painter.setClipping(False)

    def _paint_drawing(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        drawing = self.drawing
        for frustum in drawing.frustums:
            _paint_frustum(painter, frustum, ratio)
        painter.setPen(QPen(_ACCENT, 1.5 * ratio))
        for (x0, y0), (x1, y1) in drawing.segments:
            painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
        if drawing.outline:
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in drawing.outline]))
        if drawing.circle is not None:
            (x, y), radius = drawing.circle
            painter.drawEllipse(QPointF(x, y), radius, radius)
        for x, y in drawing.markers:
            painter.drawEllipse(QPointF(x, y), 5 * ratio, 5 * ratio)
        font = QFont(self.font())
        font.setPixelSize(round(13 * ratio))
        painter.setFont(font)
        if drawing.split is not None:
            self._paint_split(painter, width, height, ratio)
        _paint_lines(painter, drawing.lines, _MARGIN * ratio, _MARGIN * ratio, ratio)
        if drawing.hint:
            line = painter.fontMetrics().height()
            widest = max(painter.fontMetrics().horizontalAdvance(text) for text in drawing.hint)
            left = max((width - widest) / 2, _MARGIN * ratio)
            _paint_lines(painter, drawing.hint, left, height - (len(drawing.hint) + 3) * line, ratio)

    def _paint_split(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        x = width * (self.drawing.split or 0.0)
        for colour, thickness in ((_SHADE, 4), (_INK, 2)):  # seen on white too
            painter.setPen(QPen(colour, thickness * ratio))
            painter.drawLine(QPointF(x, 0), QPointF(x, height))
        painter.setBrush(_INK)
        painter.drawEllipse(QPointF(x, height / 2), 7 * ratio, 7 * ratio)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        metrics = painter.fontMetrics()
        left, right = self.drawing.labels
        y = height - metrics.height() - 2 * _MARGIN * ratio
        _paint_lines(painter, (left,), x - metrics.horizontalAdvance(left) - 2 * _MARGIN * ratio, y, ratio)
        _paint_lines(painter, (right,), x + 2 * _MARGIN * ratio, y, ratio)

    # Events

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:
        """Report it: a key may be released elsewhere."""
        self.on_focus_lost()
        super().focusOutEvent(a0)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Report the new size."""
        self.on_resize(*self.physical_size)

    def event(self, a0: QEvent | None) -> bool:
        """Report the size in pixels of another screen too."""
        if a0 is not None and a0.type() == QEvent.Type.DevicePixelRatioChange:
            self.on_resize(*self.physical_size)
        return super().event(a0)

    def mousePressEvent(self, a0: QMouseEvent | None) -> None:
        """Report it."""
        self._report(a0)

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:
        """Report it."""
        self._report(a0)

    def mouseDoubleClickEvent(self, a0: QMouseEvent | None) -> None:
        """Report it."""
        self._report(a0)

    def mouseMoveEvent(self, a0: QMouseEvent | None) -> None:
        """Report it."""
        self._report(a0)

    def wheelEvent(self, a0: QWheelEvent | None) -> None:
        """Report it."""
        self._report(a0)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Report it, or leave it to the parent."""
        if a0 is not None and not self.on_key(a0, True):
            super().keyPressEvent(a0)

    def keyReleaseEvent(self, a0: QKeyEvent | None) -> None:
        """Report it, or leave it to the parent."""
        if a0 is not None and not self.on_key(a0, False):
            super().keyReleaseEvent(a0)

    def _report(self, event: QMouseEvent | QWheelEvent | None) -> None:
        if event is not None:
            ratio = self.devicePixelRatioF()
            self.on_pointer(event, (event.position().x() * ratio, event.position().y() * ratio))
            event.accept()


def _paint_lines(painter: QPainter, lines: Sequence[str], x: float, y: float, ratio: float) -> None:
    """Text on a dark ground."""
    lines = [line for line in lines if line]
    if not lines:
        return
    metrics = painter.fontMetrics()
    widest = max(metrics.horizontalAdvance(line) for line in lines)
    pad = 5 * ratio
    painter.fillRect(
        QRectF(x - pad, y - pad, widest + 2 * pad, len(lines) * metrics.height() + 2 * pad), _SHADE
    )
    painter.setPen(_INK)
    for number, line in enumerate(lines):
        painter.drawText(QPointF(x, y + number * metrics.height() + metrics.ascent()), line)


def _paint_frustum(painter: QPainter, frustum: DrawnFrustum, ratio: float) -> None:
    """A photo in its image plane, and lines from there to the camera."""
    quad = QPolygonF([QPointF(x, y) for x, y in frustum.corners])
    if frustum.thumbnail is not None:
        pixels = frustum.thumbnail.pixels
        height, width = pixels.shape[:2]
        laid = QTransform()
        if QTransform.quadToQuad(_rectangle(width, height), quad, laid):
            image = QImage(_address(pixels), width, height, 4 * width, QImage.Format.Format_RGB32)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            # The outline covers the edge, and smoothing it took half of the time.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setOpacity(_THUMBNAIL_OPACITY)
            painter.setTransform(laid, True)
            painter.drawImage(0, 0, image)
            painter.restore()
    painter.setPen(QPen(_ACCENT if frustum.is_marked else _LINE, (2.5 if frustum.is_marked else 1.0) * ratio))
    painter.drawPolygon(quad)
    for x, y in frustum.corners:
        painter.drawLine(QPointF(*frustum.apex), QPointF(x, y))


def _rectangle(width: int, height: int) -> QPolygonF:
    return QPolygonF([QPointF(0, 0), QPointF(width, 0), QPointF(width, height), QPointF(0, height)])


def _ignore(*_: object) -> None:
    pass


def _address(picture: Picture) -> Any:
    """Where the pixels are; Qt reads them there, so the array must live as long as the image."""
    return voidptr(picture.ctypes.data)
