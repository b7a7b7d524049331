"""How opacity, size, colour and the like are spread, and selecting a range of them."""

from __future__ import annotations

from PyQt6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from ....scenes.edits.attributes import Attribute
from ... import texts
from ...questions import AskHistogram, Combine, HistogramAnswer, ValueRange
from ...viewer import Viewer
from .controls import push_button
from .histogram_plot import HistogramPlot


class ValuesPanel(QWidget):
    """A histogram of one attribute; the chosen range becomes the selection."""

    def __init__(self, viewer: Viewer) -> None:
        """Ask `viewer`'s render process."""
        super().__init__()
        self._viewer = viewer
        self._shown: object = None
        self.attribute = QComboBox(self)
        for entry in Attribute:
            self.attribute.addItem(entry.value, entry)
        self.attribute.setToolTip(texts.ATTRIBUTE_TIP)
        self.attribute.setAccessibleName(texts.ATTRIBUTE)
        self.attribute.activated.connect(self._ask)
        self.plot = HistogramPlot(self._select, self)
        self.limits = QLabel(self)
        self.update_button = push_button(self, texts.UPDATE, texts.UPDATE_TIP, self._ask)
        layout = QVBoxLayout(self)
        layout.addWidget(self.attribute)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.limits)
        layout.addWidget(self.update_button)

    def refresh(self) -> None:
        """Count when other scenes or edits are shown."""
        document = self._viewer.state.document
        shown = (document.scenes, frozenset(self._viewer.state.loaded))
        if shown != self._shown and self._viewer.state.loaded:
            self._shown = shown
            self._ask()

    def _ask(self) -> None:
        question = AskHistogram(attribute=self.attribute.currentData(), camera=self._viewer.state.view.camera)
        self._viewer.session.ask(question, self._show)

    def _show(self, answer: HistogramAnswer) -> None:
        self.plot.show_histogram(answer)
        self.limits.setText(texts.value_range(answer.low, answer.high, sum(answer.counts)))

    def _select(self, low: float, high: float) -> None:
        self._viewer.session.select(
            ValueRange(attribute=self.attribute.currentData(), low=low, high=high), Combine.REPLACE
        )
