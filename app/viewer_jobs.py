"""The viewer's long jobs: drawing the camera path into a video, baking what is shown to a mesh."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from ..kernels.errors import RowsplatError
from ..render import Backend, RenderOptions
from ..render.mesh_baking import BakeOptions
from ..scenes import Camera, CameraPath, Gaussians
from . import texts
from .jobs import Report
from .messages import Look, SceneFailed, SceneSpec
from .opening import make_renderer
from .outputs import open_output, require_output
from .scene_stack import SceneStack

_POLL_S = 0.02


@dataclass(frozen=True, eq=False, kw_only=True)
class ExportVideo:
    """Draw `path` into `out`: .mp4, .webm, or numbered pictures.

    Args:
        scenes: As they are shown.
        look: How they are drawn.
        path: The cameras.
        out: The file, or folder or pattern of pictures.
        backend: Where to draw.
        kernel_language: Of the renderer.
    """

    scenes: tuple[SceneSpec, ...]
    look: Look
    path: CameraPath
    out: Path
    backend: Backend
    kernel_language: str

    @property
    def title(self) -> str:
        """For the status bar."""
        return texts.exporting(self.out)

    def run(self, report: Report) -> str:
        """Draw every camera.

        Raises:
            RowsplatError: A scene or the output is at fault.
        """
        require_output(self.out)
        gaussians = load_shown(self.scenes, self.look)
        renderer = make_renderer(self.backend, self.kernel_language)
        first, total = self.path.cameras[0], len(self.path)
        look = self.look
        options = RenderOptions(
            blend=look.blend, mode=look.mode, background=look.background, max_sh_degree=look.max_sh_degree
        )
        with open_output(self.out, width=first.width, height=first.height, fps=self.path.fps) as write:
            for number, camera in enumerate(self.path.cameras):
                report(texts.DRAWING, number, total)
                write(renderer.render(gaussians, camera, options))
        return texts.frames_written(self.out, total)


@dataclass(frozen=True, eq=False, kw_only=True)
class BakeMesh:
    """Bake what is shown to a mesh file.

    Args:
        scenes: As they are shown.
        out: .glb, .ply or .obj.
        options: How to bake.
        cameras: Where to look from; `None` spreads them around the subject.
        backend: Where depth is drawn.
        kernel_language: Of the renderer.
    """

    scenes: tuple[SceneSpec, ...]
    out: Path
    options: BakeOptions = field(default_factory=BakeOptions)
    cameras: tuple[Camera, ...] | None = None
    backend: Backend
    kernel_language: str

    @property
    def title(self) -> str:
        """For the status bar."""
        return texts.baking(self.out)

    def run(self, report: Report) -> str:
        """Bake and write.

        Raises:
            RowsplatError: A scene or the output is at fault, or memory is short.
        """
        from ..render.mesh_baking import bake_mesh
        from ..scenes.formats.mesh_files import save_mesh

        gaussians = load_shown(self.scenes, Look())
        renderer = make_renderer(self.backend, self.kernel_language)
        baked = bake_mesh(
            gaussians,
            renderer,
            self.options,
            cameras=self.cameras,
            on_progress=lambda stage, done, total: report(stage.value, done, total),
        )
        save_mesh(baked.mesh, self.out)
        return texts.triangles_written(self.out, len(baked.mesh.faces))


def load_shown(scenes: tuple[SceneSpec, ...], look: Look) -> Gaussians:
    """The visible scenes, edited, placed and merged.

    Raises:
        RowsplatError: A file cannot be read, or nothing is visible.
    """
    stack = SceneStack()
    stack.show(scenes)
    while stack.is_loading:
        for news in stack.collect():
            if isinstance(news, SceneFailed):
                raise RowsplatError(news.problem)
        time.sleep(_POLL_S)
    gaussians = stack.merged(look, highlight=False)
    if gaussians is None:
        raise RowsplatError(texts.NOTHING_VISIBLE)
    return gaussians
