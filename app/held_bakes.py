"""Bakes of the render process: read in any thread, drawn in real time by the thread that draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import BackendError, RowsplatError
from ..render import RenderMode, RenderOptions, RenderResult
from ..render.mesh_rendering import MeshPicture, MeshShading
from ..scenes import Camera, SceneExtent
from . import texts
from .messages import Matrix

if TYPE_CHECKING:
    from ..render.omni_recon.baked import Bake, BakedPicture, BakedRenderer

SUFFIX = ".bake"
BAKED_MODES = (RenderMode.RGB, RenderMode.ALPHA, RenderMode.DEPTH, RenderMode.DEPTH_MEDIAN)
"""What a bake has pictures of."""

_PERCENTILES = 2.0, 98.0  # of the vertices: strays beyond do not move the middle


def is_bake_file(path: Path) -> bool:
    """Whether a path is taken for a bake."""
    return path.suffix.lower() == SUFFIX


class HeldBake:
    """A bake that was read."""

    def __init__(self, path: Path) -> None:
        """Read it.

        Raises:
            RowsplatError: It cannot be read.
        """
        from ..render.omni_recon.baked.files import load_bake

        self.bake: Bake = load_bake(path)
        vertices = self.bake.mesh.vertices
        low, high = np.percentile(vertices, _PERCENTILES, axis=0)
        middle = (low + high) / 2
        radius = max(float(np.linalg.norm(high - low)) / 2, 1e-6)
        self.extent = SceneExtent(center=middle.astype(np.float64), radius=radius)

    @property
    def view(self) -> Camera:
        """From where its first photo was taken, of the photo's size."""
        return self.bake.views[0].camera

    @property
    def nbytes(self) -> int:
        """Of photos and features."""
        return sum(view.pixels.nbytes + view.features.nbytes for view in self.bake.views)

    @cached_property
    def renderer(self) -> BakedRenderer:
        """What draws it; made by the thread that asks first, to which it then belongs.

        Raises:
            RowsplatError: Kernels of this process run on another device.
        """
        from ..render.omni_recon.baked import BakedRenderer

        try:
            return BakedRenderer(self.bake)
        except BackendError as error:
            raise RowsplatError(texts.bake_needs_cpu(str(error))) from error


@dataclass(frozen=True, eq=False, kw_only=True)
class PlacedBake:
    """A bake in its place in the world; `matrix` is a similarity transform `[4, 4]`."""

    held: HeldBake
    matrix: Matrix

    def render(
        self,
        camera: Camera,
        *,
        shading: MeshShading = MeshShading.NONE,
        background: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> MeshPicture:
        """As `MeshRenderer.render`, to be drawn among splats; photos are lit already, `shading` changes nothing."""
        picture = self.picture(camera, background)
        return MeshPicture(color=picture.image, depth=picture.depth)

    def alone(
        self, camera: Camera, mode: RenderMode, background: tuple[float, float, float]
    ) -> tuple[RenderResult, str]:
        """A picture of nothing else, `mode` one of `BAKED_MODES`, and what was done in one line."""
        picture = self.picture(camera, background)
        times = picture.stage_times
        note = texts.baked_view(times.total, times.rasterise, times.select, times.shade)
        return picture.as_render_result(mode), note

    def picture(self, camera: Camera, background: tuple[float, float, float]) -> BakedPicture:
        """The bake seen from a camera of the world.

        Raises:
            RowsplatError: It cannot be drawn in this process.
        """
        seen_from, scale = _in_frame(camera, np.array(self.matrix))
        found = self.held.renderer.render(seen_from, RenderOptions(background=background))
        return found if scale == 1.0 else replace(found, depth=found.depth * np.float32(scale))


def _in_frame(camera: Camera, matrix: NDArray[np.float64]) -> tuple[Camera, float]:
    """The camera in the frame that `matrix` takes to the world, and how much larger the world is.

    With x_world = s R x + t, camera coordinates are s times those of the camera [R_c R, (R_c t + t_c) / s].
    """
    scale = float(np.cbrt(np.linalg.det(matrix[:3, :3])))
    view = np.eye(4)
    view[:3, :3] = camera.viewmat[:3, :3] @ matrix[:3, :3] / scale
    view[:3, 3] = (camera.viewmat[:3, :3] @ matrix[:3, 3] + camera.viewmat[:3, 3]) / scale
    return replace(camera, viewmat=view), 1.0 if abs(scale - 1.0) < 1e-9 else scale
