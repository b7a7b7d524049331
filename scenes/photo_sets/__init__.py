"""Posed photo sets: reading them, and finding out what their cameras see."""

from .depth_ranges import near_far, near_far_of_camera, scene_box
from .load import load_photo_set
from .photo import Background, Photo, PhotoImage
from .photo_set import PhotoSet
from .source_views import choose_source_views

__all__ = [
    "Background",
    "Photo",
    "PhotoImage",
    "PhotoSet",
    "choose_source_views",
    "load_photo_set",
    "near_far",
    "near_far_of_camera",
    "scene_box",
]
