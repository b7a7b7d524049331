"""Readers and writers of splat scenes."""

from .file_formats import SceneFormat, SpzVersion
from .load_save import describe_file, load_gaussians, save_gaussians

__all__ = ["SceneFormat", "SpzVersion", "describe_file", "load_gaussians", "save_gaussians"]
