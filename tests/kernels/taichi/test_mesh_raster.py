"""The rasteriser against ray casting."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from rowsplat.kernels.baked_drawing import create_baked_drawing
from rowsplat.kernels.baked_types import MeshArrays, Raster
from rowsplat.kernels.types import View
from rowsplat.render.mesh_rendering import MeshRenderer
from rowsplat.scenes import Camera
from rowsplat.scenes.mesh import TriangleMesh


def _soup(count: int, size: float, seed: int) -> TriangleMesh:
    """Triangles anywhere in the cube [-1, 1]^3."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-1, 1, (count, 1, 3)) + rng.normal(0, size, (count, 3, 3))
    faces = np.arange(3 * count).reshape(-1, 3)
    return TriangleMesh(vertices=corners.reshape(-1, 3), faces=faces, vertex_colors=np.zeros((3 * count, 3)))


def _rasterise(mesh: TriangleMesh, camera: Camera) -> Raster:
    rasteriser, _ = create_baked_drawing()
    rasteriser.upload(
        MeshArrays(
            vertices=mesh.vertices, faces=mesh.faces, face_colors=np.zeros((len(mesh.faces), 3), np.float32)
        )
    )
    return rasteriser.rasterise(
        View(**{field.name: getattr(camera, field.name) for field in dataclasses.fields(View)})
    )


@pytest.mark.parametrize(("count", "size"), [(3000, 0.01), (300, 0.1), (20, 1.0)])
@pytest.mark.parametrize("distance", [4.0, 0.3])
def test_depths_are_those_of_ray_casting(count: int, size: float, distance: float) -> None:
    """From outside, and from within, where triangles pass the camera's plane."""
    mesh = _soup(count, size, seed=count)
    camera = Camera.orbit(
        [0, 0, 0], distance=distance, width=203, height=150, azimuth_deg=33, elevation_deg=20
    )
    raster, cast = _rasterise(mesh, camera), MeshRenderer(mesh).render(camera)
    assert (cast.depth > 0).any()
    off = np.abs(raster.depth - cast.depth) > 1e-4 * cast.depth + 1e-6
    assert off.mean() < 1e-3  # edges that pass through a pixel's middle within rounding


def test_the_number_of_the_nearest_triangle_is_kept() -> None:
    mesh = _soup(200, 0.2, seed=1)
    camera = Camera.orbit([0, 0, 0], distance=4.0, width=120, height=90)
    raster = _rasterise(mesh, camera)
    triangles, depth = raster.triangles, raster.depth
    assert ((triangles >= 0) == raster.covered).all()
    corners = mesh.vertices[mesh.faces].astype(np.float64) @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    v, u = np.nonzero(raster.covered)
    rays = np.stack(
        [(u + 0.5 - camera.cx) / camera.fx, (v + 0.5 - camera.cy) / camera.fy, np.ones(len(u))], axis=1
    )
    p, q, r = np.moveaxis(corners[triangles[v, u]], 1, 0)
    normals = np.cross(q - p, r - p)
    expected = (normals * p).sum(axis=1) / (normals * rays).sum(axis=1)
    np.testing.assert_allclose(depth[v, u], expected, rtol=1e-3)


def test_neighbours_leave_no_gap_and_a_tall_wall_is_whole() -> None:
    steps = np.linspace(-3.0, 3.0, 40)
    x, y = np.meshgrid(steps, steps)
    number = np.arange(40 * 40).reshape(40, 40)
    a, b, c, d = (
        part.ravel() for part in (number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1])
    )
    fine = TriangleMesh(
        vertices=np.stack([x.ravel(), y.ravel(), 0.3 * x.ravel()], axis=1),
        faces=np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]),
        vertex_colors=np.zeros((1600, 3)),
    )
    coarse = TriangleMesh(
        vertices=fine.vertices[[0, 39, 1599, 1560]],
        faces=np.array([[0, 1, 2], [0, 2, 3]]),
        vertex_colors=np.zeros((4, 3)),
    )
    camera = Camera.look_at([0.1, 0.2, -2.0], [0, 0, 0], width=301, height=240)
    first, second = (_rasterise(mesh, camera) for mesh in (fine, coarse))
    assert first.covered.all()
    assert second.covered.all()
    np.testing.assert_allclose(first.depth, second.depth, rtol=1e-5)


def test_nothing_is_drawn_of_no_mesh_and_of_what_is_behind() -> None:
    nothing = TriangleMesh(vertices=np.zeros((0, 3)), faces=np.zeros((0, 3)), vertex_colors=np.zeros((0, 3)))
    camera = Camera.look_at([0, 0, 5], [0, 0, 9], width=20, height=10)
    assert not _rasterise(nothing, camera).covered.any()
    assert not _rasterise(_soup(50, 0.3, seed=2), camera).covered.any()
