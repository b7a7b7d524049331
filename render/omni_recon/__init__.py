"""Omni-Recon: posed photos -> depth and novel views by one network for all scenes (arXiv:2403.11131)."""

from .depth_fusion import FusedMesh, FusionOptions, fuse_depths
from .map_blending import blend_maps
from .model import OmniRecon
from .reconstruction import reconstruct
from .reconstruction_types import (
    OnReconstruction,
    Quality,
    Reconstruction,
    ReconstructionOptions,
    ReconstructionProgress,
    ReconstructionStage,
    ViewDepth,
)
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
    "FusedMesh",
    "FusionOptions",
    "Normalisation",
    "OmniConfig",
    "OmniRecon",
    "OnRays",
    "OnReconstruction",
    "Quality",
    "RayOutput",
    "Reconstruction",
    "ReconstructionOptions",
    "ReconstructionProgress",
    "ReconstructionStage",
    "RenderedView",
    "SceneBox",
    "SourceViews",
    "ViewDepth",
    "blend_maps",
    "camera_rays",
    "fuse_depths",
    "load_weights",
    "ray_spans",
    "reconstruct",
    "render_view",
    "save_weights",
]
