"""Pictures of triangle meshes, by ray casting on the CPU (Open3D's `RaycastingScene`, Embree), and with splats."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera
from ..scenes.mesh import TriangleMesh
from .open3d_module import open3d
from .types import RenderMode, RenderResult

_AMBIENT = 0.35  # of the colour, on what is seen edge-on


class MeshShading(Enum):
    """How a mesh is lit: `NONE` shows the vertex colours, `HEADLIGHT` darkens what is turned away from the camera."""

    NONE = "none"
    HEADLIGHT = "headlight"


@dataclass(frozen=True, eq=False, kw_only=True)
class MeshPicture:
    """A mesh seen from a camera.

    Args:
        color: `[H, W, 3]` float32 in [0, 1], row 0 at the top; the background where nothing was hit.
        depth: `[H, W]` float32 along the view axis [scene units], 0 where nothing was hit.
    """

    color: NDArray[np.float32]
    depth: NDArray[np.float32]


class MeshRenderer:
    """Draws one mesh from any number of cameras: the tree of its triangles is built once."""

    def __init__(self, mesh: TriangleMesh) -> None:
        """Build the tree.

        Raises:
            RowsplatError: Open3D is not installed.
        """
        o3d = open3d()
        self._o3d = o3d
        self._mesh = mesh
        self._scene = o3d.t.geometry.RaycastingScene()
        if len(mesh.faces):
            vertices, faces = np.array(mesh.vertices), mesh.faces.astype(np.uint32)
            self._scene.add_triangles(o3d.core.Tensor(vertices), o3d.core.Tensor(faces))

    def render(
        self,
        camera: Camera,
        *,
        shading: MeshShading = MeshShading.NONE,
        background: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> MeshPicture:
        """Draw the nearest surface of every pixel, its vertex colours interpolated.

        Args:
            camera: Where it is seen from.
            shading: How it is lit; front and back alike.
            background: Colour where there is no mesh, each channel in [0, 1].
        """
        height, width = camera.height, camera.width
        color = np.empty((height, width, 3), dtype=np.float32)
        color[:] = background
        depth = np.zeros((height, width), dtype=np.float32)
        if len(self._mesh.faces):
            rays = _rays(camera)
            found = self._scene.cast_rays(self._o3d.core.Tensor(rays))
            distance = found["t_hit"].numpy()
            hit = np.isfinite(distance)
            depth[hit] = distance[hit]
            color[hit] = self._colors(
                found["primitive_ids"].numpy()[hit], found["primitive_uvs"].numpy()[hit]
            )
            if shading is MeshShading.HEADLIGHT:
                color[hit] *= _headlight(rays[hit][:, 3:], found["primitive_normals"].numpy()[hit])[:, None]
        return MeshPicture(color=color, depth=depth)

    def _colors(self, triangles: NDArray[np.uint32], uvs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Colour at barycentric `uvs [M, 2]` of `triangles [M]`, `[M, 3]`."""
        corners = self._mesh.faces[triangles]
        weights = np.concatenate([np.float32(1.0) - uvs.sum(axis=1, keepdims=True), uvs], axis=1)
        return np.einsum("mk,mkc->mc", weights, self._mesh.vertex_colors[corners])


def composite_by_depth(
    splats: RenderResult,
    splat_depth: RenderResult,
    mesh: MeshPicture,
    *,
    background: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> NDArray[np.float32]:
    """One picture of splats and a mesh, `[H, W, 3]`, each hiding what lies behind it.

    Pixel by pixel: splats nearer than the mesh are laid over it with their opacity, farther ones are hidden. A pixel's
    splats are taken to lie at one depth, so half-transparent splats on both sides of the mesh go wholly to one.

    Args:
        splats: Drawn in `RenderMode.RGB` over `background`.
        splat_depth: The same view in `RenderMode.DEPTH` or `RenderMode.DEPTH_MEDIAN`.
        mesh: The same view of the mesh; its background does not matter.
        background: The colour that `splats` was drawn over.

    Raises:
        ValueError: The pictures differ in size or hold something else.
    """
    _require_same_view(splats, splat_depth, mesh)
    depth, is_mesh = splat_depth.image[..., 0], mesh.depth > 0.0
    over_mesh = (1.0 - splats.alpha)[..., None] * (mesh.color - np.array(background, dtype=np.float32))
    splats_in_front = (depth > 0.0) & (depth < mesh.depth)
    front = np.where(splats_in_front[..., None], splats.image + over_mesh, mesh.color)
    return np.where(is_mesh[..., None], front, splats.image).astype(np.float32, copy=False)


def _rays(camera: Camera) -> NDArray[np.float32]:
    """Origin and direction through every pixel centre, `[H, W, 6]`; directions reach 1 along the view axis.

    Made here because Open3D's own rays are float32 throughout, which shows far from the world's origin.
    """
    x = (np.arange(camera.width) + 0.5 - camera.cx) / camera.fx
    y = (np.arange(camera.height) + 0.5 - camera.cy) / camera.fy
    local = np.ones((camera.height, camera.width, 3))
    local[..., 0], local[..., 1] = x, y[:, None]
    rays = np.empty((camera.height, camera.width, 6), dtype=np.float32)
    rays[..., :3] = camera.position
    rays[..., 3:] = local @ camera.viewmat[:3, :3]
    return rays


def _headlight(directions: NDArray[np.float32], normals: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light `[M]` that comes back from faces with `normals [M, 3]` to a lamp at the eye."""
    lengths = np.linalg.norm(directions, axis=1) * np.linalg.norm(normals, axis=1)
    cosines = np.abs((directions * normals).sum(axis=1)) / np.maximum(lengths, 1e-12)
    return (_AMBIENT + (1.0 - _AMBIENT) * cosines).astype(np.float32)


def _require_same_view(splats: RenderResult, splat_depth: RenderResult, mesh: MeshPicture) -> None:
    if splats.mode is not RenderMode.RGB:
        raise ValueError(f"splats must be drawn in mode rgb, got {splats.mode.value}")
    if splat_depth.mode not in (RenderMode.DEPTH, RenderMode.DEPTH_MEDIAN):
        raise ValueError(f"splat_depth must be drawn in a depth mode, got {splat_depth.mode.value}")
    sizes = {splats.image.shape[:2], splat_depth.image.shape[:2], mesh.depth.shape}
    if len(sizes) > 1:
        raise ValueError(f"pictures must have one size, got {sorted(sizes)}")
