"""Qt's events as neutral ones."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QInputEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QWidget

from ..camera_events import (
    Button,
    CameraEvent,
    FlyKey,
    KeyChanged,
    Modifier,
    ModifiersChanged,
    Moved,
    Point,
    Pressed,
    Released,
    Wheel,
)
from ..state import Tool

_BUTTONS = {
    Qt.MouseButton.LeftButton: Button.LEFT,
    Qt.MouseButton.MiddleButton: Button.MIDDLE,
    Qt.MouseButton.RightButton: Button.RIGHT,
}
_KEYS = {
    Qt.Key.Key_W: FlyKey.FORWARD,
    Qt.Key.Key_S: FlyKey.BACK,
    Qt.Key.Key_A: FlyKey.LEFT,
    Qt.Key.Key_D: FlyKey.RIGHT,
    Qt.Key.Key_Q: FlyKey.DOWN,
    Qt.Key.Key_E: FlyKey.UP,
}
_MODIFIERS = {
    Qt.KeyboardModifier.ShiftModifier: Modifier.SHIFT,
    Qt.KeyboardModifier.ControlModifier: Modifier.CTRL,
    Qt.KeyboardModifier.AltModifier: Modifier.ALT,
}
_NOTCH = 120.0


def modifiers_of(event: QEvent) -> frozenset[Modifier]:
    """The modifiers that are held."""
    if not isinstance(event, QInputEvent):
        return frozenset()
    return frozenset(neutral for flag, neutral in _MODIFIERS.items() if event.modifiers() & flag)


def camera_event(event: QMouseEvent | QWheelEvent, at: Point) -> CameraEvent | None:
    """The pointer's event, `None` if it means nothing to a camera."""
    if isinstance(event, QWheelEvent):
        return Wheel(event.angleDelta().y() / _NOTCH)
    if event.type() == QEvent.Type.MouseMove:
        return Moved(at)
    button = _BUTTONS.get(event.button())
    if button is None:
        return None
    return Released(button) if event.type() == QEvent.Type.MouseButtonRelease else Pressed(button, at)


def key_events(event: QKeyEvent, down: bool) -> tuple[CameraEvent, ...]:
    """What a key means to a camera; nothing for keys that it does not know, and for repeats."""
    if event.isAutoRepeat():
        return ()
    key = _KEYS.get(Qt.Key(event.key()))
    changed = ModifiersChanged(modifiers_of(event))
    return (changed,) if key is None else (changed, KeyChanged(key, down))


def belongs_to(event: QKeyEvent, focused: QWidget | None) -> bool:
    """Whether a key is the focused control's before it is a shortcut: Space presses, ticks and opens."""
    asked = event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Space
    return asked and isinstance(focused, (QAbstractButton, QAbstractItemView, QComboBox))


def cursor_of(tool: Tool) -> Qt.CursorShape:
    """The pointer's shape over the picture."""
    return Qt.CursorShape.ArrowCursor if tool is Tool.NAVIGATE else Qt.CursorShape.CrossCursor
