"""Commands of the Help menu."""

from __future__ import annotations

from collections.abc import Sequence

from .action import Action, Menu


def help_actions() -> Sequence[Action]:
    """In the order of the menu."""
    return (
        Action(
            name="hints",
            menu=Menu.HELP,
            text="Show the hints",
            keys=("F1",),
            tip="Show the five most useful keys over the picture.",
            run=lambda viewer: viewer.toggle_hint(),
            checked=lambda viewer: viewer.hint,
        ),
        Action(
            name="restart-renderer",
            menu=Menu.HELP,
            text="Restart the render process",
            tip="End the render process and start another; nothing is lost.",
            run=lambda viewer: viewer.session.restart(),
        ),
        Action(
            name="about",
            menu=Menu.HELP,
            text="About rowsplat",
            tip="Version, back end and why it was chosen, licences.",
            run=lambda viewer: viewer.window.show_about(),
        ),
    )
