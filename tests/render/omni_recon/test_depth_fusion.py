"""Fusing depth maps: exact ones give the surface, wrong ones are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.mesh_metrics import distances_to, points_on
from rowsplat.render.omni_recon import DepthRange
from rowsplat.render.omni_recon.depth_consistency import agreed_depth, world_points
from rowsplat.render.omni_recon.depth_fusion import FusionOptions, fuse_depths
from rowsplat.render.omni_recon.reconstruction_types import (
    ReconstructionProgress,
    ReconstructionStage,
    ViewDepth,
)
from rowsplat.render.ray_casting import SceneCaster
from rowsplat.scenes import Camera
from rowsplat.scenes.procedural import ProceduralScene, procedural_scene

from .sphere_scene import (
    CENTER,
    SPHERE_RADIUS,
    colour_at,
    orbiting,
    sphere_distances,
    sphere_picture,
    world_rays,
)

_SIZE = {"width": 96, "height": 72}


def _view(name: str, camera: Camera, image: np.ndarray, depth: np.ndarray) -> ViewDepth:
    return ViewDepth(
        name=name,
        camera=camera,
        image=image.astype(np.float32),
        depth=np.nan_to_num(depth).astype(np.float32),
        confidence=np.ones(depth.shape, np.float32),
        bounds=DepthRange(near=1.0, far=20.0),
        sources=(name,),
    )


def _sphere_view(index: int, camera: Camera) -> ViewDepth:
    _, dirs = world_rays(camera)
    depth = sphere_distances(camera) * (dirs @ camera.viewmat[2, :3])
    return _view(str(index), camera, sphere_picture(camera), depth)


@pytest.fixture(scope="module")
def sphere() -> tuple[ViewDepth, ...]:
    """Exact depth maps of the sphere, all from one side of it."""
    return tuple(_sphere_view(index, camera) for index, camera in enumerate(orbiting(5, **_SIZE)))


@pytest.fixture(scope="module")
def scene() -> ProceduralScene:
    return procedural_scene(3)


@pytest.fixture(scope="module")
def scene_views(scene: ProceduralScene) -> tuple[ViewDepth, ...]:
    """Exact depth maps of the things of a generated scene."""
    caster, views = SceneCaster(scene), []
    for index, camera in enumerate(scene.cameras(**_SIZE)):
        seen = caster.cast(camera, antialias=False)
        depth = np.where(np.isin(seen.labels, scene.subject_labels), seen.depth, 0.0)
        views.append(_view(str(index), camera, seen.image, depth))
    return tuple(views)


def _moved(views: Sequence[ViewDepth], index: int, factor: float) -> tuple[tuple[ViewDepth, ...], np.ndarray]:
    """The views with the depths of a patch in the middle of one changed, and which these are."""
    depth, patch = views[index].depth.copy(), np.zeros(views[index].depth.shape, np.bool_)
    patch[30:42, 40:56] = True
    depth[patch] *= factor
    changed = list(views)
    changed[index] = replace(views[index], depth=depth)
    return tuple(changed), patch & (depth > 0)


def test_points_of_a_depth_map_project_back_to_the_pixel_centres(sphere: tuple[ViewDepth, ...]) -> None:
    view = sphere[1]
    seen = world_points(view.camera, view.depth) @ view.camera.viewmat[:3, :3].T + view.camera.viewmat[:3, 3]
    pixels = seen @ view.camera.K.T
    known = view.depth > 0
    v, u = np.mgrid[0:72, 0:96] + 0.5
    np.testing.assert_allclose(
        pixels[known] / seen[known][:, 2:], np.stack([u, v, u * 0 + 1], -1)[known], atol=1e-6
    )
    np.testing.assert_allclose(seen[..., 2], view.depth, atol=1e-6)


@pytest.mark.parametrize("agreeing", [1, 2])
def test_exact_depths_are_kept_where_others_see_the_surface(agreeing: int) -> None:
    cameras = orbiting(5, width=192, height=144)[::2]  # so far apart that parts are seen by one alone
    views = tuple(_sphere_view(index, camera) for index, camera in enumerate(cameras))
    hidden = 0
    for index, view in enumerate(views):
        points = world_points(view.camera, view.depth)
        cosines = []
        for other in views[:index] + views[index + 1 :]:
            toward = other.camera.position - points
            along = ((points - CENTER) / SPHERE_RADIUS * toward).sum(-1)
            cosines.append(along / np.linalg.norm(toward, axis=-1))
        facing = np.sort(np.stack(cosines), axis=0)[-agreeing]  # of the last view that has to agree
        kept = agreed_depth(views, index, tolerance=0.01, agreeing=agreeing) > 0
        known = view.depth > 0
        assert kept[known & (facing > 0.5)].all()
        assert not kept[known & (facing < -0.2)].any()
        assert not kept[~known].any()
        hidden += int((known & (facing < -0.2)).sum())
    assert hidden > 100


def test_depths_that_no_other_view_confirms_are_dropped(sphere: tuple[ViewDepth, ...]) -> None:
    wrong, patch = _moved(sphere, 2, 0.9)
    kept = agreed_depth(wrong, 2, tolerance=0.015, agreeing=1)
    assert patch.sum() > 100
    assert not kept[patch].any()
    right = agreed_depth(sphere, 2, tolerance=0.015, agreeing=1)
    assert np.array_equal(kept[~patch], right[~patch])
    assert right[patch].all()
    loose = agreed_depth(wrong, 2, tolerance=0.2, agreeing=1)
    assert loose[patch].all()


def test_a_mesh_of_exact_depths_is_the_surface_that_was_seen(
    scene: ProceduralScene, scene_views: tuple[ViewDepth, ...]
) -> None:
    fused = fuse_depths(scene_views)
    assert 0.02 * 0.3 < fused.voxel_size < 0.02  # a pixel's width; the scene has radius 1
    off = distances_to(scene.mesh(), points_on(fused.mesh, 5000, np.random.default_rng(0)))
    seen = [world_points(view.camera, view.depth)[view.depth > 0] for view in scene_views]
    missing = distances_to(fused.mesh, np.concatenate(seen).astype(np.float32))
    precision, recall = (off < 0.02).mean(), (missing < 0.02).mean()
    assert 2 * precision * recall / (precision + recall) > 0.95
    assert (off.mean() + missing.mean()) / 2 < 0.5 * fused.voxel_size
    assert fused.agreed > 0.9


def test_wrong_depths_leave_no_trace_in_the_mesh(sphere: tuple[ViewDepth, ...]) -> None:
    depth = sphere[2].depth.copy()
    assert not depth[:14, :14].any()
    depth[:14, :14] = 6.0  # beside the sphere, where the others see nothing
    wrong = (*sphere[:2], replace(sphere[2], depth=depth), *sphere[3:])

    def _farthest_off(options: FusionOptions) -> float:
        mesh = fuse_depths(wrong, options).mesh
        return float(np.abs(np.linalg.norm(mesh.vertices - CENTER, axis=1) - SPHERE_RADIUS).max())

    options = FusionOptions(voxel_size=0.1, smallest_part=0.0)
    assert _farthest_off(options) < 0.1
    assert _farthest_off(replace(options, agreeing=0)) > 0.5


def test_the_mesh_has_the_colours_of_the_photos(sphere: tuple[ViewDepth, ...]) -> None:
    mesh = fuse_depths(sphere, FusionOptions(voxel_size=0.06)).mesh
    assert np.abs(mesh.vertex_colors - colour_at(mesh.vertices)).mean() < 0.03


def test_small_parts_are_dropped_and_the_rest_is_decimated(scene_views: tuple[ViewDepth, ...]) -> None:
    whole = fuse_depths(scene_views, FusionOptions(smallest_part=0.0))
    small = fuse_depths(scene_views, FusionOptions(max_triangles=1500))
    assert whole.parts_dropped == 0
    assert len(whole.mesh.faces) == whole.triangles_extracted == small.triangles_extracted
    assert small.parts_dropped > 0
    assert 1000 < len(small.mesh.faces) <= 1500


def test_fusing_tells_every_stage_and_can_be_cancelled(sphere: tuple[ViewDepth, ...]) -> None:
    told = list[ReconstructionProgress]()
    fuse_depths(sphere, FusionOptions(voxel_size=0.1, max_triangles=100), on_progress=told.append)
    assert list(dict.fromkeys(progress.stage for progress in told)) == list(ReconstructionStage)[2:]
    for stage in list(ReconstructionStage)[2:]:
        done = [progress.done for progress in told if progress.stage is stage]
        assert done == list(range((5 if stage.value.endswith("views") else 1) + 1))
    assert all((progress.seconds_left is None) == (progress.done == 0) for progress in told)

    def _cancel(progress: ReconstructionProgress) -> None:
        if progress.stage is ReconstructionStage.FUSE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fuse_depths(sphere, on_progress=_cancel)


def test_a_single_view_is_taken_at_its_word(sphere: tuple[ViewDepth, ...]) -> None:
    assert fuse_depths(sphere[:1], FusionOptions(voxel_size=0.1)).agreed == 1.0


def test_voxels_grow_to_fit_the_memory_unless_they_were_asked_for(sphere: tuple[ViewDepth, ...]) -> None:
    free = fuse_depths(sphere).voxel_size
    tight = FusionOptions(memory_limit=2_000_000)
    assert free < fuse_depths(sphere, tight).voxel_size < 1.0
    for options in (replace(tight, voxel_size=free), FusionOptions(memory_limit=1000)):
        with pytest.raises(RowsplatError, match=r"need about .* GB") as caught:
            fuse_depths(sphere, options)
        assert "\n" not in str(caught.value)


def test_views_that_agree_nowhere_are_refused_in_one_line(sphere: tuple[ViewDepth, ...]) -> None:
    nothing = [replace(view, depth=np.zeros_like(view.depth)) for view in sphere]
    apart = [replace(view, depth=view.depth * 1.3**index) for index, view in enumerate(sphere)]
    for views in (nothing, apart):
        with pytest.raises(RowsplatError, match="agree nowhere") as caught:
            fuse_depths(views, FusionOptions(tolerance=0.005))
        assert "\n" not in str(caught.value)


def test_options_out_of_range_are_refused() -> None:
    for change in ({"voxel_size": 0.0}, {"tolerance": 0.0}, {"agreeing": -1}, {"smallest_part": 2.0}):
        with pytest.raises(ValueError, match=next(iter(change))):
            FusionOptions(**change)


def test_a_view_with_hardly_any_depth_takes_nothing_from_the_others(sphere: tuple[ViewDepth, ...]) -> None:
    depth = sphere[0].depth
    row, column = next((r, c) for r, c in np.argwhere(depth > 0).tolist() if r % 4 and c % 4)
    lonely = np.zeros_like(depth)
    lonely[row, column] = depth[row, column]  # between the pixels that Open3D looks at
    options = FusionOptions(agreeing=0, voxel_size=0.1)
    without = fuse_depths(sphere[1:], options).mesh
    some = fuse_depths((replace(sphere[0], depth=lonely), *sphere[1:]), options).mesh
    np.testing.assert_allclose(_sorted(some.vertices), _sorted(without.vertices), atol=1e-6)


def _sorted(points: np.ndarray) -> np.ndarray:
    """Rows in an order that does not depend on theirs."""
    return points[np.lexsort(np.round(points, 4).T)]
