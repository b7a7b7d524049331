"""The camera path: keyframes with their times, and what can be done with the path."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QListWidget, QPushButton, QSlider, QVBoxLayout, QWidget

from ...actions import Action, action
from ...viewer import Viewer

_BUTTONS = ("add-keyframe", "play", "load-path", "save-path", "export-video", "clear-keyframes")


_SHORT = dict(zip(_BUTTONS, ("Add", "Play", "Load…", "Save…", "Video…", "Clear"), strict=True))


_TIME_STEPS = 1000


class PathPanel(QWidget):
    """The keyframes; activating one goes there."""

    def __init__(self, viewer: Viewer, run: Callable[[Action], None]) -> None:
        """Show the camera path of `viewer`; `run` runs a command."""
        super().__init__()
        self._viewer = viewer
        self._shown: object = None
        self.keys = QListWidget(self)
        self.keys.setAccessibleName("Keyframes")
        self.keys.setToolTip("Double-click or Enter goes to a keyframe")
        self.keys.itemActivated.connect(self._go_to_current)
        layout = QVBoxLayout(self)
        layout.addWidget(self.keys)
        grid = QGridLayout()
        self.buttons: dict[str, QPushButton] = {}
        for number, name in enumerate(_BUTTONS):
            entry = action(name)
            self.buttons[name] = QPushButton(_SHORT[name], self)
            self.buttons[name].setToolTip(f"{entry.tip}{f' ({entry.keys[0]})' if entry.keys else ''}")
            self.buttons[name].clicked.connect(lambda _checked=False, entry=entry: run(entry))
            grid.addWidget(self.buttons[name], number // 2, number % 2)
        layout.addLayout(grid)
        self.time = QSlider(Qt.Orientation.Horizontal, self)
        self.time.setRange(0, _TIME_STEPS)
        self.time.setToolTip("Time of flipbooks, folders of one scene a frame (play: Shift+Space)")
        self.time.setAccessibleName("Time")
        self.time.sliderMoved.connect(self._set_time)
        layout.addWidget(self.time)

    def refresh(self) -> None:
        """Show the keyframes and the time."""
        state = self._viewer.state
        self.time.setVisible(state.duration > 0)
        if state.duration > 0 and not self.time.isSliderDown():
            self.time.setValue(round(state.seconds / state.duration * _TIME_STEPS))
        for name, button in self.buttons.items():
            button.setEnabled(action(name).enabled(self._viewer))
        if self._viewer.path.keyframes is not self._shown:
            self._shown = self._viewer.path.keyframes
            self.keys.clear()
            self.keys.addItems(
                [f"{n + 1}: {key.seconds:.2f} s" for n, key in enumerate(self._viewer.path.keyframes)]
            )

    def _set_time(self, step: int) -> None:
        self._viewer.session.show_time(step / _TIME_STEPS * self._viewer.state.duration)

    def _go_to_current(self) -> None:
        row, camera = self.keys.currentRow(), self._viewer.state.view.camera
        self._viewer.look_from(self._viewer.path.keyframes[row].camera.reframed(camera.width, camera.height))
