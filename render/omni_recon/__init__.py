"""Omni-Recon: posed photos -> depth and novel views by one network for all scenes (arXiv:2403.11131)."""

from .map_blending import blend_maps
from .model import OmniRecon
from .types import (
    DepthRange,
    EncodedScene,
    Normalisation,
    OmniConfig,
    OnRays,
    RayOutput,
    RenderedView,
    SceneBox,
    SourceViews,
)
from .view_projection import camera_rays
from .view_rendering import ray_spans, render_view
from .weights import load_weights, save_weights

__all__ = [
    "DepthRange",
    "EncodedScene",
    "Normalisation",
    "OmniConfig",
    "OmniRecon",
    "OnRays",
    "RayOutput",
    "RenderedView",
    "SceneBox",
    "SourceViews",
    "blend_maps",
    "camera_rays",
    "load_weights",
    "ray_spans",
    "render_view",
    "save_weights",
]
