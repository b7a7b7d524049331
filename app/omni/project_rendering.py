"""Image-based views of a project that `rowsplat reconstruct` wrote."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError, SceneFileError
from ...render.types import RenderCounts, RenderMode, RenderResult, StageTimes
from ...scenes import Camera, CameraPath, SceneExtent
from ...scenes.photo_sets import PhotoSet, load_photo_set
from ...scenes.photo_sets.numpy_files import read_npy
from ..camera_choice import CameraChoice
from ..outputs import open_output
from ..progress import stage_progress
from ..project import Project, load_project
from .network import open_network, require_weights
from .scene import OmniScene

if TYPE_CHECKING:
    from ...render.omni_recon import OnRays, RenderedView
    from ...render.omni_recon.novel_views import NovelViews

_COUNTS = RenderCounts(
    num_gaussians=0, visible=0, pairs=0, fragments_evaluated=None, fragments_contributing=None
)
_EXTENT_PERCENTILE = 90.0  # of the points' distances: beyond are strays and what is behind the subject


@dataclass(frozen=True, eq=False, kw_only=True)
class ImageBasedScene:
    """A project whose photos can be seen from anywhere.

    Args:
        project: As it was saved.
        scene: How its views are made.
        photo_set: Its photos.
        views: What draws them.
    """

    project: Project
    scene: OmniScene
    photo_set: PhotoSet
    views: NovelViews

    def cameras(self, choice: CameraChoice) -> CameraPath:
        """The cameras that were asked for; without any, the view that the project was saved with.

        Without a width or height, pictures are as large as the depth maps were, in the shape of the camera.
        """
        path = choice.from_file()
        if path is None:
            path = CameraPath(cameras=(self._one_camera(choice),))
        if choice.width is not None or choice.height is not None:
            return path
        return replace(path, cameras=tuple(_within(camera, self.scene.max_side) for camera in path.cameras))

    def draw(
        self, camera: Camera, mode: RenderMode, background: tuple[float, float, float], on_rays: OnRays
    ) -> RenderResult:
        """One picture.

        Raises:
            RowsplatError: A photo cannot be read, or the memory is too small.
        """
        started = time.perf_counter()
        seen = self.views.view(camera, on_rays=on_rays).picture
        milliseconds = 1000.0 * (time.perf_counter() - started)
        return RenderResult(
            image=_pixels(seen, mode, background),
            alpha=seen.opacity.cpu().numpy(),
            mode=mode,
            stage_times=StageTimes(project=0.0, sort=0.0, bin=0.0, blend=milliseconds, total=milliseconds),
            counts=_COUNTS,
        )

    def _one_camera(self, choice: CameraChoice) -> Camera:
        if choice.orbit is not None:
            return choice.around(_extent(self.photo_set), _up(self.photo_set.cameras))
        camera = self.project.view.camera
        if choice.width is None and choice.height is None and choice.fov_deg is None:
            return camera
        width = choice.width or round(camera.width * (choice.height or camera.height) / camera.height)
        height = choice.height or round(camera.height * width / camera.width)
        framed = camera.reframed(width, height)
        if choice.fov_deg is None:
            return framed
        focal = 0.5 * height / np.tan(np.radians(choice.fov_deg) / 2.0)
        return replace(framed, fx=focal * framed.fx / framed.fy, fy=focal)


def open_image_based(path: Path, *, source_views: int | None, device: str = "cpu") -> ImageBasedScene:
    """A project, its photos and the network.

    Args:
        path: The .rowsplat file.
        source_views: Photos that a view is made from; `None` takes the project's number.
        device: Of PyTorch.

    Raises:
        RowsplatError: The project was not made from photos, or one of its files is at fault.
    """
    project = load_project(path)
    scene = project.omni
    if scene is None or project.photos is None:
        raise RowsplatError(
            f"{path}: holds no photos that were reconstructed. Give a scene, or a project of `rowsplat reconstruct`."
        )
    scene = scene if source_views is None else replace(scene, source_views=source_views)
    weights = require_weights(scene.weights)
    photo_set = _with_points(load_photo_set(project.photos), scene.points)
    model = open_network(weights, device)
    from ...render.omni_recon.novel_views import NovelViews

    views = NovelViews(photo_set, model, scene.options(), near=scene.near, far=scene.far)
    return ImageBasedScene(project=project, scene=scene, photo_set=photo_set, views=views)


def draw_all(
    scene: ImageBasedScene,
    path: CameraPath,
    out: Path,
    mode: RenderMode,
    background: tuple[float, float, float],
) -> None:
    """Draw every camera into `out`, telling how far it is.

    Raises:
        RowsplatError: A photo cannot be read, the memory is too small, or the output cannot be written.
    """
    first, total = path.cameras[0], sum(camera.width * camera.height for camera in path.cameras)
    done = 0
    with (
        stage_progress() as show,
        open_output(out, width=first.width, height=first.height, fps=path.fps) as write,
    ):
        for camera in path.cameras:
            write(scene.draw(camera, mode, background, _counting(show, done, total)))
            done += camera.width * camera.height


def _counting(show: Callable[[str, int, int], None], before: int, total: int) -> OnRays:
    return lambda done, _: show("draw", before + done, total)


def _pixels(
    seen: RenderedView, mode: RenderMode, background: tuple[float, float, float]
) -> NDArray[np.float32]:
    """`[H, W, C]` as in `RenderResult.image`."""
    opacity = seen.opacity.cpu().numpy()[..., None]
    if mode is RenderMode.ALPHA:
        return opacity
    if mode is RenderMode.DEPTH:
        return seen.depth.cpu().numpy()[..., None]
    image = seen.image.permute(1, 2, 0).cpu().numpy()
    return (image + (1.0 - opacity) * np.array(background, np.float32)).astype(np.float32)


def _within(camera: Camera, side: int) -> Camera:
    scale = side / max(camera.width, camera.height)
    if scale >= 1.0:
        return camera
    return camera.resized(max(1, round(camera.width * scale)), max(1, round(camera.height * scale)))


def _with_points(photo_set: PhotoSet, file: Path | None) -> PhotoSet:
    if file is None:
        return photo_set
    points = read_npy(file)
    if points.ndim != 2 or points.shape[1] != 3 or not np.isfinite(points).all():
        raise SceneFileError(
            file, "", f"expected points [N, 3], found {list(points.shape)}", "Reconstruct the photos again"
        )
    return replace(photo_set, points=points)


def _extent(photo_set: PhotoSet) -> SceneExtent:
    """Around what the photos see: their points, or where their views meet."""
    points = photo_set.points
    if points is None or not len(points):
        raise RowsplatError(f"{photo_set.name}: has no points to orbit around. Give cameras with --camera.")
    center = np.median(points, axis=0)
    distances = np.linalg.norm(points - center, axis=1)
    return SceneExtent(center=center, radius=float(np.percentile(distances, _EXTENT_PERCENTILE)))


def _up(cameras: tuple[Camera, ...]) -> NDArray[np.float64]:
    """Upwards in most photos, `[3]`, world frame."""
    return -np.mean([camera.viewmat[1, :3] for camera in cameras], axis=0)
