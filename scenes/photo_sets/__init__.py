"""Posed photo sets: reading them, and finding out what their cameras see."""

from .camera_readings import CameraReading
from .depth_ranges import near_far, near_far_of_camera, scene_box
from .load import load_photo_set
from .photo import Background, Photo, PhotoImage
from .photo_set import PhotoSet
from .reprojection_check import CameraFit, ReprojectionCheck, reprojection_check
from .source_views import choose_source_views
from .triangulation import triangulated_points, with_triangulated_points

__all__ = [
    "Background",
    "CameraFit",
    "CameraReading",
    "Photo",
    "PhotoImage",
    "PhotoSet",
    "ReprojectionCheck",
    "choose_source_views",
    "load_photo_set",
    "near_far",
    "near_far_of_camera",
    "reprojection_check",
    "scene_box",
    "triangulated_points",
    "with_triangulated_points",
]
