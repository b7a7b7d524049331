"""What baking takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ...kernels.types import RenderMode
from ...scenes.mesh import TriangleMesh

MIN_VIEWS, MAX_VIEWS = 4, 2000


class BakeStage(Enum):
    """What baking is busy with, in this order."""

    FUSE = "fuse views"
    EXTRACT = "extract surface"
    CLEAN = "drop small parts"
    DECIMATE = "decimate"


OnProgress = Callable[[BakeStage, int, int], None]
"""Called with the stage, steps done and steps in all, from the thread that bakes. What it raises ends the baking."""


def no_progress(stage: BakeStage, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class BakeOptions:
    """How to bake.

    Args:
        voxel_size: Side of a voxel [scene units]; `None` takes 1/128 of the subject's radius.
        views: Cameras spread over a sphere around the subject, where none are given.
        picture_size: Side of their pictures [px]; `None` makes a pixel two thirds of a voxel or less.
        depth: `RenderMode.DEPTH_MEDIAN` or `RenderMode.DEPTH` (expected).
        alpha_threshold: Pixels with less accumulated opacity, in (0, 1), have no depth: there the mesh has a hole
            unless another view fills it.
        reach: Nothing farther than this from the subject's middle is baked [radii of the subject].
        smallest_part: Connected parts with fewer triangles than this fraction of the largest are dropped.
        max_triangles: Decimate to so many; `None` keeps all.
        memory_limit: Refuse to start when more would be needed [bytes]; `None` takes what is free now.

    Raises:
        ValueError: A value is out of its range.
    """

    voxel_size: float | None = None
    views: int = 64
    picture_size: int | None = None
    depth: RenderMode = RenderMode.DEPTH_MEDIAN
    alpha_threshold: float = 0.5
    reach: float = 1.2
    smallest_part: float = 0.01
    max_triangles: int | None = None
    memory_limit: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        _require("voxel_size", self.voxel_size, 1e-9, 1e9)
        _require("views", self.views, MIN_VIEWS, MAX_VIEWS)
        _require("picture_size", self.picture_size, 16, 8192)
        _require("alpha_threshold", self.alpha_threshold, 0.01, 0.99)
        _require("reach", self.reach, 0.1, 100.0)
        _require("smallest_part", self.smallest_part, 0.0, 1.0)
        _require("max_triangles", self.max_triangles, 4, 10**9)
        if self.depth not in (RenderMode.DEPTH, RenderMode.DEPTH_MEDIAN):
            raise ValueError(f"depth must be a depth mode, got {self.depth}")


@dataclass(frozen=True, eq=False, kw_only=True)
class BakedMesh:
    """A mesh and how it came to be.

    Args:
        mesh: The mesh, in the frame of the Gaussians.
        voxel_size: Side of a voxel [scene units].
        views: Pictures that were fused.
        triangles_extracted: Before small parts were dropped and the rest decimated.
        parts_dropped: Connected parts that were too small.
    """

    mesh: TriangleMesh
    voxel_size: float
    views: int
    triangles_extracted: int
    parts_dropped: int


def _require(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise ValueError(f"{name} must be between {low:g} and {high:g}, got {value:g}")
