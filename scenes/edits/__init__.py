"""Edits of a scene: programs of operations with unlimited undo, selections to apply them to, measuring."""

from .cache import EditCache
from .edited_gaussians import EditedGaussians
from .index_mask import IndexMask
from .operations import Delete, Duplicate, EditOperation, Hide, Recolour, ShowAll, Transform
from .program import EditProgram

__all__ = [
    "Delete",
    "Duplicate",
    "EditCache",
    "EditOperation",
    "EditProgram",
    "EditedGaussians",
    "Hide",
    "IndexMask",
    "Recolour",
    "ShowAll",
    "Transform",
]
