"""A project that `rowsplat reconstruct` wrote: its photos, and the cameras that they are to be seen from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError, SceneFileError
from ...scenes import Camera, CameraPath, SceneExtent
from ...scenes.photo_sets import PhotoSet, load_photo_set
from ...scenes.photo_sets.numpy_files import read_npy
from ..camera_choice import CameraChoice
from ..project import Project, load_project
from .scene import OmniScene

_EXTENT_PERCENTILE = 90.0  # of the points' distances: beyond are strays and what is behind the subject


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectPhotos:
    """A project whose photos can be seen from anywhere.

    Args:
        path: Of the project.
        project: As it was saved.
        scene: How its views are made.
        photo_set: Its photos, with points.
    """

    path: Path
    project: Project
    scene: OmniScene
    photo_set: PhotoSet

    @property
    def mesh(self) -> Path:
        """The file of its mesh.

        Raises:
            RowsplatError: The project has none.
        """
        meshes = [item.source for item in self.project.document.scenes if item.is_mesh]
        if not meshes:
            raise RowsplatError(f"{self.path}: holds no mesh. Draw it with --renderer image-based.")
        return meshes[0]

    def cameras(self, choice: CameraChoice, *, most: int | None = None) -> CameraPath:
        """The cameras that were asked for; without any, the view that the project was saved with.

        Args:
            choice: What was asked for.
            most: Longer side [px] of pictures for which neither width nor height was asked for.

        Raises:
            RowsplatError: The camera file cannot be read, or there is nothing to orbit around.
        """
        path = choice.from_file() or CameraPath(cameras=(self._one_camera(choice),))
        if most is None or choice.width is not None or choice.height is not None:
            return path
        return replace(path, cameras=tuple(_within(camera, most) for camera in path.cameras))

    def _one_camera(self, choice: CameraChoice) -> Camera:
        if choice.orbit is not None:
            return choice.around(_extent(self.photo_set), _up(self.photo_set.cameras))
        camera = self.project.view.camera
        width = choice.width or round(camera.width * (choice.height or camera.height) / camera.height)
        height = choice.height or round(camera.height * width / camera.width)
        framed = (
            camera if (width, height) == (camera.width, camera.height) else camera.reframed(width, height)
        )
        if choice.fov_deg is None:
            return framed
        focal = 0.5 * height / np.tan(np.radians(choice.fov_deg) / 2.0)
        return replace(framed, fx=focal * framed.fx / framed.fy, fy=focal)


def open_project_photos(path: Path, *, source_views: int | None = None) -> ProjectPhotos:
    """The project and its photos; no picture is read.

    Args:
        path: The .rowsplat file.
        source_views: Photos that a view is made from; `None` takes the project's number.

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
    photo_set = with_points(load_photo_set(project.photos), scene.points)
    return ProjectPhotos(path=path, project=project, scene=scene, photo_set=photo_set)


def _within(camera: Camera, side: int) -> Camera:
    scale = side / max(camera.width, camera.height)
    if scale >= 1.0:
        return camera
    return camera.resized(max(1, round(camera.width * scale)), max(1, round(camera.height * scale)))


def with_points(photo_set: PhotoSet, file: Path | None) -> PhotoSet:
    """The photos with the points of a file `[N, 3]` .npy; with their own for `None`.

    Raises:
        SceneFileError: The file cannot be read, or holds something else.
    """
    if file is None:
        return photo_set
    points = read_npy(file)
    if points.ndim != 2 or points.shape[1] != 3 or not np.isfinite(points).all():
        problem = f"expected finite points [N, 3], found {list(points.shape)}"
        raise SceneFileError(file, "", problem, "Reconstruct the photos again")
    return replace(photo_set, points=points)


def _extent(photo_set: PhotoSet) -> SceneExtent:
    points = photo_set.points
    if points is None or not len(points):
        raise RowsplatError(f"{photo_set.name}: has no points to orbit around. Give cameras with --camera.")
    center = np.median(points, axis=0)
    distances = np.linalg.norm(points - center, axis=1)
    return SceneExtent(center=center, radius=float(np.percentile(distances, _EXTENT_PERCENTILE)))


def _up(cameras: tuple[Camera, ...]) -> NDArray[np.float64]:
    """Upwards in most photos, `[3]`, world frame."""
    return -np.mean([camera.viewmat[1, :3] for camera in cameras], axis=0)
