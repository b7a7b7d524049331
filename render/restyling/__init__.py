"""Appearance edits through pictures: views of a scene are edited in 2D and written back into its colours."""

from .colour_transfer import ColourTransfer
from .restyle import Restyled, restyle, restyle_views
from .styles import STYLE_SOURCES, editor_of
from .types import (
    OnProgress,
    Picture,
    RestyleOptions,
    RestyleStage,
    ViewEditor,
    WriteBackOptions,
    no_progress,
)
from .view_ring import camera_ring
from .write_back import write_back

__all__ = [
    "STYLE_SOURCES",
    "ColourTransfer",
    "OnProgress",
    "Picture",
    "RestyleOptions",
    "RestyleStage",
    "Restyled",
    "ViewEditor",
    "WriteBackOptions",
    "camera_ring",
    "editor_of",
    "no_progress",
    "restyle",
    "restyle_views",
    "write_back",
]
