"""What was done, tools, and colour changes of the selection."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QColorDialog, QFormLayout, QListWidget, QSlider, QVBoxLayout, QWidget

from ... import texts
from ...actions import Action
from ...viewer import Viewer
from .command_buttons import CommandButtons
from .controls import push_button
from .volume_sizes import VolumeSizes

_BUTTONS = (
    "rectangle", "lasso", "brush", "sphere", "box", "ellipsoid",
    "move", "rotate", "scale", "delete", "crop", "duplicate", "separate", "hide", "show-hidden",
    "select-volume", "crop-volume", "select-floaters", "measure", "set-length", "align-ground",
)  # fmt: skip
_COLUMNS = 3
_UNCHANGED, _DOUBLE = 100, 200  # per cent


class EditPanel(QWidget):
    """Buttons of the registry's commands, sliders for colour, and the undo list."""

    def __init__(self, viewer: Viewer, run: Callable[[Action], None]) -> None:
        """Edit the scenes of `viewer`; `run` runs a command."""
        super().__init__()
        self._viewer = viewer
        self._shown: object = None
        self._tint = (1.0, 1.0, 1.0)
        self.commands, self.volume = CommandButtons(_BUTTONS, _COLUMNS, run), VolumeSizes(viewer)
        self.saturation = self._slider(texts.SATURATION_TIP)
        self.brightness = self._slider(texts.BRIGHTNESS_TIP)
        self.opacity = self._slider(texts.OPACITY_TIP)
        self.tint = push_button(self, texts.TINT, texts.TINT_TIP, self._ask_tint)
        self.apply = push_button(self, texts.APPLY, texts.APPLY_TIP, self._apply)
        form = QFormLayout()
        for text, widget in (
            (texts.VOLUME, self.volume), (texts.SATURATION, self.saturation), (texts.BRIGHTNESS, self.brightness),
            (texts.OPACITY, self.opacity), (texts.COLOUR, self.tint), ("", self.apply),
        ):  # fmt: skip
            form.addRow(text, widget)
        self.steps = QListWidget(self)
        self.steps.setAccessibleName(texts.STEPS)
        self.steps.setToolTip(texts.STEPS_TIP)
        self.steps.itemActivated.connect(self._go_to_current)
        layout = QVBoxLayout(self)
        layout.addWidget(self.commands)
        layout.addLayout(form)
        layout.addWidget(self.steps, 1)

    def refresh(self) -> None:
        """Show the steps and what can be done."""
        self.commands.refresh(self._viewer)
        self.volume.refresh()
        labels = self._viewer.state.history.labels
        if labels != self._shown:
            self._shown = labels
            self.steps.clear()
            self.steps.addItems(labels)
            self.steps.setCurrentRow(len(labels) - 1)

    def _slider(self, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, _DOUBLE)
        slider.setValue(_UNCHANGED)
        slider.setToolTip(tip)
        slider.setAccessibleName(tip)
        return slider

    def _ask_tint(self) -> None:
        dialog = QColorDialog(QColor.fromRgbF(*self._tint), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self._take_tint)
        dialog.open()

    def _take_tint(self, colour: QColor) -> None:
        self._tint = (colour.redF(), colour.greenF(), colour.blueF())

    def _apply(self) -> None:
        sliders = self.saturation, self.brightness, self.opacity
        saturation, brightness, opacity = (slider.value() / _UNCHANGED for slider in sliders)
        self._viewer.recolour(tint=self._tint, saturation=saturation, brightness=brightness, opacity=opacity)
        for slider in sliders:
            slider.setValue(_UNCHANGED)
        self._tint = (1.0, 1.0, 1.0)

    def _go_to_current(self) -> None:
        row = self.steps.currentRow()
        while len(self._viewer.state.history.labels) > row + 1 and self._viewer.session.undo():
            pass
