"""What is shown: Gaussians, cameras and their files. Immutable values; an edit returns a new one."""

from .camera import Camera, CameraAxes, CameraPath
from .camera_files import load_cameras, save_camera_path, save_transforms
from .gaussians import Gaussians
from .transforms import merge, rotate, scale, transform, translate
from .views import SceneExtent, default_camera, orbit_camera, orbit_path, scene_extent

__all__ = [
    "Camera",
    "CameraAxes",
    "CameraPath",
    "Gaussians",
    "SceneExtent",
    "default_camera",
    "load_cameras",
    "merge",
    "orbit_camera",
    "orbit_path",
    "rotate",
    "save_camera_path",
    "save_transforms",
    "scale",
    "scene_extent",
    "transform",
    "translate",
]
