"""Pictures of procedural scenes with exact depth, normals and labels, by ray casting on the CPU (Open3D, Embree)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera
from ..scenes.procedural import Part, ProceduralScene
from .corner_normals import corner_normals
from .open3d_module import open3d
from .scene_shading import GAMMA, Hits, encoded, lengths, shaded

_SUBSAMPLES = np.array([[0.25, 0.2], [0.8, 0.3], [0.4, 0.85]])  # within a pixel, beside the one at its middle
_DEPTH_STEP = 0.03  # of the depth: a larger one to the next pixel is an edge
_NORMAL_STEP = 0.75  # cosine: normals farther apart are an edge
_SHADOW_LIFT = 1e-3  # of rays towards lamps off the surface [radii of the subject]


@dataclass(frozen=True, eq=False, kw_only=True)
class CastViews:
    """What a camera sees of a scene.

    Args:
        image: `[H, W, 3]` float32 in [0, 1], as displayed, row 0 at the top.
        depth: `[H, W]` float32 along the view axis at pixel centres [scene units], 0 where nothing is.
        normals: `[H, W, 3]` float32, unit, world frame, towards the camera, 0 where nothing is.
        labels: `[H, W]` int32, numbers of the things (`Part.label`), 0 where nothing is.
    """

    image: NDArray[np.float32]
    depth: NDArray[np.float32]
    normals: NDArray[np.float32]
    labels: NDArray[np.int32]


class SceneCaster:
    """Draws one scene from any number of cameras: the tree of its triangles is built once."""

    def __init__(self, scene: ProceduralScene, *, threads: int = 1) -> None:
        """Build the trees.

        Args:
            scene: What is drawn.
            threads: Of the ray casting; 0 takes all cores.

        Raises:
            RowsplatError: Open3D is not installed.
        """
        self._scene, self._threads = scene, threads
        self._tensor = open3d().core.Tensor
        self._visible = self._tree(scene.parts)
        self._opaque = self._tree(part for part in scene.parts if part.casts_shadows)
        counts = [len(part.surface.faces) for part in scene.parts]
        self._first_face = np.cumsum([0, *counts])[:-1]
        self._corner_normals = np.concatenate([corner_normals(part.surface) for part in scene.parts])
        self._labels = np.array([part.label for part in scene.parts], dtype=np.int32)

    def cast(self, camera: Camera, *, antialias: bool = True) -> CastViews:
        """Draw the scene.

        Args:
            camera: Where it is seen from.
            antialias: Take four samples a pixel at edges of things and of shadows; depth, normals and labels are
                those at the pixel's middle in any case.
        """
        height, width = camera.height, camera.width
        rows, columns = (a.ravel() for a in np.indices((height, width)))
        hits, colors = self._sampled(
            camera, (columns + 0.5).astype(np.float64), (rows + 0.5).astype(np.float64)
        )
        image = self._image(height * width, hits, colors)
        views = CastViews(
            image=image.reshape(height, width, 3),
            depth=_spread(hits.depths, hits, (height, width)),
            normals=_spread(hits.normals, hits, (height, width, 3)),
            labels=_spread(self._labels[hits.parts], hits, (height, width)),
        )
        if antialias:
            lit = _spread((1 + hits.lit).astype(np.int32), hits, (height, width))
            edges = np.flatnonzero(_edges(views, lit, _spread(hits.parts + 1, hits, (height, width))))
            others = self._subsampled(camera, columns[edges], rows[edges])
            image[edges] = ((image[edges] ** GAMMA + others) / (1 + len(_SUBSAMPLES))) ** (1.0 / GAMMA)
        return views

    def _subsampled(
        self, camera: Camera, columns: NDArray[np.intp], rows: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Sum of what is displayed, in linear light, of further samples of pixels at `columns [P]`, `rows [P]`."""
        x = (columns[:, None] + _SUBSAMPLES[:, 0]).ravel().astype(np.float64)
        y = (rows[:, None] + _SUBSAMPLES[:, 1]).ravel().astype(np.float64)
        hits, colors = self._sampled(camera, x, y)
        # what is too bright is clipped before the mean, or edges of highlights would stay jagged
        clipped = self._image(len(x), hits, colors) ** np.float32(GAMMA)
        return clipped.reshape(-1, len(_SUBSAMPLES), 3).sum(axis=1)

    def _image(self, rays: int, hits: Hits, colors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Colours `[rays, 3]` as displayed, from linear `colors [M, 3]` of the hits."""
        image = np.empty((rays, 3), dtype=np.float32)
        image[:] = self._scene.lighting.background
        image[hits.pixels] = encoded(colors, self._scene.lighting)
        return image

    def _sampled(
        self, camera: Camera, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[Hits, NDArray[np.float32]]:
        """Hits of rays through image positions `x [R]`, `y [R]` [px], and their linear colours."""
        local = np.stack([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, np.ones(len(x))], axis=1)
        directions = local @ camera.viewmat[:3, :3]
        found = self._cast(self._visible, camera.position, directions)
        pixels = np.flatnonzero(np.isfinite(found["t_hit"]))
        depths, parts = found["t_hit"][pixels], found["geometry_ids"][pixels].astype(np.intp)
        faces = self._first_face[parts] + found["primitive_ids"][pixels].astype(np.intp)
        directions = directions[pixels]
        toward = -directions / lengths(directions)
        flat = _facing(found["primitive_normals"][pixels], toward)
        normals = _smooth(self._corner_normals[faces], found["primitive_uvs"][pixels], flat, toward)
        points = camera.position + depths[:, None].astype(np.float64) * directions
        hits = Hits(
            pixels=pixels,
            points=points,
            depths=depths,
            toward=toward.astype(np.float32),
            normals=normals,
            parts=parts,
            footprint=_footprint(depths, camera, _dot(normals, toward)[:, 0]),
            lit=self._lit(points, flat),
        )
        return hits, shaded(self._scene, hits)

    def _lit(self, points: NDArray[np.float64], normals: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Bit k is set where lamp k reaches `points [M, 3]` of surfaces with flat `normals [M, 3]`."""
        lit = np.zeros(len(points), dtype=np.uint8)
        origins = points + _SHADOW_LIFT * normals
        for number, lamp in enumerate(self._scene.lighting.lamps):
            toward = np.broadcast_to(lamp.position, points.shape) if lamp.distant else lamp.position - origins
            facing = np.flatnonzero(_dot(toward, normals)[:, 0] > 0.0)
            rays = np.concatenate([origins[facing], toward[facing]], axis=1).astype(np.float32)
            blocked = self._opaque.test_occlusions(
                self._tensor(rays), 0.0, np.inf if lamp.distant else 1.0, self._threads
            ).numpy()
            lit[facing] |= np.where(blocked, 0, 1 << number).astype(np.uint8)
        return lit

    def _cast(
        self, tree: Any, origin: NDArray[np.float64], directions: NDArray[np.float64]
    ) -> dict[str, NDArray[Any]]:
        rays = np.empty((len(directions), 6), dtype=np.float32)
        rays[:, :3], rays[:, 3:] = origin, directions
        found = tree.cast_rays(self._tensor(rays), self._threads)
        return {name: values.numpy() for name, values in found.items()}

    def _tree(self, parts: Iterable[Part]) -> Any:
        tree = open3d().t.geometry.RaycastingScene(self._threads)
        for part in parts:
            vertices, faces = part.surface.vertices.astype(np.float32), part.surface.faces.astype(np.uint32)
            tree.add_triangles(self._tensor(vertices), self._tensor(faces))
        return tree


def cast(scene: ProceduralScene, camera: Camera) -> CastViews:
    """Draw one view of `scene`; who wants several makes a `SceneCaster`.

    Raises:
        RowsplatError: Open3D is not installed.
    """
    return SceneCaster(scene).cast(camera)


def _spread(values: NDArray[Any], hits: Hits, shape: tuple[int, ...]) -> NDArray[Any]:
    """`values [M, ...]` of the hits as a picture of `shape`, 0 elsewhere."""
    picture = np.zeros((shape[0] * shape[1], *shape[2:]), dtype=values.dtype)
    picture[hits.pixels] = values
    return picture.reshape(shape)


def _dot(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """Inner products `[M, 1]` of vectors `[M, 3]`."""
    return np.einsum("mi,mi->m", first, second)[:, None]


def _facing(normals: NDArray[np.float32], toward: NDArray[np.float64]) -> NDArray[np.float32]:
    """Unit `normals [M, 3]`, turned over where they look away from `toward [M, 3]`."""
    sign = np.where(_dot(normals, toward) < 0.0, -1.0, 1.0)
    return (normals * (sign / np.maximum(lengths(normals), 1e-20))).astype(np.float32)


def _smooth(
    corners: NDArray[np.float32],
    uvs: NDArray[np.float32],
    flat: NDArray[np.float32],
    toward: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Corner normals `[M, 3, 3]` interpolated at `uvs [M, 2]`; `flat [M, 3]` where they would look away."""
    weights = np.concatenate([1.0 - uvs.sum(axis=1, keepdims=True), uvs], axis=1)
    mixed = np.einsum("mk,mkc->mc", weights, corners)
    mixed *= np.where(_dot(mixed, flat) < 0.0, -1.0, 1.0)
    size = lengths(mixed)
    away = (_dot(mixed, toward) <= 0.0) | (size < 1e-6)
    return np.where(away, flat, mixed / np.maximum(size, 1e-6)).astype(np.float32)


def _footprint(
    depths: NDArray[np.float32], camera: Camera, cosines: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Width of a pixel on the surface [scene units], between that across and that along a slanted one."""
    return (depths / camera.fx / np.sqrt(np.maximum(cosines, 0.05))).astype(np.float32)


def _edges(views: CastViews, lit: NDArray[np.int32], parts: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Pixels `[H, W]` beside which something else begins."""
    edges = np.zeros(views.depth.shape, dtype=np.bool_)
    for axis in (0, 1):
        here = tuple(slice(None, -1) if k == axis else slice(None) for k in range(2))
        there = tuple(slice(1, None) if k == axis else slice(None) for k in range(2))
        near, far = views.depth[here], views.depth[there]
        differs = (lit[here] != lit[there]) | (parts[here] != parts[there])
        differs |= np.abs(near - far) > _DEPTH_STEP * np.minimum(near, far)
        differs |= np.einsum("hwi,hwi->hw", views.normals[here], views.normals[there]) < _NORMAL_STEP
        differs &= (near > 0.0) | (far > 0.0)
        edges[here] |= differs
        edges[there] |= differs
    return edges
