"""The two looks, A and B, that are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QFormLayout, QLabel, QSlider, QVBoxLayout, QWidget

from ....render import Blend, RenderMode
from ... import texts
from ...messages import Comparison, Look, PhotoView
from ...overlay import comparison_text
from ...viewer import Viewer


class ComparePanel(QWidget):
    """Blender, mode and content of each look, the kind of comparison, the slider."""

    def __init__(self, viewer: Viewer) -> None:
        """Show the looks of `viewer`."""
        super().__init__()
        self._viewer = viewer
        self._filling = False
        form = QFormLayout()
        self.kind = self._enum(Comparison, texts.COMPARISON_TIP, self._set_kind)
        form.addRow(texts.COMPARISON, self.kind)
        self.boxes: dict[str, tuple[QComboBox, QComboBox, QComboBox]] = {}
        for name in texts.LOOKS:
            (blend_label, blend_tip), (mode_label, mode_tip) = texts.blender_of(name), texts.mode_of(name)
            blend = self._enum(Blend, blend_tip, self._set_looks)
            mode = self._enum(RenderMode, mode_tip, self._set_looks)
            content_label, content_tip = texts.scenes_of(name)
            content = self._box(content_tip, self._set_looks)
            self.boxes[name] = (blend, mode, content)
            for label, box in ((blend_label, blend), (mode_label, mode), (content_label, content)):
                form.addRow(label, box)
        self.split = QSlider(Qt.Orientation.Horizontal, self)
        self.split.setRange(0, 1000)
        self.split.setToolTip(texts.SPLIT_TIP)
        self.split.setAccessibleName(texts.SPLIT)
        self.split.valueChanged.connect(self._set_split)
        form.addRow(texts.SPLIT, self.split)
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
        contents = self._contents()
        for name, look in zip(texts.LOOKS, (view.look, view.other), strict=True):
            blend, mode, content = self.boxes[name]
            _choose(blend, look.blend)
            _choose(mode, look.mode)
            if [content.itemText(i) for i in range(content.count())] != [text for text, _ in contents]:
                content.clear()
                for text, value in contents:
                    content.addItem(text, value)
            _choose(content, (look.scenes, look.photos, look.photo_view))
        self.split.setValue(round(view.split * 1000))
        self.result.setText(comparison_text(self._viewer))
        self._filling = False

    def _contents(self) -> list[tuple[str, object]]:
        """What a look can show: its name, and the look's `scenes`, `photos` and `photo_view`."""
        nearest, path = PhotoView.NEAREST, self._viewer.photos.path
        contents: list[tuple[str, object]] = [(texts.ALL_SCENES, (None, None, nearest))]
        contents += [
            (item.name, ((item.scene_id,), None, nearest)) for item in self._viewer.state.document.scenes
        ]
        if path is not None:
            contents += [(view.value, (None, path, view)) for view in PhotoView]
        return contents

    def _enum(self, kind: type[Enum], tip: str, changed: Callable[[], None]) -> QComboBox:
        box = self._box(tip, changed)
        for entry in kind:
            box.addItem(entry.value, entry)
        return box

    def _box(self, tip: str, changed: Callable[[], None]) -> QComboBox:
        box = QComboBox(self)
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
        looks = (self._chosen(*entry) for entry in zip(texts.LOOKS, (view.look, view.other), strict=True))
        look, other = looks
        self._viewer.session.set_view(replace(view, look=look, other=other))

    def _chosen(self, name: str, old: Look) -> Look:
        blend, mode, content = self.boxes[name]
        scenes, photos, photo_view = content.currentData()
        return replace(
            old,
            blend=blend.currentData(),
            mode=mode.currentData(),
            scenes=scenes,
            photos=photos,
            photo_view=photo_view,
        )


def _choose(box: QComboBox, value: object) -> None:
    for index in range(box.count()):
        if box.itemData(index) == value:
            box.setCurrentIndex(index)
