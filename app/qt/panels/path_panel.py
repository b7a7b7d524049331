"""The camera path: keyframes with their times, and what can be done with the path."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QListWidget,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ... import texts
from ...actions import Action
from ...viewer import Viewer
from .command_buttons import CommandButtons
from .controls import push_button

_BUTTONS = ("add-keyframe", "play", "load-path", "save-path", "export-video", "clear-keyframes")
_COLUMNS = 2
_TIME_STEPS = 1000


class PathPanel(QWidget):
    """The keyframes; activating one goes there."""

    def __init__(self, viewer: Viewer, run: Callable[[Action], None]) -> None:
        """Show the camera path of `viewer`; `run` runs a command."""
        super().__init__()
        self._viewer = viewer
        self._shown: object = None
        self._filling = False
        self.keys = QListWidget(self)
        self.keys.setAccessibleName(texts.KEYFRAMES)
        self.keys.setToolTip(texts.KEYFRAMES_TIP)
        self.keys.itemActivated.connect(self._go_to_current)
        layout = QVBoxLayout(self)
        layout.addWidget(self.keys)
        self.commands = CommandButtons(_BUTTONS, _COLUMNS, run)
        layout.addWidget(self.commands)
        self.time = QSlider(Qt.Orientation.Horizontal, self)
        self.time.setRange(0, _TIME_STEPS)
        self.time.setToolTip(texts.TIME_TIP)
        self.time.setAccessibleName(texts.TIME)
        self.time.valueChanged.connect(self._set_time)
        self.remove = push_button(
            self, texts.REMOVE_KEYFRAME, texts.REMOVE_KEYFRAME_TIP, self._remove_current
        )
        layout.addWidget(self.remove)
        layout.addWidget(self.time)
        self.rate = QDoubleSpinBox(self)
        self.rate.setRange(0.1, 240.0)
        self.rate.setDecimals(1)
        self.rate.setValue(viewer.frames_a_second)
        self.rate.setSuffix(texts.RATE)
        self.rate.setToolTip(texts.RATE_TIP)
        self.rate.setAccessibleName(texts.RATE_TIP)
        self.rate.valueChanged.connect(self._set_playing)
        self.repeats = QCheckBox(texts.LOOP, self)
        self.repeats.setToolTip(texts.LOOP_TIP)
        self.repeats.setChecked(viewer.repeats)
        self.repeats.toggled.connect(self._set_playing)
        row = QHBoxLayout()
        row.addWidget(self.rate)
        row.addWidget(self.repeats)
        layout.addLayout(row)

    def refresh(self) -> None:
        """Show the keyframes and the time."""
        state = self._viewer.state
        for control in (self.time, self.rate, self.repeats):
            control.setVisible(state.duration > 0)
        self.remove.setEnabled(bool(self._viewer.path.keyframes))
        if state.duration > 0 and not self.time.isSliderDown():
            self._filling = True
            self.time.setValue(round(state.seconds / state.duration * _TIME_STEPS))
            self._filling = False
        self.commands.refresh(self._viewer)
        if self._viewer.path.keyframes is not self._shown:
            self._shown = self._viewer.path.keyframes
            self.keys.clear()
            self.keys.addItems(
                [texts.keyframe(n + 1, key.seconds) for n, key in enumerate(self._viewer.path.keyframes)]
            )

    def _set_time(self, step: int) -> None:
        if not self._filling:
            self._viewer.session.show_time(step / _TIME_STEPS * self._viewer.state.duration)

    def _set_playing(self) -> None:
        self._viewer.frames_a_second, self._viewer.repeats = self.rate.value(), self.repeats.isChecked()

    def _remove_current(self) -> None:
        row = self.keys.currentRow()
        if row >= 0:
            self._viewer.path.remove(row)

    def _go_to_current(self) -> None:
        row, camera = self.keys.currentRow(), self._viewer.state.view.camera
        self._viewer.look_from(self._viewer.path.keyframes[row].camera.reframed(camera.width, camera.height))
