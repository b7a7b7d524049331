"""Getting a scene and a renderer ready, both at once, since either may take a second."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..render import Backend, Renderer
from ..scenes import Gaussians
from .checks import require_exists


def load_scene(path: Path, *, lod: int | None = None) -> Gaussians:
    """Read a scene file.

    Args:
        path: Any of the scene formats.
        lod: Level of detail of a file that has several, 0 the finest; `None` takes the finest.

    Raises:
        RowsplatError: The file cannot be read.
    """
    from ..scenes.formats import load_gaussians

    require_exists(path)
    return load_gaussians(path, lod=lod)


def make_renderer(backend: Backend, kernel_language: str) -> Renderer:
    """Start a back end; `kernel_language` is `auto`, `taichi` or `quadrants`.

    Raises:
        RowsplatError: The back end cannot be had here.
    """
    from ..render import create_renderer

    return create_renderer(backend, kernel_language=None if kernel_language == "auto" else kernel_language)


def open_scene_and_renderer(
    path: Path, *, lod: int | None, backend: Backend, kernel_language: str
) -> tuple[Gaussians, Renderer]:
    """Read the scene in a thread while the renderer, which is bound to its thread, starts in this one."""
    require_exists(path)
    with ThreadPoolExecutor(max_workers=1) as reader:
        loading = reader.submit(load_scene, path, lod=lod)
        renderer = make_renderer(backend, kernel_language)
        return loading.result(), renderer
