"""How what is shown is baked to a mesh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ... import texts
from ...actions import Action, action
from ...viewer import Viewer
from .controls import push_button

_MOST_VOXEL, _VOXEL_DIGITS, _VOXEL_STEP = 1e3, 5, 0.01
_FEWEST_VIEWS, _MOST_VIEWS = 4, 512
_MOST_TRIANGLES, _TRIANGLES_STEP = 10_000_000, 10_000


class MeshPanel(QWidget):
    """Voxel size, views and number of triangles, and the command."""

    def __init__(self, viewer: Viewer, run: Callable[[Action], None]) -> None:
        """Set how `viewer` bakes; `run` runs a command."""
        super().__init__()
        self._viewer = viewer
        self._bake = action("bake")
        self.voxel = QDoubleSpinBox(self)
        self.voxel.setRange(0.0, _MOST_VOXEL)
        self.voxel.setDecimals(_VOXEL_DIGITS)
        self.voxel.setSingleStep(_VOXEL_STEP)
        self.voxel.setSpecialValueText(texts.AUTOMATIC)
        self.views = QSpinBox(self)
        self.views.setRange(_FEWEST_VIEWS, _MOST_VIEWS)
        self.views.setValue(viewer.files.bake_options.views)
        self.triangles = QSpinBox(self)
        self.triangles.setRange(0, _MOST_TRIANGLES)
        self.triangles.setSingleStep(_TRIANGLES_STEP)
        self.triangles.setSpecialValueText(texts.ALL)
        self.from_path = QCheckBox(texts.FROM_PATH, self)
        self.button = push_button(self, texts.BAKE_BUTTON, self._bake.tip, lambda: run(self._bake))
        form = QFormLayout()
        for label, box, tip in (
            (texts.VOXEL, self.voxel, texts.VOXEL_TIP),
            (texts.VIEWS, self.views, texts.VIEWS_TIP),
            (texts.TRIANGLES, self.triangles, texts.TRIANGLES_TIP),
        ):
            box.setToolTip(tip)
            box.setAccessibleName(tip)
            box.valueChanged.connect(self._set)
            form.addRow(label, box)
        self.from_path.setToolTip(texts.FROM_PATH_TIP)
        self.from_path.toggled.connect(self._set)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.from_path)
        layout.addWidget(self.button)
        layout.addStretch(1)

    def refresh(self) -> None:
        """Show what can be done."""
        self.from_path.setEnabled(bool(self._viewer.path.keyframes))
        self.button.setEnabled(self._bake.enabled(self._viewer))

    def _set(self) -> None:
        files = self._viewer.files
        triangles = self.triangles.value()
        files.bake_from_keyframes = self.from_path.isChecked()
        files.bake_options = replace(
            files.bake_options,
            voxel_size=self.voxel.value() or None,
            views=self.views.value(),
            max_triangles=max(triangles, 4) if triangles else None,
        )
