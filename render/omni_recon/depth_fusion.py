"""Depth maps of photos -> one mesh: what views agree upon, fused into a truncated signed distance field."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ...scenes.mesh import TriangleMesh
from ...scenes.photo_sets import scene_box
from ..mesh_baking.cleaning import as_triangle_mesh, decimated, drop_small_parts
from ..mesh_baking.fusion import DistanceField
from ..mesh_baking.memory import free_bytes
from ..open3d_module import open3d
from .depth_consistency import agreed_depth, world_points
from .reconstruction_types import (
    OnReconstruction,
    ReconstructionProgress,
    ReconstructionStage,
    ViewDepth,
    no_reconstruction_progress,
)

_VOXELS_PER_RADIUS = 256  # at most, of the cube around what is seen
_PERCENTILES = (1.0, 99.0)  # of the depths of a view; beyond are strays
_AREA_CELL = 4  # [voxels], in which the area is counted
_BYTES_PER_SQUARE_VOXEL = 3000  # as in baking
_USABLE = 0.7  # of the free memory

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True)
class FusionOptions:
    """How to fuse depth maps.

    Args:
        voxel_size: Side of a voxel [scene units]; `None` takes the width of a pixel where the scene is, but no less
            than 1/256 of the scene's radius and than what fits the memory. The field is truncated at 4 voxels.
        tolerance: Depths that differ by no more agree [part of the depth].
        agreeing: Other views that must agree with a depth; 0 takes every depth.
        smallest_part: Connected parts with fewer triangles than this fraction of the largest are dropped.
        max_triangles: Decimate to so many; `None` keeps all.
        memory_limit: Memory that may be used [bytes]; `None` takes most of what is free.

    Raises:
        ValueError: A value is out of its range.
    """

    voxel_size: float | None = None
    tolerance: float = 0.03
    agreeing: int = 1
    smallest_part: float = 0.01
    max_triangles: int | None = None
    memory_limit: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        ranges = {"voxel_size": (1e-9, 1e9), "tolerance": (1e-6, 1.0), "agreeing": (0, math.inf)}
        ranges |= {"smallest_part": (0.0, 1.0), "max_triangles": (4, math.inf)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise ValueError(f"{name} must be between {low:g} and {high:g}, got {value:g}")


@dataclass(frozen=True, eq=False, kw_only=True)
class FusedMesh:
    """A mesh and how it came to be.

    Args:
        mesh: With the colours of the photos; in the frame of the cameras.
        voxel_size: Side of a voxel [scene units].
        agreed: Part of the known depths that other views agreed with, 0 to 1.
        triangles_extracted: Before small parts were dropped and the rest decimated.
        parts_dropped: Connected parts that were too small.
    """

    mesh: TriangleMesh
    voxel_size: float
    agreed: float
    triangles_extracted: int
    parts_dropped: int


_DEFAULT_OPTIONS = FusionOptions()


def fuse_depths(
    views: Sequence[ViewDepth],
    options: FusionOptions = _DEFAULT_OPTIONS,
    *,
    on_progress: OnReconstruction = no_reconstruction_progress,
) -> FusedMesh:
    """Fuse depth maps into a cleaned mesh.

    Args:
        views: The depth maps, at least one.
        options: How to fuse.
        on_progress: Told of every step; raise from it to cancel. Within a stage after `FUSE` nothing can be cancelled.

    Raises:
        RowsplatError: Open3D is missing, the views agree about nothing, the voxels are too fine for the memory, or no
            surface was found.
    """
    open3d()  # says that it is missing before any work
    agreed = _agreed(views, options, on_progress)
    kept, known = (sum(int((view.depth > 0).sum()) for view in some) for some in (agreed, views))
    if not kept:
        raise RowsplatError(
            f"the depth maps of {len(views)} views agree nowhere ({known} depths were confident): the cameras or the "
            "depth range may be wrong, or the views too far apart. Check them, or allow a larger tolerance."
        )
    voxel_size = _voxel_size(agreed, options)
    field = _fused(agreed, voxel_size, on_progress)
    model = _step(on_progress, ReconstructionStage.EXTRACT, field.triangles)
    extracted = len(model.triangles)
    if not extracted:
        raise RowsplatError(
            f"no surface was found at voxel size {voxel_size:.3g}. Take more views or larger voxels."
        )
    dropped = _step(
        on_progress, ReconstructionStage.CLEAN, lambda: drop_small_parts(model, options.smallest_part)
    )
    target = options.max_triangles
    if target is not None and len(model.triangles) > target:
        model = _step(on_progress, ReconstructionStage.DECIMATE, lambda: decimated(model, target))
    return FusedMesh(
        mesh=as_triangle_mesh(model),
        voxel_size=voxel_size,
        agreed=kept / known,
        triangles_extracted=extracted,
        parts_dropped=dropped,
    )


def _agreed(
    views: Sequence[ViewDepth], options: FusionOptions, on_progress: OnReconstruction
) -> tuple[ViewDepth, ...]:
    """The views with only those depths that enough others agree with."""
    agreed = list[ViewDepth]()
    tell = _steps(on_progress, ReconstructionStage.COMPARE, len(views))
    for index, view in enumerate(views):
        depth = agreed_depth(views, index, tolerance=options.tolerance, agreeing=options.agreeing)
        agreed.append(replace(view, depth=depth))
        tell(index + 1)
    return tuple(agreed)


def _fused(views: Sequence[ViewDepth], voxel_size: float, on_progress: OnReconstruction) -> DistanceField:
    field = DistanceField(voxel_size)
    tell = _steps(on_progress, ReconstructionStage.FUSE, len(views))
    for done, view in enumerate(views, start=1):
        farthest = float(view.depth.max())
        if farthest > 0.0:
            field.add(view.depth, view.image, view.camera, farthest)
        tell(done)
    return field


def _voxel_size(views: Sequence[ViewDepth], options: FusionOptions) -> float:
    """The voxel that was asked for, or a fitting one [scene units].

    Raises:
        RowsplatError: The one that was asked for, or any, is too fine for the memory.
    """
    allowed = _USABLE * free_bytes() if options.memory_limit is None else float(options.memory_limit)
    radius = _radius(views)
    size = options.voxel_size or max(_pixel_width(views), radius / _VOXELS_PER_RADIUS)
    while (needed := _BYTES_PER_SQUARE_VOXEL * _square_voxels(views, size)) > allowed:
        fits = size * max(math.sqrt(needed / allowed), 1.1)
        if options.voxel_size is not None or fits > radius:
            raise RowsplatError(
                f"voxels of {size:.3g} need about {needed / 1e9:.2g} GB, {allowed / 1e9:.2g} GB can be had. "
                f"Take voxels of about {fits:.2g} or free memory."
            )
        size = fits
    return size


def _pixel_width(views: Sequence[ViewDepth]) -> float:
    """Width of a pixel at the median of the known depths [scene units]."""
    widths = [view.depth[view.depth > 0] / view.camera.fx for view in views]
    return float(np.median(np.concatenate(widths)))


def _radius(views: Sequence[ViewDepth]) -> float:
    """Half the side of the cube around what the views see [scene units]."""
    seeing = [view for view in views if (view.depth > 0).any()]
    ranges = [np.percentile(view.depth[view.depth > 0], _PERCENTILES).tolist() for view in seeing]
    return scene_box([view.camera for view in seeing], [(near, far) for near, far in ranges]).radius


def _square_voxels(views: Sequence[ViewDepth], voxel_size: float) -> float:
    """Area of what the views see: a cell of a grid that holds a point counts its side squared [voxels^2]."""
    cells = [_cells(view, _AREA_CELL * voxel_size) for view in views]
    return float(len(np.unique(np.concatenate(cells), axis=0)) * _AREA_CELL**2)


def _cells(view: ViewDepth, side: float) -> NDArray[np.float64]:
    """The cells `[M, 3]` of a grid of this `side` [scene units] that hold a point of the view."""
    return np.unique(np.floor(world_points(view.camera, view.depth)[view.depth > 0] / side), axis=0)


def _steps(on_progress: OnReconstruction, stage: ReconstructionStage, total: int) -> Callable[[int], None]:
    """What tells, with the time left, how many of `total` steps of `stage` are done; 0 is told at once."""
    started = time.monotonic()

    def _tell(done: int) -> None:
        left = (time.monotonic() - started) / done * (total - done) if done else None
        on_progress(ReconstructionProgress(stage=stage, done=done, total=total, seconds_left=left))

    _tell(0)
    return _tell


def _step(on_progress: OnReconstruction, stage: ReconstructionStage, work: Callable[[], _Value]) -> _Value:
    """The value of `work`, a stage of one step, told about before and after."""
    tell = _steps(on_progress, stage, 1)
    value = work()
    tell(1)
    return value
