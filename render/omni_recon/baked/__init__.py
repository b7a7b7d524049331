"""Omni-Recon in real time: a mesh, photos with features, and the appearance branch as the shader."""

from .renderer import BakedRenderer
from .types import Bake, BakedOptions, BakedPicture, BakedStageTimes, BakedView, OnBake

__all__ = [
    "Bake",
    "BakedOptions",
    "BakedPicture",
    "BakedRenderer",
    "BakedStageTimes",
    "BakedView",
    "OnBake",
]
