"""Questions that the window asks the render process, which holds the Gaussians: selections, picking, histograms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import RowsplatError
from ..render import Blend, Renderer, RenderMode, RenderOptions
from ..scenes import Camera, Gaussians, merge, save_gaussians, transform
from ..scenes.edits import IndexMask
from ..scenes.edits.attributes import Attribute, attribute_values, in_value_range
from ..scenes.edits.floaters import floaters
from ..scenes.edits.picking import pick
from ..scenes.edits.regions import in_box, in_brush, in_ellipsoid, in_lasso, in_rectangle, in_sphere
from .messages import IDENTITY, Look, Matrix, SceneSpec
from .scene_stack import NOTHING, SceneStack

Point2 = tuple[float, float]
Point3 = tuple[float, float, float]


class Combine(Enum):
    """How a new selection joins the one there is."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True)
class Rectangle:
    """On the screen, two corners [px]."""

    first: Point2
    second: Point2

    def inside(self, gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
        """`[N]`: the centre is seen inside."""
        return in_rectangle(gaussians, camera, self.first, self.second)


@dataclass(frozen=True, kw_only=True)
class Lasso:
    """On the screen, a closed polygon [px]."""

    points: tuple[Point2, ...]

    def inside(self, gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
        """`[N]`: the centre is seen inside."""
        return in_lasso(gaussians, camera, np.array(self.points))


@dataclass(frozen=True, kw_only=True)
class Brush:
    """On the screen, a disc drawn along a line of points [px]."""

    points: tuple[Point2, ...]
    radius: float

    def inside(self, gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
        """`[N]`: the centre is seen inside."""
        return in_brush(gaussians, camera, np.array(self.points), self.radius)


@dataclass(frozen=True, kw_only=True)
class Sphere:
    """In the world."""

    center: Point3
    radius: float

    def inside(self, gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
        """`[N]`: the centre is inside."""
        return in_sphere(gaussians, self.center, self.radius)


@dataclass(frozen=True, kw_only=True)
class Box:
    """In the world; `pose` maps the box's frame, whose axes are its edges, to the world."""

    pose: Matrix
    half_sizes: Point3

    def inside(self, gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
        """`[N]`: the centre is inside."""
        return in_box(gaussians, np.array(self.pose), self.half_sizes)


@dataclass(frozen=True, kw_only=True)
class Ellipsoid:
    """In the world; `pose` maps the ellipsoid's frame, whose axes are its own, to the world."""

    pose: Matrix
    semi_axes: Point3

    def inside(self, gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
        """`[N]`: the centre is inside."""
        return in_ellipsoid(gaussians, np.array(self.pose), self.semi_axes)


@dataclass(frozen=True, kw_only=True)
class ValueRange:
    """Gaussians whose attribute lies in [low, high]."""

    attribute: Attribute
    low: float
    high: float

    def inside(self, gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
        """`[N]`: the value is in the range."""
        return in_value_range(gaussians, self.attribute, self.low, self.high, camera)


@dataclass(frozen=True, kw_only=True)
class Floaters:
    """Isolated Gaussians."""

    def inside(self, gaussians: Gaussians, camera: Camera) -> NDArray[np.bool_]:
        """`[N]`: it is far from its neighbours."""
        return floaters(gaussians)


Volume = Sphere | Box | Ellipsoid
Region = Rectangle | Lasso | Brush | Volume | ValueRange | Floaters


@dataclass(frozen=True, kw_only=True)
class Select:
    """The masks of the scenes `scene_ids` after combining a region with what is selected."""

    region: Region
    camera: Camera
    scene_ids: tuple[int, ...]
    combine: Combine

    def answer(self, stack: SceneStack, renderer: Renderer) -> dict[int, IndexMask]:
        """New selection by scene id; only what is shown can be selected."""
        return {
            spec.scene_id: self._mask(stack, spec) for spec in stack.specs if spec.scene_id in self.scene_ids
        }

    def _mask(self, stack: SceneStack, spec: SceneSpec) -> IndexMask:
        edited = stack.edited(spec.scene_id)
        shown = edited.alive & ~edited.hidden
        found = self.region.inside(_in_world(edited.gaussians, spec), self.camera) & shown
        before = np.zeros(len(found), np.bool_) if spec.selection is None else spec.selection.to_bool()
        if self.combine is Combine.ADD:
            found |= before
        elif self.combine is Combine.REMOVE:
            found = before & ~found
        return IndexMask.from_bool(found)


@dataclass(frozen=True, kw_only=True)
class SelectAll:
    """All that is shown, or its rest when `invert`."""

    scene_ids: tuple[int, ...]
    invert: bool = False

    def answer(self, stack: SceneStack, renderer: Renderer) -> dict[int, IndexMask]:
        """New selection by scene id."""
        masks: dict[int, IndexMask] = {}
        for spec in stack.specs:
            if spec.scene_id in self.scene_ids:
                edited = stack.edited(spec.scene_id)
                chosen = edited.alive & ~edited.hidden
                if self.invert and spec.selection is not None:
                    chosen &= ~spec.selection.to_bool()
                masks[spec.scene_id] = IndexMask.from_bool(chosen)
        return masks


@dataclass(frozen=True, kw_only=True)
class PickPoint:
    """The point of the nearest surface under a pixel."""

    x: float
    y: float
    camera: Camera

    def answer(self, stack: SceneStack, renderer: Renderer) -> Point3 | None:
        """World coordinates, `None` where nothing is."""
        found: list[tuple[float, Point3]] = []
        for spec in stack.specs:
            if spec.visible and stack.holds(spec):
                edited = stack.edited(spec.scene_id)
                picked = pick(
                    _in_world(edited.gaussians, spec), self.camera, self.x, self.y, among=edited.shown
                )
                if picked is not None:
                    x, y, z = (float(value) for value in picked.point)
                    found.append((picked.depth, (x, y, z)))
        return min(found)[1] if found else None


@dataclass(frozen=True, kw_only=True)
class HistogramAnswer:
    """Counts of `bins` equal steps from `low` to `high`."""

    attribute: Attribute
    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AskHistogram:
    """How the values of an attribute are spread over all that is shown."""

    attribute: Attribute
    camera: Camera
    bins: int = 128

    def answer(self, stack: SceneStack, renderer: Renderer) -> HistogramAnswer:
        """The histogram between the extremes."""
        values = [
            attribute_values(
                _in_world(stack.edited(spec.scene_id).visible(), spec), self.attribute, self.camera
            )
            for spec in stack.specs
            if spec.visible and stack.holds(spec)
        ]
        joined = np.concatenate(values) if values else np.zeros(0)
        joined = joined[np.isfinite(joined)]
        low, high = (float(joined.min()), float(joined.max())) if len(joined) else (0.0, 1.0)
        counts, _ = np.histogram(joined, self.bins, (low, high if high > low else low + 1.0))
        return HistogramAnswer(
            attribute=self.attribute, low=low, high=high, counts=tuple(cast("list[Any]", counts.tolist()))
        )


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one blender does for a picture."""

    blend: Blend
    pairs: int
    evaluated: int
    contributing: int


@dataclass(frozen=True, kw_only=True)
class CountWork:
    """How many fragments each blender evaluates for a picture, and how many of them contribute."""

    camera: Camera
    look: Look

    def answer(self, stack: SceneStack, renderer: Renderer) -> tuple[Work, ...]:
        """The work of every blender."""
        gaussians = stack.merged(self.look, highlight=False) or NOTHING
        work: list[Work] = []
        for blend in Blend:
            counts = renderer.render(
                gaussians, self.camera, RenderOptions(blend=blend, mode=RenderMode.COST)
            ).counts
            evaluated, contributing = counts.fragments_evaluated or 0, counts.fragments_contributing or 0
            work.append(Work(blend=blend, pairs=counts.pairs, evaluated=evaluated, contributing=contributing))
        return tuple(work)


@dataclass(frozen=True, kw_only=True)
class TakePicture:
    """A picture with transparency, whatever is shown behind it."""

    camera: Camera
    look: Look

    def answer(self, stack: SceneStack, renderer: Renderer) -> NDArray[np.uint8]:
        """`[H, W, 4]` red, green, blue, alpha; the colour is not multiplied by alpha."""
        gaussians = stack.merged(self.look, highlight=False) or NOTHING
        options = RenderOptions(blend=self.look.blend, max_sh_degree=self.look.max_sh_degree)
        result = renderer.render(gaussians, self.camera, options)
        alpha = result.alpha[..., None]
        colour = np.divide(result.image, alpha, out=np.zeros_like(result.image), where=alpha > 0)
        both = np.concatenate([colour, alpha], axis=2)
        return (np.clip(both, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


@dataclass(frozen=True, eq=False, kw_only=True)
class FoundPhotos:
    """A photo set that was opened.

    Args:
        path: Where it was read from.
        name: What it is called.
        cameras: One a photo, of the photo's size.
        names: One a photo.
        notes: What the reader had to decide, one line each.
        middle: Where they look, world frame; `None` where nothing tells.
    """

    path: Path
    name: str
    cameras: tuple[Camera, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...]
    middle: Point3 | None = None


@dataclass(frozen=True, kw_only=True)
class OpenPhotos:
    """Whether posed photos can be read, and from where they were taken."""

    path: Path

    def answer(self, stack: SceneStack, renderer: Renderer) -> FoundPhotos:
        """Their cameras."""
        found = stack.photos.open(self.path)
        middle = stack.photos.middle(self.path)
        return FoundPhotos(
            path=self.path,
            name=found.name,
            cameras=found.cameras,
            names=found.names,
            middle=None if middle is None else (float(middle[0]), float(middle[1]), float(middle[2])),
            notes=found.notes,
        )


@dataclass(frozen=True, kw_only=True)
class SaveScenes:
    """Write all visible scenes, edited, placed and merged, into one file."""

    path: Path

    def answer(self, stack: SceneStack, renderer: Renderer) -> int:
        """How many Gaussians were written."""
        parts = [
            _in_world(stack.edited(spec.scene_id).finished(), spec)
            for spec in stack.specs
            if spec.visible and stack.holds(spec)
        ]
        if not parts:
            raise RowsplatError("there is no visible scene to write")
        merged = merge(*(replace(part, antialiased=parts[0].antialiased) for part in parts))
        save_gaussians(merged, self.path, overwrite=True)
        return len(merged)


def _in_world(gaussians: Gaussians, spec: SceneSpec) -> Gaussians:
    return gaussians if spec.matrix == IDENTITY else transform(gaussians, np.array(spec.matrix))
