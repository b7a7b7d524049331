"""Choose where pictures are drawn, and say why. An explicit choice is never silently replaced."""

from __future__ import annotations

import logging

from ..kernels.errors import BackendError
from ..kernels.runtime import Device
from .types import Backend, Renderer

_LOG = logging.getLogger("rowsplat")


def create_renderer(
    backend: Backend = Backend.AUTO, *, kernel_language: str | None = None, threads: int | None = None
) -> Renderer:
    """A renderer on `backend`.

    Args:
        backend: Where to draw; `AUTO` takes CUDA where a card answers, else the CPU.
        kernel_language: "taichi", "quadrants", or `None` for the best that is installed. Fixed for the process.
        threads: CPU worker threads, all cores by default.

    Raises:
        BackendError: The backend or language cannot be had on this machine.
    """
    renderer = _create(backend, kernel_language, threads)
    _LOG.info("renderer: %s", renderer.description)
    return renderer


def _create(backend: Backend, kernel_language: str | None, threads: int | None) -> Renderer:
    if backend is Backend.REFERENCE:
        from .reference_renderer import ReferenceRenderer

        return ReferenceRenderer()
    if backend is Backend.GSPLAT:
        from .gsplat_renderer import GsplatRenderer

        return GsplatRenderer()
    from .taichi_renderer import TaichiRenderer

    if backend is not Backend.AUTO:
        return TaichiRenderer(Device(backend.value), kernel_language=kernel_language, threads=threads)
    if has_cuda():
        try:
            return TaichiRenderer(Device.CUDA, kernel_language=kernel_language, threads=threads)
        except BackendError as error:
            _LOG.warning("cuda is present but cannot be used (%s); drawing on the cpu", error)
    return TaichiRenderer(Device.CPU, kernel_language=kernel_language, threads=threads)


def has_cuda() -> bool:
    """Whether an NVIDIA driver is installed; asks the driver library and loads neither torch nor a kernel language."""
    import ctypes
    import sys

    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(name)
        count = ctypes.c_int(0)
        return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
    except OSError:
        return False
