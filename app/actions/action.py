"""What a command of the viewer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ..viewer import Viewer


class Menu(Enum):
    """Menus of the window, in their order."""

    FILE = "File"
    EDIT = "Edit"
    SELECT = "Select"
    VIEW = "View"
    COMPARE = "Compare"
    PHOTOS = "Photos"
    CAMERA = "Camera"
    HELP = "Help"


@dataclass(frozen=True, kw_only=True)
class Action:
    """One command.

    Args:
        name: For scripts and tests, never shown, never changed.
        menu: Where it is found.
        text: Shown in the menu.
        tip: One sentence for tooltip and documentation.
        keys: Shortcuts in Qt's portable spelling, the first is shown.
        run: Does it.
        enabled: Whether it can be done now.
        checked: Whether it is on, for what can be on; else `None`.
    """

    name: str
    menu: Menu
    text: str
    tip: str
    run: Callable[[Viewer], object]
    keys: tuple[str, ...] = ()
    enabled: Callable[[Viewer], bool] = lambda viewer: True
    checked: Callable[[Viewer], bool] | None = None


def has_scene(viewer: Viewer) -> bool:
    """Whether a scene was read."""
    return bool(viewer.state.loaded)


def has_selection(viewer: Viewer) -> bool:
    """Whether Gaussians are selected."""
    return bool(viewer.state.document.selection)


def has_volume(viewer: Viewer) -> bool:
    """Whether a sphere, box or ellipsoid was drawn and something was read."""
    return viewer.tools.volume is not None and has_scene(viewer)
