"""The fast splatting pipelines, by device. Importing this module loads no kernel language."""

from __future__ import annotations

from .runtime import Device, initialise
from .types import LinearBlender, Pipeline


def create_pipeline(device: Device, *, language: str | None = None, threads: int | None = None) -> Pipeline:
    """Start the kernel language and return a pipeline on `device`.

    Args:
        device: Where kernels run, fixed for the process.
        language: "taichi", "quadrants" or `None` for the best that is installed.
        threads: CPU worker threads, all cores by default.

    Raises:
        BackendError: The device or the language cannot be had on this machine, or in this process.
    """
    runtime = initialise(device, language=language, threads=threads)
    if device is Device.CPU:
        from .taichi.cpu_pipeline import CpuPipeline

        return CpuPipeline(runtime)
    from .taichi.gpu_pipeline import GpuPipeline

    return GpuPipeline(runtime)


def create_linear_blender(*, language: str | None = None, threads: int | None = None) -> LinearBlender:
    """Start the kernel language on the CPU and return blending as a linear map, with its transpose.

    Args:
        language: As in `create_pipeline`.
        threads: CPU worker threads, all cores by default.

    Raises:
        BackendError: The language cannot be had, or this process already draws on another device.
    """
    runtime = initialise(Device.CPU, language=language, threads=threads)
    from .taichi.cpu_linear_blender import CpuLinearBlender

    return CpuLinearBlender(runtime)
