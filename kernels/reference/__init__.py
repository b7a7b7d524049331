"""The slow, readable, differentiable PyTorch twin of every fast kernel: the specification."""

from .blending import BlendedImages, blend_pixels
from .blending_weights import Gathered, blending_weights, gather_map
from .irss import irss_rows, row_constants, row_intervals
from .pipeline import ReferenceRender, render_reference
from .projection import ProjectedGaussians, project
from .spherical_harmonics import view_colors
from .tile_lists import TileLists, all_pairs_lists, depth_order, exact_lists, square_lists

__all__ = [
    "BlendedImages",
    "Gathered",
    "ProjectedGaussians",
    "ReferenceRender",
    "TileLists",
    "all_pairs_lists",
    "blend_pixels",
    "blending_weights",
    "depth_order",
    "exact_lists",
    "gather_map",
    "irss_rows",
    "project",
    "render_reference",
    "row_constants",
    "row_intervals",
    "square_lists",
    "view_colors",
]
