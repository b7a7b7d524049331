"""The two looks, A and B, that are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QFormLayout, QLabel, QSlider, QVBoxLayout, QWidget

from ....render import Blend, RenderMode
from ...messages import Comparison, Look
from ...overlay import comparison_text
from ...viewer import Viewer


class ComparePanel(QWidget):
    """Blender, mode and scene of each look, the kind of comparison, the slider."""

    def __init__(self, viewer: Viewer) -> None:
        """Show the looks of `viewer`."""
        super().__init__()
        self._viewer = viewer
        self._filling = False
        form = QFormLayout()
        self.kind = self._enum(
            Comparison, "One picture, two at a slider, or their difference", self._set_kind
        )
        form.addRow("Comparison", self.kind)
        self.boxes: dict[str, tuple[QComboBox, QComboBox, QComboBox]] = {}
        for name in ("A", "B"):
            blend = self._enum(Blend, f"Blender of look {name} (A: T toggles)", self._set_looks)
            mode = self._enum(RenderMode, f"What look {name} shows", self._set_looks)
            scene = QComboBox(self)
            scene.setToolTip(f"All scenes, or one, for look {name}")
            scene.setAccessibleName(f"Scene of look {name}")
            scene.activated.connect(self._set_looks)
            self.boxes[name] = (blend, mode, scene)
            form.addRow(f"{name}: blender", blend)
            form.addRow(f"{name}: shows", mode)
            form.addRow(f"{name}: scenes", scene)
        self.split = QSlider(Qt.Orientation.Horizontal, self)
        self.split.setRange(0, 1000)
        self.split.setToolTip("Where A ends and B begins; the line in the picture can be dragged too")
        self.split.setAccessibleName("Split")
        self.split.valueChanged.connect(self._set_split)
        form.addRow("Split", self.split)
        self.result = QLabel(self)
        self.result.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.result)
        layout.addStretch(1)

    def refresh(self) -> None:
        """Show the looks."""
        self._filling = True
        view = self._viewer.state.view
        _choose(self.kind, view.comparison)
        scenes = [
            ("all", None),
            *((item.name, (item.scene_id,)) for item in self._viewer.state.document.scenes),
        ]
        for name, look in (("A", view.look), ("B", view.other)):
            blend, mode, scene = self.boxes[name]
            _choose(blend, look.blend)
            _choose(mode, look.mode)
            if [scene.itemText(i) for i in range(scene.count())] != [text for text, _ in scenes]:
                scene.clear()
                for text, value in scenes:
                    scene.addItem(text, value)
            _choose(scene, look.scenes)
        self.split.setValue(round(view.split * 1000))
        self.result.setText(comparison_text(self._viewer))
        self._filling = False

    def _enum(self, kind: type[Enum], tip: str, changed: Callable[[], None]) -> QComboBox:
        box = QComboBox(self)
        for entry in kind:
            box.addItem(entry.value, entry)
        box.setToolTip(tip)
        box.setAccessibleName(tip)
        box.activated.connect(changed)
        return box

    def _set_kind(self) -> None:
        self._viewer.compare(self.kind.currentData())

    def _set_split(self, value: int) -> None:
        if not self._filling:
            self._viewer.session.set_view(replace(self._viewer.state.view, split=value / 1000))

    def _set_looks(self) -> None:
        view = self._viewer.state.view
        look, other = (self._chosen(key, old) for key, old in (("A", view.look), ("B", view.other)))
        self._viewer.session.set_view(replace(view, look=look, other=other))

    def _chosen(self, name: str, old: Look) -> Look:
        blend, mode, scene = self.boxes[name]
        return replace(old, blend=blend.currentData(), mode=mode.currentData(), scenes=scene.currentData())


def _choose(box: QComboBox, value: object) -> None:
    for index in range(box.count()):
        if box.itemData(index) == value:
            box.setCurrentIndex(index)
