"""Random scenes made from a seed: shapes, solid textures, light and cameras, for training and measuring."""

from .composition import procedural_scene
from .scene import Lamp, Lighting, Material, Part, ProceduralScene, Role, View
from .surfaces import Surface

__all__ = [
    "Lamp",
    "Lighting",
    "Material",
    "Part",
    "ProceduralScene",
    "Role",
    "Surface",
    "View",
    "procedural_scene",
]
