"""Drawing baked scenes on the CPU. Importing this module loads no kernel language."""

from __future__ import annotations

from .baked_types import MeshRasteriser, ViewShader
from .runtime import Device, initialise


def create_baked_drawing(
    *, language: str | None = None, threads: int | None = None
) -> tuple[MeshRasteriser, ViewShader]:
    """Start the kernel language on the CPU and return what draws baked scenes.

    Args:
        language: "taichi", "quadrants" or `None` for the best that is installed.
        threads: CPU worker threads, all cores by default.

    Raises:
        BackendError: The language cannot be had, or this process already draws on another device.
    """
    runtime = initialise(Device.CPU, language=language, threads=threads)
    from .taichi.baked_scene import CpuMeshRasteriser, CpuViewShader

    return CpuMeshRasteriser(runtime), CpuViewShader(runtime)
