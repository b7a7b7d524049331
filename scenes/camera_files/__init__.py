"""Camera files: nerfstudio camera paths, transforms.json, INRIA cameras.json, COLMAP models."""

from .load import load_cameras
from .save import save_camera_path, save_transforms

__all__ = ["load_cameras", "save_camera_path", "save_transforms"]
