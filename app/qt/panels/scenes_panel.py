"""The list of scenes: name, visibility, lock, size, and what can be done with one."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ... import texts
from ...viewer import Viewer
from .controls import push_button
from .placement_fields import PlacementFields

_NAME, _VISIBLE, _LOCKED, _COUNT = range(4)
_ID = Qt.ItemDataRole.UserRole


class ScenesPanel(QWidget):
    """A row for every scene; ticking and renaming are steps that can be undone."""

    def __init__(self, viewer: Viewer) -> None:
        """Show the scenes of `viewer`."""
        super().__init__()
        self._viewer = viewer
        self._filling = False
        self._shown: object = None
        self.tree = QTreeWidget(self)
        self.tree.setHeaderLabels(texts.SCENES_HEAD)
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName(texts.SCENES)
        self.tree.setToolTip(texts.SCENES_TIP)
        self.tree.itemChanged.connect(self._changed)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 0)
        self.progress.setFormat(texts.READING)
        self.cancel = push_button(self, texts.CANCEL, texts.CANCEL_TIP, viewer.cancel)
        self.remove = push_button(self, texts.REMOVE_SCENE, texts.REMOVE_SCENE_TIP, self._remove)
        self.placement = PlacementFields(viewer, self._chosen)
        self.tree.itemSelectionChanged.connect(self.placement.refresh)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tree)
        layout.addWidget(self.placement)
        row = QHBoxLayout()
        for widget in (self.progress, self.cancel, self.remove):
            row.addWidget(widget)
        layout.addLayout(row)

    def refresh(self) -> None:
        """Show the document's scenes."""
        state = self._viewer.state
        self.progress.setVisible(state.is_loading)
        self.cancel.setVisible(state.is_loading)
        shown = (state.document.scenes, frozenset(state.loaded))
        if shown != self._shown:
            self._fill(shown)
        self.placement.refresh()

    def _fill(self, shown: object) -> None:
        state = self._viewer.state
        self._shown, self._filling = shown, True
        chosen = self._chosen()
        self.tree.clear()
        for item in state.document.scenes:
            loaded = state.loaded.get(item.scene_id)
            size = (
                texts.READING_SIZE if loaded is None else texts.MESH if item.is_mesh else f"{loaded.count:,}"
            )
            row = QTreeWidgetItem([item.name, "", "", size])
            row.setData(_NAME, _ID, item.scene_id)
            row.setFlags(row.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable)
            row.setToolTip(_NAME, str(item.source))
            row.setCheckState(_VISIBLE, _check(item.visible))
            row.setCheckState(_LOCKED, _check(item.locked))
            self.tree.addTopLevelItem(row)
            if item.scene_id == chosen:
                self.tree.setCurrentItem(row)
        for column in range(4):
            self.tree.resizeColumnToContents(column)
        self._filling = False

    def _chosen(self) -> int | None:
        row = self.tree.currentItem()
        return None if row is None else row.data(_NAME, _ID)

    def _changed(self, row: QTreeWidgetItem, column: int) -> None:
        item = self._viewer.state.document.scene(row.data(_NAME, _ID))
        if self._filling or item is None:
            return
        checked = Qt.CheckState.Checked
        changed = replace(
            item,
            name=row.text(_NAME).strip() or item.name,
            visible=row.checkState(_VISIBLE) == checked,
            locked=row.checkState(_LOCKED) == checked,
        )
        if changed != item:
            label = {_NAME: texts.STEP_RENAME, _VISIBLE: texts.STEP_SHOW, _LOCKED: texts.STEP_LOCK}[column]
            self._viewer.session.change_scene(f"{label} {item.name}", changed)

    def _remove(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._viewer.session.remove(chosen)


def _check(on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
