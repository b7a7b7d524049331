"""Pictures of meshes, mesh distances, and meshes among splats."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.render import Backend, RenderMode, RenderOptions, create_renderer
from rowsplat.render.mesh_metrics import distances_to, points_on, surface_distance
from rowsplat.render.mesh_rendering import MeshRenderer, MeshShading, composite_by_depth
from rowsplat.render.types import RenderCounts, RenderResult, StageTimes
from rowsplat.scenes import Camera, Gaussians
from rowsplat.scenes.mesh import TriangleMesh


def _plane(z: float = 4.0, *, slope: float = 0.0, half: float = 100.0) -> TriangleMesh:
    """The plane z + slope * x, seen from the origin along +z; red grows with x, green with y."""
    corners = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    return TriangleMesh(
        vertices=np.column_stack([corners, z + slope * corners[:, 0]]),
        faces=np.array([[0, 2, 1], [0, 3, 2]]),
        vertex_colors=np.column_stack([corners / (2 * half) + 0.5, np.full(4, 0.25)]),
    )


def _camera(**changes: float) -> Camera:
    intrinsics = {"fx": 30.0, "fy": 25.0, "cx": 11.0, "cy": 8.5} | changes
    return Camera(viewmat=np.eye(4), width=24, height=16, **intrinsics)  # type: ignore[arg-type]


def test_depth_is_along_the_view_axis_and_colour_is_interpolated() -> None:
    slope, half = 0.3, 20.0
    camera = _camera()
    picture = MeshRenderer(_plane(slope=slope, half=half)).render(camera)
    x = (np.arange(24) + 0.5 - camera.cx) / camera.fx
    y = (np.arange(16) + 0.5 - camera.cy) / camera.fy
    depth = np.broadcast_to(4.0 / (1.0 - slope * x), (16, 24))
    np.testing.assert_allclose(picture.depth, depth, rtol=1e-5)
    red, green = depth * x / (2 * half) + 0.5, depth * y[:, None] / (2 * half) + 0.5
    np.testing.assert_allclose(picture.color, np.stack([red, green, np.full_like(red, 0.25)], -1), atol=1e-5)


def test_the_pose_of_the_camera_counts() -> None:
    mesh = _plane(half=1.0)
    camera = Camera.look_at([3.0, -1.0, 1.0], [0.0, 0.0, 4.0], width=64, height=64, fov_deg=40.0)
    picture = MeshRenderer(mesh).render(camera)
    corner = camera.viewmat @ np.array([0.2, 0.3, 4.0, 1.0])
    u, v = (camera.K @ (corner[:3] / corner[2]))[:2]
    assert picture.depth[int(v), int(u)] == pytest.approx(corner[2], rel=0.02)


def test_nothing_hit_is_depth_0_and_the_background() -> None:
    picture = MeshRenderer(_plane(half=0.5)).render(_camera(), background=(0.1, 0.2, 0.3))
    missed = picture.depth == 0
    assert missed.any()
    assert not missed.all()
    np.testing.assert_allclose(picture.color[missed], np.tile([0.1, 0.2, 0.3], (missed.sum(), 1)), atol=1e-7)


def test_an_empty_mesh_is_all_background() -> None:
    nothing = np.zeros((0, 3))
    mesh = TriangleMesh(vertices=nothing, faces=nothing, vertex_colors=nothing)  # type: ignore[arg-type]
    picture = MeshRenderer(mesh).render(_camera(), background=(1.0, 1.0, 1.0))
    assert (picture.depth == 0).all()
    assert (picture.color == 1).all()


def test_the_headlight_leaves_what_faces_it_and_darkens_what_turns_away() -> None:
    camera = _camera(cx=12.5, cy=8.5)
    head_on, turned = (
        [
            MeshRenderer(_plane(slope=slope)).render(camera, shading=shading).color[8, 12]
            for shading in MeshShading
        ]
        for slope in (0.0, np.sqrt(3.0))  # 60 degrees
    )
    np.testing.assert_allclose(head_on[1], head_on[0], rtol=1e-5)
    np.testing.assert_allclose(turned[1], turned[0] * (0.35 + 0.65 * 0.5), rtol=1e-5)


def _result(image: np.ndarray, alpha: np.ndarray, mode: RenderMode) -> RenderResult:
    return RenderResult(
        image=image.astype(np.float32),
        alpha=alpha.astype(np.float32),
        mode=mode,
        stage_times=StageTimes(project=0, sort=0, bin=0, blend=0, total=0),
        counts=RenderCounts(num_gaussians=0, visible=0, pairs=0),
    )


def test_each_pixel_shows_what_is_nearer() -> None:
    """Four pixels before a blue wall at depth 4: splats nearer, farther, none; and splats where the wall ends."""
    camera = Camera(viewmat=np.eye(4), fx=1.0, fy=1.0, cx=2.0, cy=0.5, width=4, height=1)
    wall = TriangleMesh(
        vertices=np.array([[-50.0, -50, 4], [4.0, -50, 4], [4.0, 50, 4], [-50.0, 50, 4]]),
        faces=np.array([[0, 2, 1], [0, 3, 2]]),
        vertex_colors=np.tile([0.0, 0.0, 1.0], (4, 1)),
    )
    mesh = MeshRenderer(wall).render(camera)
    np.testing.assert_array_equal(mesh.depth, [[4.0, 4.0, 4.0, 0.0]])
    background = np.array([0.5, 0.5, 0.5])
    alpha = np.array([[0.75, 0.75, 0.0, 0.75]])
    red = np.array([1.0, 0.0, 0.0])
    rgb = alpha[..., None] * red + (1 - alpha[..., None]) * background
    depths = np.array([[3.0, 5.0, 0.0, 5.0]])[..., None]
    image = composite_by_depth(
        _result(rgb, alpha, RenderMode.RGB),
        _result(depths, alpha, RenderMode.DEPTH),
        mesh,
        background=(0.5, 0.5, 0.5),
    )
    expected = [[0.75, 0.0, 0.25], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0], rgb[0, 3]]
    np.testing.assert_allclose(image, [expected], atol=1e-6)


@pytest.mark.parametrize("wall", [3.0, 5.0])
def test_real_splats_and_a_known_plane_hide_each_other(wall: float) -> None:
    one = Gaussians(
        means=np.array([[0.0, 0.0, 4.0]]),
        quats=np.array([[1.0, 0, 0, 0]]),
        log_scales=np.log(np.full((1, 3), 0.3)),
        logit_opacities=np.array([8.0]),
        sh_coeffs=np.full((1, 1, 3), 1.7),
    )
    renderer, camera = create_renderer(Backend.CPU), Camera.look_at([0, 0, 0], [0, 0, 1], width=32, height=32)
    splats = renderer.render(one, camera)
    depth = renderer.render(one, camera, RenderOptions(mode=RenderMode.DEPTH))
    mesh = MeshRenderer(_plane(wall)).render(camera)
    image = composite_by_depth(splats, depth, mesh)
    over = splats.image + (1.0 - splats.alpha)[..., None] * mesh.color
    np.testing.assert_allclose(image, over if wall > 4.0 else mesh.color, atol=1e-6)
    assert np.abs(over - mesh.color).max() > 0.3


def test_pictures_that_do_not_belong_together_are_refused() -> None:
    mesh = MeshRenderer(_plane()).render(_camera())
    flat = np.zeros((16, 24))
    rgb = _result(np.zeros((16, 24, 3)), flat, RenderMode.RGB)
    depth = _result(flat[..., None], flat, RenderMode.DEPTH)
    with pytest.raises(ValueError, match="mode rgb"):
        composite_by_depth(depth, depth, mesh)
    with pytest.raises(ValueError, match="depth mode"):
        composite_by_depth(rgb, rgb, mesh)
    with pytest.raises(ValueError, match="one size"):
        composite_by_depth(rgb, _result(np.zeros((8, 8, 1)), np.zeros((8, 8)), RenderMode.DEPTH), mesh)


def test_the_distance_between_parallel_squares_is_their_gap() -> None:
    near, far = _plane(4.0, half=1.0), _plane(4.25, half=1.0)
    loose = surface_distance(near, far, threshold=0.26, samples=2000)
    assert loose.chamfer == pytest.approx(0.25, rel=1e-4)
    assert loose.f_score == 1.0
    assert surface_distance(near, far, threshold=0.24, samples=2000).f_score == 0.0


def test_a_missing_half_costs_recall_not_precision() -> None:
    whole = _plane(half=1.0)
    half = TriangleMesh(
        vertices=whole.vertices * [0.5, 1.0, 1.0] - [0.5, 0.0, 0.0],
        faces=whole.faces,
        vertex_colors=whole.vertex_colors,
    )
    found = surface_distance(half, whole, threshold=1e-3, samples=20_000)
    assert found.precision == 1.0
    assert found.recall == pytest.approx(0.5, abs=0.02)
    assert found.completeness == pytest.approx(0.25, abs=0.01)  # half of it is 0.5 away on average
    assert found.f_score == pytest.approx(2 / 3, abs=0.02)


def test_points_are_even_by_area() -> None:
    mesh = TriangleMesh(
        vertices=np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 0, 0], [8, 0, 0], [5, 1, 0]]),
        faces=np.array([[0, 1, 2], [3, 4, 5]]),
        vertex_colors=np.zeros((6, 3)),
    )
    points = points_on(mesh, 20_000, np.random.default_rng(3))
    assert (points[:, 0] > 4).mean() == pytest.approx(0.75, abs=0.01)
    assert distances_to(mesh, points).max() < 1e-6
    np.testing.assert_allclose(points[points[:, 0] < 4].mean(axis=0), [1 / 3, 1 / 3, 0], atol=0.01)
