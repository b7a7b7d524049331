"""Scene + camera + options -> image."""

from .backends import create_renderer
from .images import write_image
from .metrics import max_abs_error, mean_squared_error, psnr, ssim
from .tone_mapping import tone_map
from .types import (
    Backend,
    Blend,
    GpuIrss,
    RenderCounts,
    Renderer,
    RenderMode,
    RenderOptions,
    RenderResult,
    StageTimes,
)

__all__ = [
    "Backend",
    "Blend",
    "GpuIrss",
    "RenderCounts",
    "RenderMode",
    "RenderOptions",
    "RenderResult",
    "Renderer",
    "StageTimes",
    "create_renderer",
    "max_abs_error",
    "mean_squared_error",
    "psnr",
    "ssim",
    "tone_map",
    "write_image",
]
