"""The one registry of commands: menus, shortcuts, the command palette and docs/viewer-keys.md are made from it."""

from __future__ import annotations

from .action import Action, Menu
from .camera_menu import camera_actions
from .compare_menu import compare_actions
from .edit_menu import edit_actions
from .file_menu import file_actions
from .help_menu import help_actions
from .photos_menu import photos_actions
from .select_menu import select_actions
from .view_menu import view_actions

__all__ = ["ACTIONS", "Action", "Menu", "action"]

ACTIONS: tuple[Action, ...] = (
    *file_actions(),
    *edit_actions(),
    *select_actions(),
    *view_actions(),
    *compare_actions(),
    *photos_actions(),
    *camera_actions(),
    *help_actions(),
)
"""Every command of the viewer, in the order of the menus."""


def action(name: str) -> Action:
    """The command of that name."""
    return next(entry for entry in ACTIONS if entry.name == name)
