"""Where the chosen scene stands, as numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QWidget

from ... import texts
from ...placement import Placement
from ...viewer import Viewer
from .controls import narrow_number

_FARTHEST, _LARGEST, _SMALLEST = 1e6, 1e4, 1e-4


class PlacementFields(QWidget):
    """Position, turns and size; each change is a step that can be undone."""

    def __init__(self, viewer: Viewer, chosen: Callable[[], int | None]) -> None:
        """Place a scene of `viewer`; `chosen` says which."""
        super().__init__()
        self._viewer, self._chosen = viewer, chosen
        self._shown: Placement | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        self.position = self._row(grid, 0, texts.POSITION, texts.POSITION_TIPS, _FARTHEST)
        self.degrees = self._row(grid, 1, texts.TURNS, texts.TURNS_TIPS, 180.0)
        self.factor = self._row(grid, 2, texts.SIZE, (texts.SIZE_TIP,), _LARGEST)
        for box in self.degrees:
            box.setWrapping(True)

    def refresh(self) -> None:
        """Show where the scene stands, where one is chosen."""
        item = self._viewer.state.document.scene(self._chosen() or 0)
        self.setEnabled(item is not None and not item.locked)
        placement = Placement() if item is None else Placement.of(item.matrix)
        if placement == self._shown:
            return
        self._shown = placement
        values = (*placement.position, *placement.degrees, placement.size)
        for box, value in zip((*self.position, *self.degrees, *self.factor), values, strict=True):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)

    def _row(
        self, grid: QGridLayout, row: int, label: str, tips: tuple[str, ...], most: float
    ) -> tuple[QDoubleSpinBox, ...]:
        grid.addWidget(QLabel(label, self), row, 0)
        boxes: list[QDoubleSpinBox] = []
        for column, tip in enumerate(tips, start=1):
            box = narrow_number(self, tip, -most, most)
            box.setKeyboardTracking(False)  # a number that is half typed is no step
            box.valueChanged.connect(self._place)
            grid.addWidget(box, row, column)
            boxes.append(box)
        return tuple(boxes)

    def _place(self) -> None:
        item = self._viewer.state.document.scene(self._chosen() or 0)
        if item is None or item.locked:
            return
        x, y, z = (box.value() for box in self.position)
        about_x, about_y, about_z = (box.value() for box in self.degrees)
        size = self.factor[0].value()
        if abs(size) < _SMALLEST:
            size = _SMALLEST
        placed = Placement(position=(x, y, z), degrees=(about_x, about_y, about_z), size=size)
        self._viewer.session.change_scene(texts.step_place(item.name), replace(item, matrix=placed.matrix))
