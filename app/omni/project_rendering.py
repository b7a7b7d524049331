"""Pictures of a project of photos from other cameras, by the whole network or by its baked form."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...render.omni_recon import OnRays, RenderedView
from ...render.omni_recon.baked import BakedRenderer
from ...render.omni_recon.baked.making import bake_photos
from ...render.omni_recon.novel_views import NovelViews
from ...render.types import RenderCounts, RenderMode, RenderOptions, RenderResult, StageTimes
from ...scenes import Camera, CameraPath
from ...scenes.formats.mesh_files import load_mesh
from ..outputs import open_output
from ..progress import ShowStage
from .network import open_network, require_weights
from .project_photos import ProjectPhotos

_COUNTS = RenderCounts(
    num_gaussians=0, visible=0, pairs=0, fragments_evaluated=None, fragments_contributing=None
)
_Color = tuple[float, float, float]


class ProjectRenderer(Protocol):
    """Draws a project of photos."""

    def draw(self, camera: Camera, mode: RenderMode, background: _Color, on_rays: OnRays) -> RenderResult:
        """One picture; `on_rays` is told how far it is.

        Raises:
            RowsplatError: A photo cannot be read, or the memory is too small.
        """
        ...


class ImageBasedRenderer:
    """The whole network, for each view from the photos that serve it best: slow, needs no mesh."""

    def __init__(self, photos: ProjectPhotos, device: str = "cpu") -> None:
        """Load the network.

        Raises:
            RowsplatError: The weights are at fault, or nothing tells near from far.
        """
        scene = photos.scene
        model = open_network(require_weights(scene.weights), device)
        self._views = NovelViews(photos.photo_set, model, scene.options(), near=scene.near, far=scene.far)

    def draw(self, camera: Camera, mode: RenderMode, background: _Color, on_rays: OnRays) -> RenderResult:
        """See `ProjectRenderer`; `mode` is RGB, ALPHA or DEPTH."""
        started = time.perf_counter()
        seen = self._views.view(camera, on_rays=on_rays).picture
        milliseconds = 1000.0 * (time.perf_counter() - started)
        return RenderResult(
            image=_pixels(seen, mode, background),
            alpha=seen.opacity.cpu().numpy(),
            mode=mode,
            stage_times=StageTimes(project=0.0, sort=0.0, bin=0.0, blend=milliseconds, total=milliseconds),
            counts=_COUNTS,
        )


class BakedProjectRenderer:
    """The mesh with photos blended by the appearance branch: fast, and as good as the mesh."""

    def __init__(self, photos: ProjectPhotos, show: ShowStage, kernel_language: str | None = None) -> None:
        """Bake: compute the features of all photos.

        Args:
            photos: The project.
            show: Told how far it is.
            kernel_language: "taichi", "quadrants", or `None` for the best that is installed.

        Raises:
            RowsplatError: There is no mesh, or weights or a photo are at fault.
        """
        mesh = load_mesh(photos.mesh)
        model = open_network(require_weights(photos.scene.weights), "cpu")
        bake = bake_photos(photos.photo_set, mesh, model, on_progress=show)
        self._renderer = BakedRenderer(bake, kernel_language=kernel_language)

    def draw(self, camera: Camera, mode: RenderMode, background: _Color, on_rays: OnRays) -> RenderResult:
        """See `ProjectRenderer`; `mode` is RGB, ALPHA or DEPTH."""
        picture = self._renderer.render(camera, RenderOptions(background=background))
        on_rays(camera.width * camera.height, camera.width * camera.height)
        return picture.as_render_result(mode)


def draw_all(
    renderer: ProjectRenderer,
    path: CameraPath,
    out: Path,
    mode: RenderMode,
    background: _Color,
    show: ShowStage,
) -> None:
    """Draw every camera into `out`, telling how far it is.

    Raises:
        RowsplatError: A picture cannot be drawn, or the output cannot be written.
    """
    first, total = path.cameras[0], sum(camera.width * camera.height for camera in path.cameras)
    done = 0
    with open_output(out, width=first.width, height=first.height, fps=path.fps) as write:
        for camera in path.cameras:
            write(renderer.draw(camera, mode, background, _counting(show, done, total)))
            done += camera.width * camera.height


def _counting(show: Callable[[str, int, int], None], before: int, total: int) -> OnRays:
    return lambda done, _: show("draw", before + done, total)


def _pixels(seen: RenderedView, mode: RenderMode, background: _Color) -> NDArray[np.float32]:
    """`[H, W, C]` as in `RenderResult.image`."""
    opacity = seen.opacity.cpu().numpy()[..., None]
    if mode is RenderMode.ALPHA:
        return opacity
    if mode is RenderMode.DEPTH:
        return seen.depth.cpu().numpy()[..., None]
    image = seen.image.permute(1, 2, 0).cpu().numpy()
    return (image + (1.0 - opacity) * np.array(background, np.float32)).astype(np.float32)
