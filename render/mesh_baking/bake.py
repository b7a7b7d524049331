"""The whole way from Gaussians to a mesh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ...kernels.types import RenderMode
from ...scenes import Camera, Gaussians, SceneExtent, scene_extent
from ..open3d_module import open3d
from ..types import Renderer, RenderOptions
from .cleaning import as_triangle_mesh, decimated, drop_small_parts
from .fusion import DistanceField
from .memory import require_memory
from .subject import cameras_around, depth_inside, gaussians_within, picture_size
from .types import BakedMesh, BakeOptions, BakeStage, OnProgress, no_progress

_DEFAULT_OPTIONS = BakeOptions()
_VOXELS_PER_RADIUS = 128

_Value = TypeVar("_Value")


@dataclass(frozen=True, eq=False, kw_only=True)
class _Plan:
    """What is baked, settled before the first picture."""

    gaussians: Gaussians
    sphere: SceneExtent
    voxel_size: float
    cameras: Sequence[Camera]


def bake_mesh(
    gaussians: Gaussians,
    renderer: Renderer,
    options: BakeOptions = _DEFAULT_OPTIONS,
    *,
    cameras: Sequence[Camera] | None = None,
    on_progress: OnProgress = no_progress,
) -> BakedMesh:
    """Bake the subject of a scene into a triangle mesh with vertex colours.

    Depth and colour are drawn from every camera and fused into a truncated signed distance field; its zero crossing is
    the mesh. Only Gaussians within `options.reach` take part, so that a background does not hide the subject.

    Args:
        gaussians: The scene.
        renderer: Draws it; of the calling thread.
        options: How to bake.
        cameras: Where to look from; `None` spreads `options.views` cameras over a sphere around the subject.
        on_progress: Told of every step; raise from it to cancel. Within a stage after `FUSE` nothing can be cancelled.

    Raises:
        RowsplatError: Open3D is missing, the voxels are too fine for the memory, or no surface was found.
    """
    open3d()  # says that it is missing before any work
    plan = _plan(gaussians, options, cameras)
    field = _fused(plan, renderer, options, on_progress)
    model = _step(on_progress, BakeStage.EXTRACT, field.triangles)
    extracted = len(model.triangles)
    if not extracted:
        raise RowsplatError(
            f"no surface was found at voxel size {plan.voxel_size:.3g}: the scene may be too transparent or "
            "seen from too few views. Try a lower --alpha, a larger --voxel or more --views."
        )
    dropped = _step(on_progress, BakeStage.CLEAN, lambda: drop_small_parts(model, options.smallest_part))
    target = options.max_triangles
    if target is not None and len(model.triangles) > target:
        model = _step(on_progress, BakeStage.DECIMATE, lambda: decimated(model, target))
    return BakedMesh(
        mesh=as_triangle_mesh(model),
        voxel_size=plan.voxel_size,
        views=len(plan.cameras),
        triangles_extracted=extracted,
        parts_dropped=dropped,
    )


def _plan(gaussians: Gaussians, options: BakeOptions, cameras: Sequence[Camera] | None) -> _Plan:
    extent = scene_extent(gaussians)
    sphere = SceneExtent(center=extent.center, radius=options.reach * extent.radius)
    voxel_size = extent.radius / _VOXELS_PER_RADIUS if options.voxel_size is None else options.voxel_size
    if voxel_size > sphere.radius:
        raise RowsplatError(
            f"--voxel {voxel_size:.3g}: is larger than what is baked. Take --voxel "
            f"{extent.radius / _VOXELS_PER_RADIUS:.2g}."
        )
    subject = gaussians_within(gaussians, sphere)
    require_memory(subject, sphere, voxel_size, options.memory_limit)
    if cameras is None:
        size = options.picture_size or picture_size(sphere, voxel_size)
        cameras = cameras_around(sphere, options.views, size)
    return _Plan(gaussians=subject, sphere=sphere, voxel_size=voxel_size, cameras=cameras)


def _fused(plan: _Plan, renderer: Renderer, options: BakeOptions, on_progress: OnProgress) -> DistanceField:
    field = DistanceField(plan.voxel_size)
    total = len(plan.cameras)
    on_progress(BakeStage.FUSE, 0, total)
    for done, camera in enumerate(plan.cameras, start=1):
        depth, farthest = depth_inside(_depth(plan, renderer, camera, options), camera, plan.sphere)
        if farthest > 0.0:
            field.add(depth, _color(plan, renderer, camera), camera, farthest)
        on_progress(BakeStage.FUSE, done, total)
    return field


def _depth(plan: _Plan, renderer: Renderer, camera: Camera, options: BakeOptions) -> NDArray[np.float32]:
    """Depth `[H, W]` [scene units], 0 where too little opacity has gathered to speak of a surface."""
    drawn = renderer.render(plan.gaussians, camera, RenderOptions(mode=options.depth))
    return np.where(drawn.alpha >= options.alpha_threshold, drawn.image[..., 0], np.float32(0.0))


def _color(plan: _Plan, renderer: Renderer, camera: Camera) -> NDArray[np.float32]:
    """Colour `[H, W, 3]` in [0, 1] of what is there, freed of the black that shines through."""
    drawn = renderer.render(plan.gaussians, camera, RenderOptions(mode=RenderMode.RGB))
    opacity = np.maximum(drawn.alpha, np.float32(1e-3))[..., None]
    return np.clip(drawn.image / opacity, 0.0, 1.0).astype(np.float32, copy=False)


def _step(on_progress: OnProgress, stage: BakeStage, work: Callable[[], _Value]) -> _Value:
    """The value of `work`, a stage of one step, told about before and after."""
    on_progress(stage, 0, 1)
    value = work()
    on_progress(stage, 1, 1)
    return value
