"""All words of the window that are no command, in one place, ready to translate. Commands have theirs in `actions`."""

from __future__ import annotations

import time
from importlib.metadata import version
from pathlib import Path

TITLE = "rowsplat"
RECENT = "Open recent"
PANELS = "Panels"
SCENES = "Scenes"
EDITS = "Edits"
VALUES = "Values"
STATISTICS = "Statistics"
COMPARE = "Compare"
PATH = "Camera path"
RESTORE = "Restore"
DISCARD = "Discard"


def recovery(path: Path) -> str:
    """The offer of an autosaved project."""
    minutes = max(0.0, time.time() - path.stat().st_mtime) / 60.0
    ago = f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
    return f"rowsplat ended unexpectedly {ago} ago; its work was kept."


def about(renderer: str) -> str:
    """Text of the About box."""
    return (
        f"<h3>rowsplat {version('rowsplat')}</h3>"
        "<p>Gaussian splatting with intra-row sequential shading (IRSS), with or without a GPU.</p>"
        f"<p>Drawn by {renderer or 'nothing yet'}.</p>"
        "<p>rowsplat is under the Apache License 2.0. This window uses PyQt6, which is under the GPL version 3: "
        "who passes on both together does so under the GPL.</p>"
    )
