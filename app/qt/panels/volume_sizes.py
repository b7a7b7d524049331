"""The sizes of the sphere, box or ellipsoid that was drawn last."""

from __future__ import annotations

from PyQt6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QWidget

from ... import texts
from ...questions import Sphere
from ...viewer import Viewer
from ...viewer_tools import resized, sizes_of
from .controls import narrow_number

_MOST, _STEP = 1e5, 0.1


class VolumeSizes(QWidget):
    """Width, height and depth [scene units]; changing one changes what is drawn."""

    def __init__(self, viewer: Viewer) -> None:
        """Show the volume of `viewer`."""
        super().__init__()
        self._viewer, self._filling = viewer, False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.boxes = tuple(self._box(tip) for tip in texts.VOLUME_TIPS)
        for box in self.boxes:
            row.addWidget(box)

    def refresh(self) -> None:
        """Show the sizes, where there is a volume."""
        volume = self._viewer.tools.volume
        self._filling = True
        sizes = (0.0, 0.0, 0.0) if volume is None else sizes_of(volume)
        for number, (box, size) in enumerate(zip(self.boxes, sizes, strict=True)):
            box.setEnabled(volume is not None and (number == 0 or not isinstance(volume, Sphere)))
            if not box.hasFocus() or volume is None:
                box.setValue(size)
        self._filling = False

    def _box(self, tip: str) -> QDoubleSpinBox:
        box = narrow_number(self, tip, 0.0, _MOST)
        box.setSpecialValueText(texts.NO_SIZE)
        box.setSingleStep(_STEP)
        box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        box.valueChanged.connect(self._resize)
        return box

    def _resize(self) -> None:
        volume = self._viewer.tools.volume
        if not self._filling and volume is not None:
            width, height, depth = (box.value() for box in self.boxes)
            self._viewer.tools.set_volume(resized(volume, (width, height, depth)))
