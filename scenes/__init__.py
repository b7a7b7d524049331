"""What is shown: Gaussians, cameras and their files. Immutable values; an edit returns a new one."""

from .camera import Camera, CameraAxes, CameraPath
from .camera_files import load_cameras, save_camera_path, save_transforms
from .formats import SceneFormat, describe_file, load_gaussians, save_gaussians
from .gaussians import Gaussians
from .transforms import merge, rotate, scale, transform, translate
from .views import SceneExtent, default_camera, orbit_camera, orbit_path, scene_extent

__all__ = [
    "Camera",
    "CameraAxes",
    "CameraPath",
    "Gaussians",
    "SceneExtent",
    "SceneFormat",
    "default_camera",
    "describe_file",
    "load_cameras",
    "load_gaussians",
    "merge",
    "orbit_camera",
    "orbit_path",
    "rotate",
    "save_camera_path",
    "save_gaussians",
    "save_transforms",
    "scale",
    "scene_extent",
    "transform",
    "translate",
]
