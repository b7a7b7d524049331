"""Buttons for commands of the registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QGridLayout, QPushButton, QWidget

from ... import texts
from ...actions import Action, action
from ...viewer import Viewer
from ..command_tips import tip_with_key


class CommandButtons(QWidget):
    """A grid of buttons; each is what its command is in the menu."""

    def __init__(self, names: Sequence[str], columns: int, run: Callable[[Action], None]) -> None:
        """Buttons of the commands `names`; `run` runs one."""
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        self.buttons: dict[str, QPushButton] = {}
        for number, name in enumerate(names):
            entry = action(name)
            button = QPushButton(texts.SHORT_COMMANDS.get(name, entry.text), self)
            button.setToolTip(tip_with_key(entry))
            button.setCheckable(entry.checked is not None)
            button.clicked.connect(lambda _checked=False, entry=entry: run(entry))
            self.buttons[name] = button
            grid.addWidget(button, number // columns, number % columns)

    def refresh(self, viewer: Viewer) -> None:
        """Show what can be done and what is on."""
        for name, button in self.buttons.items():
            entry = action(name)
            button.setEnabled(entry.enabled(viewer))
            if entry.checked is not None:
                button.setChecked(entry.checked(viewer))
