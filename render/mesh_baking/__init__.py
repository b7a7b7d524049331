"""Gaussians -> triangle mesh, by way of depth pictures and a truncated signed distance field."""

from .bake import bake_mesh
from .types import BakedMesh, BakeOptions, BakeStage, OnProgress

__all__ = ["BakeOptions", "BakeStage", "BakedMesh", "OnProgress", "bake_mesh"]
