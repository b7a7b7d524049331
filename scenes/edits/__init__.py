"""Edits of a scene: programs of operations with unlimited undo, selections to apply them to, measuring."""

from .cache import EditCache
from .colour_operations import Contrast, Paint, ShiftHue
from .edited_gaussians import EditedGaussians
from .file_operations import Insert, ReplaceColours
from .index_mask import IndexMask
from .operations import Delete, Duplicate, EditOperation, Hide, Recolour, ShowAll, Transform
from .program import EditProgram

__all__ = [
    "Contrast",
    "Delete",
    "Duplicate",
    "EditCache",
    "EditOperation",
    "EditProgram",
    "EditedGaussians",
    "Hide",
    "IndexMask",
    "Insert",
    "Paint",
    "Recolour",
    "ReplaceColours",
    "ShiftHue",
    "ShowAll",
    "Transform",
]
