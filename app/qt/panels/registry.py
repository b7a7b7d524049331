"""All panels of the window. A feature that needs another one adds it here, its commands to `actions`, what it asks of
the render process as a `Question`, and what takes long as a `Job`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from ... import texts
from ...actions import Action
from ...viewer import Viewer
from .compare_panel import ComparePanel
from .edit_panel import EditPanel
from .mesh_panel import MeshPanel
from .path_panel import PathPanel
from .scenes_panel import ScenesPanel
from .statistics_panel import StatisticsPanel
from .values_panel import ValuesPanel
from .words_panel import WordsPanel

RunAction = Callable[[Action], None]


class Panel(Protocol):
    """A widget beside the picture."""

    def refresh(self) -> None:
        """Show the state as it is."""
        ...


@dataclass(frozen=True, kw_only=True)
class PanelEntry:
    """One panel.

    Args:
        title: Shown above it and in the View menu.
        make: Makes the widget, which is a `Panel` too.
        side: Where it is docked first.
        height: At first, where there is room [logical px].
        tab_of: Title of the panel before it whose place it shares.
    """

    title: str
    make: Callable[[Viewer, RunAction], QWidget]
    side: Qt.DockWidgetArea
    height: int
    tab_of: str = ""


_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea

PANELS = (
    PanelEntry(title=texts.SCENES, make=lambda viewer, run: ScenesPanel(viewer), side=_LEFT, height=220),
    PanelEntry(title=texts.EDITS, make=EditPanel, side=_LEFT, height=420),
    PanelEntry(title=texts.WORDS, make=WordsPanel, side=_LEFT, height=420, tab_of=texts.EDITS),
    PanelEntry(title=texts.VALUES, make=lambda viewer, run: ValuesPanel(viewer), side=_LEFT, height=180),
    PanelEntry(title=texts.STATISTICS, make=StatisticsPanel, side=_RIGHT, height=330),
    PanelEntry(title=texts.COMPARE, make=lambda viewer, run: ComparePanel(viewer), side=_RIGHT, height=270),
    PanelEntry(title=texts.PATH, make=PathPanel, side=_RIGHT, height=200),
    PanelEntry(title=texts.MESH_PANEL, make=MeshPanel, side=_RIGHT, height=200, tab_of=texts.PATH),
)
