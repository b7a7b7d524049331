"""Photo sets whose surfaces are known: a synthetic room, generated scenes, Gaussians and a mesh that are drawn here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....kernels.errors import SceneFileError
from ....render import Blend, RenderOptions, create_renderer
from ....render.omni_recon.depth_consistency import world_points
from ....render.open3d_module import open3d
from ....render.ray_casting import SceneCaster
from ....render.types import RenderMode
from ....scenes import Camera, load_gaussians
from ....scenes.photo_sets import PhotoSet, load_photo_set
from ....scenes.procedural import procedural_scene
from .labelled_scenes import drawn_photo

VIEWS = 8
FIRST_SEED = 900_000_000
"""Of generated scenes that training never sees."""

_Place = tuple[float, float, float]

_SAME_SURFACE = 0.03  # of the depth
_ALIKE_ANGLE, _ALIKE_DISTANCE = 45.0, 2.0  # [degrees], factor
_RING_STEP, _RING_HEIGHT, _RING_RADIUS = 18.0, 20.0, 3.0  # [degrees], [degrees], [half the mesh's size]
_SAMPLES = 2  # a side of a pixel
_OPAQUE = 0.9  # Gaussians whose depth counts
_LIGHT = np.array([0.4, 0.8, 0.45]) / np.linalg.norm([0.4, 0.8, 0.45])


@dataclass(frozen=True, eq=False, kw_only=True)
class KnownScene:
    """Photos with exact depth.

    Args:
        name: For tables.
        photo_set: V photos.
        depths: Along the view axes at the photos' full size, `[V, H, W]` [scene units], 0 where nothing is.
    """

    name: str
    photo_set: PhotoSet
    depths: NDArray[np.float32]

    def points(self, *, alike: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The surface as points `[N, 3]`, and those of them that two photos show `[M, 3]`.

        Args:
            alike: Only if they show it from directions and distances that are alike, so that it can be recognised.
        """
        every, shared = list[NDArray[np.float64]](), list[NDArray[np.float64]]()
        cameras = self.photo_set.cameras
        for index, camera in enumerate(cameras):
            points = world_points(camera, self.depths[index])[self.depths[index] > 0]
            others = [other for other in range(len(self.depths)) if other != index]
            seen = [self._seen(other, points) for other in others]
            if alike:
                seen = [s & _alike(points, camera, cameras[o]) for s, o in zip(seen, others, strict=True)]
            every.append(points)
            shared.append(points[np.any(seen, axis=0)])
        return np.concatenate(every), np.concatenate(shared)

    def seen_by(self, index: int, others: tuple[int, ...]) -> NDArray[np.bool_]:
        """Which pixels of photo `index` one of the photos `others` shows too, `[H, W]`."""
        points = world_points(self.photo_set.cameras[index], self.depths[index]).reshape(-1, 3)
        known = self.depths[index] > 0
        return known & np.any([self._seen(other, points) for other in others], axis=0).reshape(known.shape)

    def _seen(self, index: int, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        camera, depth = self.photo_set.cameras[index], self.depths[index]
        local = points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
        ahead = np.maximum(local[:, 2], 1e-9)
        column = np.floor(camera.fx * local[:, 0] / ahead + camera.cx)
        row = np.floor(camera.fy * local[:, 1] / ahead + camera.cy)
        inside = (
            (local[:, 2] > 0) & (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
        )
        found = np.zeros(len(points))
        found[inside] = depth[row[inside].astype(np.intp), column[inside].astype(np.intp)]
        return inside & (np.abs(found - local[:, 2]) <= _SAME_SURFACE * local[:, 2])


def _alike(points: NDArray[np.float64], first: Camera, second: Camera) -> NDArray[np.bool_]:
    """Whether two cameras see `points [N, 3]` from directions and distances that are alike, `[N]`."""
    to = [camera.position - points for camera in (first, second)]
    near, far = np.sort([np.linalg.norm(rays, axis=1) for rays in to], axis=0)
    cosines = (to[0] * to[1]).sum(axis=1) / (near * far)
    return (cosines >= np.cos(np.radians(_ALIKE_ANGLE))) & (far <= _ALIKE_DISTANCE * near)


def room(folder: Path) -> KnownScene:
    """The room of the set room8, 8 photos of 434 x 350.

    Raises:
        SceneFileError: The depths are missing.
    """
    with np.load(folder / "condition.npz", allow_pickle=False) as file:
        if "depths" not in file:
            raise SceneFileError(folder / "condition.npz", "", "there are no depths", "Take the whole set")
        depths = file["depths"].astype(np.float32)
    return KnownScene(name="room8", photo_set=load_photo_set(folder), depths=depths)


def generated(number: int, width: int, height: int) -> KnownScene:
    """A generated scene of `width` x `height` [px], seen by at most 8 cameras."""
    scene = procedural_scene(FIRST_SEED + number)
    caster = SceneCaster(scene)
    seen = [(camera, caster.cast(camera)) for camera in scene.cameras(width, height)[:VIEWS]]
    return _known(
        f"generated {number} ({scene.layout})", [(camera, cast.image, cast.depth) for camera, cast in seen]
    )


def drawn_mesh(path: Path, texture: Path, width: int, height: int) -> KnownScene:
    """A textured mesh, seen by 8 cameras on an arc of 126 degrees, before white."""
    drawer = _TexturedMesh(path, texture)
    return _known(
        path.parent.name, [(camera, *drawer.drawn(camera)) for camera in drawer.cameras(width, height)]
    )


def drawn_gaussians(
    path: Path, name: str, cameras: Sequence[tuple[_Place, _Place]], width: int, height: int
) -> KnownScene:
    """Gaussians seen from `cameras`, each a place and what it looks at, y down; known is where they are opaque.

    Near and far are not told.
    """
    scene, renderer = load_gaussians(path), create_renderer()
    views = list[tuple[Camera, NDArray[np.float32], NDArray[np.float32]]]()
    for place, target in cameras:
        camera = Camera.look_at(place, target, up=(0.0, -1.0, 0.0), width=width, height=height)
        picture, depth = (
            renderer.render(scene, camera, RenderOptions(blend=Blend.IRSS, mode=mode))
            for mode in (RenderMode.RGB, RenderMode.DEPTH)
        )
        opaque = np.where(picture.alpha > _OPAQUE, depth.image[..., 0], np.float32(0.0))
        views.append((camera, np.clip(picture.image, 0.0, 1.0), opaque))
    drawn = _known(name, views)
    photos = tuple(replace(photo, near_far=None) for photo in drawn.photo_set)
    return replace(drawn, photo_set=replace(drawn.photo_set, photos=photos))


def _known(name: str, views: list[tuple[Camera, NDArray[np.float32], NDArray[np.float32]]]) -> KnownScene:
    photos = [drawn_photo(index, *view) for index, view in enumerate(views)]
    depths = np.stack([depth for _, _, depth in views])
    return KnownScene(name=name, photo_set=PhotoSet(name=name, photos=tuple(photos)), depths=depths)


class _TexturedMesh:
    """Draws a mesh with its texture and one light, by ray casting."""

    def __init__(self, path: Path, texture: Path) -> None:
        from PIL import Image

        o3d: Any = open3d()
        mesh = o3d.io.read_triangle_mesh(str(path))
        self._corners = np.asarray(mesh.triangle_uvs).reshape(-1, 3, 2)
        self._texture = np.asarray(Image.open(texture).convert("RGB"), np.float32) / 255.0
        self._tensor = o3d.core.Tensor
        self._scene = o3d.t.geometry.RaycastingScene()
        self._scene.add_triangles(o3d.t.geometry.TriangleMesh.from_legacy(mesh))
        vertices = np.asarray(mesh.vertices)
        self._middle, self._size = (
            (vertices.max(0) + vertices.min(0)) / 2,
            float(np.ptp(vertices, axis=0).max()),
        )

    def cameras(self, width: int, height: int) -> list[Camera]:
        """On an arc in front of the mesh, y up."""
        angles = np.radians((np.arange(VIEWS) - (VIEWS - 1) / 2) * _RING_STEP)
        high = np.radians(_RING_HEIGHT)
        reach = _RING_RADIUS * self._size / 2
        return [
            Camera.look_at(
                tuple(
                    self._middle
                    + reach * np.array([np.sin(a) * np.cos(high), np.sin(high), np.cos(a) * np.cos(high)])
                ),
                tuple(self._middle),
                up=(0.0, 1.0, 0.0),
                width=width,
                height=height,
            )
            for a in angles
        ]

    def drawn(self, camera: Camera) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Picture `[H, W, 3]` and depth `[H, W]` at pixel centres."""
        steps = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
        pictures = [self._cast(camera, x, y)[0] for x in steps for y in steps]
        return np.stack(pictures).mean(axis=0), self._cast(camera, 0.5, 0.5)[1]

    def _cast(self, camera: Camera, x: float, y: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        columns, rows = np.meshgrid(np.arange(camera.width) + x, np.arange(camera.height) + y)
        local = np.stack(
            [(columns - camera.cx) / camera.fx, (rows - camera.cy) / camera.fy, np.ones_like(rows)], -1
        )
        directions = local @ camera.viewmat[:3, :3]
        rays = np.concatenate([np.broadcast_to(camera.position, directions.shape), directions], axis=-1)
        hits = {k: v.numpy() for k, v in self._scene.cast_rays(self._tensor(rays.astype(np.float32))).items()}
        depth = np.where(np.isfinite(hits["t_hit"]), hits["t_hit"], 0.0).astype(np.float32)
        return np.where(depth[..., None] > 0, self._colors(hits), np.float32(1.0)), depth

    def _colors(self, hits: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
        triangles = np.where(np.isfinite(hits["t_hit"]), hits["primitive_ids"], 0).astype(np.int64)
        b, c = hits["primitive_uvs"][..., :1], hits["primitive_uvs"][..., 1:]
        corners = self._corners[triangles]
        place = (1 - b - c) * corners[..., 0, :] + b * corners[..., 1, :] + c * corners[..., 2, :]
        height, width = self._texture.shape[:2]
        column = np.clip(place[..., 0] * width, 0, width - 1).astype(np.intp)
        row = np.clip((1.0 - place[..., 1]) * height, 0, height - 1).astype(np.intp)
        light = 0.55 + 0.45 * np.abs(hits["primitive_normals"] @ _LIGHT)
        return (self._texture[row, column] * light[..., None]).astype(np.float32)
