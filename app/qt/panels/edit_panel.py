"""What was done, tools, colour changes of the selection; and the place where text edits will be."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QColorDialog,
    QFormLayout,
    QGridLayout,
    QListWidget,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ...actions import Action, action
from ...viewer import Viewer

_BUTTONS = (
    "rectangle", "lasso", "brush", "sphere", "box", "select-floaters",
    "move", "rotate", "scale", "delete", "crop", "duplicate", "separate", "hide", "show-hidden",
    "measure", "set-length", "align-ground",
)  # fmt: skip
_COLUMNS = 3
_SHORT = {
    "delete": "Delete",
    "crop": "Keep only",
    "duplicate": "Duplicate",
    "separate": "Separate",
    "hide": "Hide",
    "show-hidden": "Show",
    "measure": "Measure",
    "set-length": "Length…",
    "align-ground": "To ground",
}
"""Texts of buttons that would be too wide with that of the menu."""


class EditPanel(QWidget):
    """Buttons of the registry's commands, sliders for colour, and the undo list."""

    def __init__(self, viewer: Viewer, run: Callable[[Action], None]) -> None:
        """Edit the scenes of `viewer`; `run` runs a command."""
        super().__init__()
        self._viewer = viewer
        self._shown: object = None
        layout = QVBoxLayout(self)
        grid = QGridLayout()
        self.buttons: dict[str, QPushButton] = {}
        for number, name in enumerate(_BUTTONS):
            entry = action(name)
            button = QPushButton(_SHORT.get(name, entry.text), self)
            button.setToolTip(f"{entry.tip}{f' ({entry.keys[0]})' if entry.keys else ''}")
            button.setCheckable(entry.checked is not None)
            button.clicked.connect(lambda _checked=False, entry=entry: run(entry))
            self.buttons[name] = button
            grid.addWidget(button, number // _COLUMNS, number % _COLUMNS)
        layout.addLayout(grid)
        form = QFormLayout()
        self.saturation = self._slider("Saturation of the selection, or of everything that is not locked")
        self.brightness = self._slider("Brightness of the selection, or of everything that is not locked")
        self.opacity = self._slider("Opacity of the selection, or of everything that is not locked")
        self.tint = QPushButton("Tint…", self)
        self.tint.setToolTip("Multiply the colour of the selection, or of everything that is not locked")
        self.tint.clicked.connect(self._ask_tint)
        self.apply = QPushButton("Apply", self)
        self.apply.setToolTip("Make the colour change a step that can be undone (Ctrl+Z)")
        self.apply.clicked.connect(self._apply)
        self._tint = (1.0, 1.0, 1.0)
        for text, widget in (
            ("Saturation", self.saturation), ("Brightness", self.brightness), ("Opacity", self.opacity),
            ("Colour", self.tint), ("", self.apply),
        ):  # fmt: skip
            form.addRow(text, widget)
        layout.addLayout(form)
        self.steps = QListWidget(self)
        self.steps.setAccessibleName("Steps done")
        self.steps.setToolTip("What was done; double-click goes back to just after that step")
        self.steps.itemActivated.connect(self._go_to_current)
        layout.addWidget(self.steps, 1)

    def refresh(self) -> None:
        """Show the steps and what can be done."""
        for name, button in self.buttons.items():
            entry = action(name)
            button.setEnabled(entry.enabled(self._viewer))
            if entry.checked is not None:
                button.setChecked(entry.checked(self._viewer))
        labels = self._viewer.state.history.labels
        if labels != self._shown:
            self._shown = labels
            self.steps.clear()
            self.steps.addItems(labels)
            self.steps.setCurrentRow(len(labels) - 1)

    def _slider(self, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, 200)
        slider.setValue(100)
        slider.setToolTip(tip)
        slider.setAccessibleName(tip)
        return slider

    def _ask_tint(self) -> None:
        dialog = QColorDialog(QColor.fromRgbF(*self._tint), self)
        dialog.colorSelected.connect(self._take_tint)
        dialog.open()

    def _take_tint(self, colour: QColor) -> None:
        self._tint = (colour.redF(), colour.greenF(), colour.blueF())

    def _apply(self) -> None:
        saturation, brightness, opacity = (
            s.value() / 100 for s in (self.saturation, self.brightness, self.opacity)
        )
        self._viewer.recolour(tint=self._tint, saturation=saturation, brightness=brightness, opacity=opacity)
        for slider in (self.saturation, self.brightness, self.opacity):
            slider.setValue(100)
        self._tint = (1.0, 1.0, 1.0)

    def _go_to_current(self) -> None:
        row = self.steps.currentRow()
        while len(self._viewer.state.history.labels) > row + 1 and self._viewer.session.undo():
            pass
