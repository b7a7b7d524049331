"""Baking: the mesh lies where the Gaussians lie, and what cannot be baked is refused in one line."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render import Backend, Renderer, RenderMode, create_renderer
from rowsplat.render.mesh_baking import BakeOptions, BakeStage, bake_mesh
from rowsplat.render.mesh_baking.memory import estimated_bytes
from rowsplat.scenes import Camera, CameraPath, Gaussians, SceneExtent, merge

_VOXEL = 1.0 / 24.0
_QUICK = BakeOptions(voxel_size=_VOXEL, views=24)
_CENTER = np.array([3.0, -2.0, 1.0])


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return create_renderer(Backend.CPU)


def _disks(points: np.ndarray, normals: np.ndarray, *, opacity_logit: float = 6.0) -> Gaussians:
    """Thin round Gaussians at `points`, facing along `normals`, coloured by their normal."""
    n = len(points)
    half = normals + np.array([0.0, 0.0, 1.0])  # the rotation of z to the normal is half a turn about this
    quats = np.concatenate([np.zeros((n, 1)), half / np.linalg.norm(half, axis=1, keepdims=True)], axis=1)
    return Gaussians(
        means=points,
        quats=quats,
        log_scales=np.log(np.tile([0.04, 0.04, 0.002], (n, 1))),
        logit_opacities=np.full(n, opacity_logit),
        sh_coeffs=(0.5 * normals / 0.28209479)[:, None],
    )


def _directions(n: int) -> np.ndarray:
    """`n` directions spread evenly, `[n, 3]`."""
    z = 1.0 - 2.0 * (np.arange(n) + 0.5) / n
    angle = np.pi * (3.0 - np.sqrt(5.0)) * np.arange(n)
    return np.stack([np.sqrt(1 - z * z) * np.cos(angle), np.sqrt(1 - z * z) * np.sin(angle), z], axis=1)


@pytest.fixture(scope="module")
def sphere() -> Gaussians:
    """Disks that close the unit sphere around `_CENTER`."""
    return _disks(_CENTER + _directions(4000), _directions(4000))


@pytest.mark.parametrize("depth", [RenderMode.DEPTH_MEDIAN, RenderMode.DEPTH])
def test_a_sphere_of_gaussians_becomes_a_sphere(
    sphere: Gaussians, renderer: Renderer, depth: RenderMode
) -> None:
    baked = bake_mesh(sphere, renderer, BakeOptions(voxel_size=_VOXEL, views=24, depth=depth))
    mesh = baked.mesh
    offsets = mesh.vertices - _CENTER
    radii = np.linalg.norm(offsets, axis=1)
    assert np.abs(radii - 1.0).max() < _VOXEL
    corners = offsets[mesh.faces]
    volume = np.einsum("fi,fi->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6.0
    assert volume == pytest.approx(4.0 / 3.0 * np.pi, rel=0.05)  # closed, and faces look outwards
    expected = 0.5 + 0.5 * offsets / radii[:, None]
    assert np.abs(mesh.vertex_colors - expected).mean() < 0.03
    assert (baked.views, baked.voxel_size) == (24, _VOXEL)


def test_given_cameras_bake_only_what_they_see(sphere: Gaussians, renderer: Renderer) -> None:
    cameras = [
        Camera.orbit(_CENTER, distance=4.0, azimuth_deg=angle, width=160, height=160)
        for angle in (-8.0, 0.0, 8.0, 4.0)
    ]
    mesh = bake_mesh(sphere, renderer, _QUICK, cameras=cameras).mesh
    assert len(mesh.faces) > 500
    assert mesh.vertices[:, 2].max() < _CENTER[2] + 0.3  # the cameras are at -z


def test_what_is_too_transparent_stays_a_hole(renderer: Renderer) -> None:
    directions = _directions(4000)
    cap = directions[:, 2] > 0.6
    faint = _disks(_CENTER + directions[cap], directions[cap], opacity_logit=-4.0)
    solid = _disks(_CENTER + directions[~cap], directions[~cap])
    mesh = bake_mesh(merge(solid, faint), renderer, _QUICK).mesh
    offsets = mesh.vertices - _CENTER
    outside = np.linalg.norm(offsets, axis=1) > 0.9  # through the hole the views see the sphere from within
    assert offsets[outside, 2].max() < 0.75


def test_a_background_shell_does_not_hide_the_subject(sphere: Gaussians, renderer: Renderer) -> None:
    shell = _disks(_CENTER + 30.0 * _directions(300), _directions(300))
    large = Gaussians(
        means=shell.means,
        quats=shell.quats,
        log_scales=shell.log_scales + 5.0,
        logit_opacities=shell.logit_opacities,
        sh_coeffs=shell.sh_coeffs,
    )
    mesh = bake_mesh(merge(sphere, large), renderer, _QUICK).mesh
    assert np.abs(np.linalg.norm(mesh.vertices - _CENTER, axis=1) - 1.0).max() < _VOXEL


def test_small_loose_parts_are_dropped(sphere: Gaussians, renderer: Renderer) -> None:
    speck = _disks(_CENTER + 1.15 + 0.05 * _directions(60)[:, [2, 0, 1]], _directions(60))
    scene = merge(sphere, speck)
    kept = bake_mesh(scene, renderer, BakeOptions(voxel_size=_VOXEL, views=24, reach=3.0, smallest_part=0.0))
    cleaned = bake_mesh(
        scene, renderer, BakeOptions(voxel_size=_VOXEL, views=24, reach=3.0, smallest_part=0.1)
    )
    far = _VOXEL + 1.0
    assert np.linalg.norm(kept.mesh.vertices - _CENTER, axis=1).max() > far
    assert np.linalg.norm(cleaned.mesh.vertices - _CENTER, axis=1).max() < far
    assert cleaned.parts_dropped >= 1
    assert kept.parts_dropped == 0


def test_decimation_reaches_its_target_and_keeps_shape_and_colour(
    sphere: Gaussians, renderer: Renderer
) -> None:
    options = BakeOptions(voxel_size=_VOXEL, views=24, max_triangles=600)
    baked = bake_mesh(sphere, renderer, options)
    assert 300 <= len(baked.mesh.faces) <= 600 < baked.triangles_extracted
    offsets = baked.mesh.vertices - _CENTER
    radii = np.linalg.norm(offsets, axis=1)
    assert np.abs(radii - 1.0).max() < 1.5 * _VOXEL
    assert np.abs(baked.mesh.vertex_colors - (0.5 + 0.5 * offsets / radii[:, None])).mean() < 0.05


def test_progress_is_told_stage_by_stage_to_the_end(sphere: Gaussians, renderer: Renderer) -> None:
    told: list[tuple[BakeStage, int, int]] = []
    options = BakeOptions(voxel_size=0.1, views=5, max_triangles=100)
    bake_mesh(sphere, renderer, options, on_progress=lambda *step: told.append(step))
    assert [stage for stage, done, total in told if done == total] == list(BakeStage)
    fused = [done for stage, done, total in told if stage is BakeStage.FUSE and total == 5]
    assert fused == [0, 1, 2, 3, 4, 5]


class _StopError(Exception):
    pass


@pytest.mark.parametrize("stage", BakeStage)
def test_raising_from_the_callback_ends_the_bake_at_any_stage(
    sphere: Gaussians, renderer: Renderer, stage: BakeStage
) -> None:
    told: list[BakeStage] = []

    def _stop(current: BakeStage, done: int, total: int) -> None:
        told.append(current)
        if current is stage:
            raise _StopError

    with pytest.raises(_StopError):
        bake_mesh(
            sphere, renderer, BakeOptions(voxel_size=0.1, views=4, max_triangles=100), on_progress=_stop
        )
    assert told.count(stage) == 1
    assert told[-1] is stage


def test_too_fine_voxels_are_refused_with_a_size_that_fits(sphere: Gaussians, renderer: Renderer) -> None:
    limit = 50_000_000
    with pytest.raises(RowsplatError) as caught:
        bake_mesh(sphere, renderer, BakeOptions(voxel_size=1e-4, memory_limit=limit))
    message = str(caught.value)
    assert message.startswith("--voxel 0.0001: needs about ")
    assert "\n" not in message
    fits = float(message.split("Take --voxel ")[1].split()[0])
    around = SceneExtent(center=_CENTER, radius=1.2)
    assert estimated_bytes(sphere, around, fits) <= 1.1 * limit  # the subject's radius is a little off 1
    bake_mesh(sphere, renderer, BakeOptions(voxel_size=fits, views=4, picture_size=64, memory_limit=limit))


def test_the_area_behind_the_memory_estimate_is_about_right(sphere: Gaussians) -> None:
    from rowsplat.render.mesh_baking.memory import _BYTES_PER_SQUARE_VOXEL

    area = estimated_bytes(sphere, SceneExtent(center=_CENTER, radius=1.2), 1.0) / _BYTES_PER_SQUARE_VOXEL
    assert 0.7 * 4.0 * np.pi < area < 2.0 * 4.0 * np.pi


def test_no_surface_is_one_line_that_says_what_to_try(renderer: Renderer) -> None:
    faint = _disks(_directions(500), _directions(500), opacity_logit=-5.0)
    with pytest.raises(RowsplatError, match=r"no surface was found.*--alpha"):
        bake_mesh(faint, renderer, _QUICK)


def test_an_empty_scene_and_a_voxel_larger_than_it_are_refused(sphere: Gaussians, renderer: Renderer) -> None:
    empty = Gaussians(
        means=np.zeros((0, 3)),
        quats=np.zeros((0, 4)),
        log_scales=np.zeros((0, 3)),
        logit_opacities=np.zeros(0),
        sh_coeffs=np.zeros((0, 1, 3)),
    )
    with pytest.raises(RowsplatError, match="no Gaussian to bake"):
        bake_mesh(empty, renderer)
    with pytest.raises(RowsplatError, match="--voxel 5: is larger than what is baked"):
        bake_mesh(sphere, renderer, BakeOptions(voxel_size=5.0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"voxel_size": 0.0},
        {"voxel_size": float("nan")},
        {"views": 3},
        {"alpha_threshold": 1.0},
        {"reach": 0.0},
        {"smallest_part": 1.5},
        {"max_triangles": 3},
        {"picture_size": 8},
        {"depth": RenderMode.RGB},
    ],
)
def test_options_out_of_range_name_themselves(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        BakeOptions(**wrong)  # type: ignore[arg-type]


def test_without_open3d_the_first_line_says_how_to_get_it(
    sphere: Gaussians, renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "open3d", None)  # as if it were not installed
    with pytest.raises(RowsplatError, match=r'needs open3d, .* pip install "rowsplat\[mesh\]"'):
        bake_mesh(
            sphere,
            renderer,
            cameras=CameraPath.orbit(_CENTER, distance=4, frames=4, width=8, height=8).cameras,
        )
