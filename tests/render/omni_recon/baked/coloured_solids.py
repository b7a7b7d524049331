"""Meshes whose colour is a known function of the place, photos of them, and bakes with random features and weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rowsplat.render.mesh_rendering import MeshRenderer
from rowsplat.render.omni_recon.baked.types import APPEARANCE_SHAPES, Bake, BakedView, feature_cells
from rowsplat.scenes import Camera
from rowsplat.scenes.mesh import TriangleMesh
from rowsplat.scenes.photo_sets import Photo, PhotoSet

ColorAt = Callable[[NDArray[np.float64]], NDArray[np.float64]]
BACKGROUND, WHITE = (0.9, 0.1, 0.8), (1.0, 1.0, 1.0)
GREEN = (0.0, 1.0, 0.0)
"""Of the mesh itself: no photo has it."""


def smooth_color(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """In [0.1, 0.9]; neighbouring pixels differ by little."""
    return 0.5 + 0.4 * np.sin(1.1 * points + np.array([0.0, 1.0, 2.0]))


def quad(center: Sequence[float], half: float, *, depth_axis: int = 2) -> TriangleMesh:
    """A square around `center`, across one axis."""
    a, b = ((axis + depth_axis) % 3 for axis in (1, 2))
    corners = np.tile(np.array(center, dtype=np.float64), (4, 1))
    corners[:, a] += half * np.array([-1, 1, 1, -1])
    corners[:, b] += half * np.array([-1, -1, 1, 1])
    return TriangleMesh(
        vertices=corners, faces=np.array([[0, 1, 2], [0, 2, 3]]), vertex_colors=np.tile(GREEN, (4, 1))
    )


def joined(meshes: Sequence[TriangleMesh]) -> TriangleMesh:
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    return TriangleMesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        faces=np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts, strict=False)]),
        vertex_colors=np.concatenate([mesh.vertex_colors for mesh in meshes]),
    )


def box(half: float = 1.0) -> TriangleMesh:
    sides = [
        quad([sign * half * (axis == k) for k in range(3)], half, depth_axis=axis)
        for axis in range(3)
        for sign in (-1, 1)
    ]
    return joined(sides)


def ball(radius: float, resolution: int) -> TriangleMesh:
    """Dark grey, around the origin."""
    import open3d

    sphere = open3d.geometry.TriangleMesh.create_sphere(radius=radius, resolution=resolution)
    vertices = np.asarray(sphere.vertices, np.float32)
    return TriangleMesh(
        vertices=vertices,
        faces=np.asarray(sphere.triangles, np.int32),
        vertex_colors=np.full_like(vertices, 0.2),
    )


def photos_of(bake: Bake) -> PhotoSet:
    """The opaque photos that a bake has."""
    photos = (Photo(name=view.name, camera=view.camera, source=view.pixels) for view in bake.views)
    return PhotoSet(name="photos", photos=tuple(photos))


def world_points(camera: Camera, depth: NDArray[np.floating]) -> NDArray[np.float64]:
    """`[H, W, 3]`, by inverting K and the pose."""
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(camera.K).T
    pose = np.linalg.inv(camera.viewmat)
    return (rays * depth[..., None]) @ pose[:3, :3].T + pose[:3, 3]


def true_picture(
    mesh: TriangleMesh,
    camera: Camera,
    color_at: ColorAt = smooth_color,
    background: tuple[float, float, float] = BACKGROUND,
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """What a camera sees `[H, W, 3]`, and the depth `[H, W]`, by ray casting."""
    depth = MeshRenderer(mesh).render(camera).depth
    colors = color_at(world_points(camera, depth))
    return np.where(depth[..., None] > 0, colors, background), depth


def around(count: int, *, side: int = 96, distance: float = 4.0, first_deg: float = 0.0) -> list[Camera]:
    return [
        Camera.orbit(
            [0, 0, 0],
            distance=distance,
            width=side + 8,
            height=side,
            azimuth_deg=first_deg + 360.0 * index / count,
            elevation_deg=(-25.0, 10.0, 35.0)[index % 3],
        )
        for index in range(count)
    ]


def random_appearance(seed: int = 0) -> dict[str, NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    return {
        name: (1.7 * rng.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)
        for name, shape in APPEARANCE_SHAPES.items()
    }


def baked(
    mesh: TriangleMesh,
    cameras: Sequence[Camera],
    color_at: ColorAt = smooth_color,
    *,
    appearance: dict[str, NDArray[np.float32]] | None = None,
    tolerance: float = 0.01,
    background: tuple[float, float, float] = BACKGROUND,
) -> Bake:
    """True photos with random features."""
    rng = np.random.default_rng(3)
    views = list[BakedView]()
    for index, camera in enumerate(cameras):
        picture, _ = true_picture(mesh, camera, color_at, background)
        features = rng.standard_normal((*feature_cells(camera.height, camera.width), 32))
        views.append(
            BakedView(
                name=f"photo {index}",
                camera=camera,
                pixels=np.round(picture * 255.0).astype(np.uint8),
                features=features.astype(np.float32),
            )
        )
    return Bake(
        mesh=mesh, views=tuple(views), appearance=appearance or random_appearance(), tolerance=tolerance
    )
