"""What is shown: Gaussians, cameras and their files. Immutable values; an edit returns a new one."""

from .camera import Camera, CameraAxes, CameraPath
from .camera_files import load_cameras, save_camera_path, save_transforms
from .gaussians import Gaussians

__all__ = [
    "Camera",
    "CameraAxes",
    "CameraPath",
    "Gaussians",
    "load_cameras",
    "save_camera_path",
    "save_transforms",
]
