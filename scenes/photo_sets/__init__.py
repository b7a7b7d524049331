"""Posed photo sets: reading them, and finding out what their cameras see."""

from .load import load_photo_set
from .photo import Background, Photo, PhotoImage
from .photo_set import PhotoSet

__all__ = ["Background", "Photo", "PhotoImage", "PhotoSet", "load_photo_set"]
