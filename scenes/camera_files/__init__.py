"""Camera files: nerfstudio camera paths, transforms.json, INRIA cameras.json, COLMAP models."""

from .load import load_cameras
from .nerfstudio_keyframes import load_keyframes
from .save import save_camera_path, save_keyframes, save_transforms

__all__ = ["load_cameras", "load_keyframes", "save_camera_path", "save_keyframes", "save_transforms"]
