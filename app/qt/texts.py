"""All words of the window that are no command, in one place, ready to translate. Commands have theirs in `actions`."""

from __future__ import annotations

from importlib.metadata import version

TITLE = "rowsplat"
RECENT = "Open recent"
PANELS = "Panels"
SCENES = "Scenes"
EDITS = "Edits"
VALUES = "Values"
STATISTICS = "Statistics"
COMPARE = "Compare"
PATH = "Camera path"


def about(renderer: str) -> str:
    """Text of the About box."""
    return (
        f"<h3>rowsplat {version('rowsplat')}</h3>"
        "<p>Gaussian splatting with intra-row sequential shading (IRSS), with or without a GPU.</p>"
        f"<p>Drawn by {renderer or 'nothing yet'}.</p>"
        "<p>rowsplat is under the Apache License 2.0. This window uses PyQt6, which is under the GPL version 3: "
        "who passes on both together does so under the GPL.</p>"
    )
