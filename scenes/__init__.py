"""What is shown: Gaussians, cameras and their files. Immutable values; an edit returns a new one."""

from .camera import Camera, CameraPath
from .gaussians import Gaussians

__all__ = ["Camera", "CameraPath", "Gaussians"]
