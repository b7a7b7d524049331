"""Times, counts and memory of the pictures, live, and why IRSS is faster."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ... import texts
from ...actions import Action
from ...overlay import statistics_rows, why_rows
from ...viewer import Viewer
from .command_buttons import CommandButtons
from .controls import push_button
from .stage_plot import COLOURS, StagePlot

_BUTTONS = ("mode-rgb", "mode-cost")
_NAMES = ("project", "sort", "bin", "blend")


class StatisticsPanel(QWidget):
    """A stacked plot of the stages, a table, and a comparison of the work of both blenders on demand."""

    def __init__(self, viewer: Viewer, run: Callable[[Action], None]) -> None:
        """Show the statistics of `viewer`; `run` runs a command."""
        super().__init__()
        self._viewer = viewer
        self.plot, self.table, self.why = StagePlot(self), QLabel(self), QLabel(self)
        for label in (self.table, self.why):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
        legend = QLabel(
            " ".join(f"<span style='color:{c}'>■</span> {n}" for n, c in zip(_NAMES, COLOURS, strict=True)),
            self,
        )
        self.ask = push_button(self, texts.WHY, texts.WHY_TIP, viewer.ask_why)
        self.commands = CommandButtons(_BUTTONS, len(_BUTTONS), run)
        layout = QVBoxLayout(self)
        for widget in (self.plot, legend, self.table, self.ask, self.why, self.commands):
            layout.addWidget(widget)
        layout.addStretch(1)

    def refresh(self) -> None:
        """Show the last pictures."""
        self.plot.show_times(self._viewer.statistics.stage_times)
        self.table.setText(_table(statistics_rows(self._viewer.state.frame, self._viewer)))
        self.commands.refresh(self._viewer)
        self.why.setText(_table(why_rows(self._viewer)))


def _table(rows: list[tuple[str, ...]]) -> str:
    cells = ["".join(f"<td style='padding-right:6px'>{cell}</td>" for cell in row) for row in rows]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>" if rows else ""
