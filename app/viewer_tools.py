"""The tools of the left mouse button: selecting, moving, measuring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..scenes.edits import EditOperation, IndexMask, Transform
from ..scenes.edits.measuring import align_to_ground, scale_to_length
from . import texts, tool_geometry
from .camera_events import Modifier
from .drawing import Drawing, Point
from .messages import Comparison
from .overlay import project, volume_segments
from .questions import Box, Brush, Combine, Ellipsoid, Lasso, Point3, Rectangle, Region, Volume
from .state import Document, SceneItem, Tool

if TYPE_CHECKING:
    from .viewer import Viewer

_GRASP_PX = 10.0
_STEP_PX = 2.0
_NARROWEST, _WIDEST = 3.0, 600.0  # brushes [px]
_THINNEST = 1e-6  # volume [scene units]
_TRANSFORMS = (Tool.MOVE, Tool.ROTATE, Tool.SCALE)
_VOLUMES = (Tool.SPHERE, Tool.BOX, Tool.ELLIPSOID)


@dataclass
class _Stroke:
    """What is being drawn or dragged with the left button."""

    points: list[Point]
    modifiers: frozenset[Modifier]


class ViewerTools:
    """What the left mouse button does for `viewer` when a tool is in hand."""

    def __init__(self, viewer: Viewer) -> None:
        """Nothing is drawn or measured yet."""
        self._viewer = viewer
        self.brush_radius = 40.0
        self.measured: tuple[Point3, ...] = ()
        self.volume: Volume | None = None
        self._pointer: Point = (0.0, 0.0)
        self._stroke: _Stroke | None = None
        self._dragging_split = False

    @property
    def _tool(self) -> Tool:
        return self._viewer.state.tool

    def choose(self, tool: Tool) -> None:
        """Take a tool, or put it away when it is in hand; a stroke that was begun with another is dropped."""
        self.drop_stroke()
        self._viewer.session.set_tool(Tool.NAVIGATE if self._tool is tool else tool)

    def drop_stroke(self) -> bool:
        """Forget what is being drawn; whether there was something."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None:
            self._viewer.session.preview(None)
        return stroke is not None

    def resize_brush(self, factor: float) -> None:
        """Make the brush larger."""
        self.brush_radius = min(max(self.brush_radius * factor, _NARROWEST), _WIDEST)
        self._viewer.session.on_change()

    # The mouse

    def press(self, at: Point, modifiers: frozenset[Modifier]) -> bool:
        """The left button went down; whether a tool took it."""
        self._pointer = at
        if self._near_split(at):
            self._dragging_split = True
            return True
        if self._tool is Tool.NAVIGATE:
            self._viewer.frustums.press(at)
            return False
        if self._tool is Tool.MEASURE:
            self._viewer.pick(at, self._take_measured)
        else:
            self._stroke = _Stroke([at], modifiers)
        return True

    def move(self, at: Point) -> bool:
        """The pointer moved; whether a tool took it."""
        before, self._pointer = self._pointer, at
        if self._dragging_split:
            view = self._viewer.state.view
            split = min(max(at[0] / view.camera.width, 0.0), 1.0)
            self._viewer.session.set_view(replace(view, split=split))
            return True
        if self._stroke is not None and math.dist(self._stroke.points[-1], at) >= _STEP_PX:
            self._stroke.points.append(at)
            if self._tool in _TRANSFORMS:
                self._viewer.preview(self._transformed(self._stroke.points[0], at)[1])
        if self._stroke is not None or (self._tool is Tool.BRUSH and before != at):
            self._viewer.session.on_change()
        return self._stroke is not None

    def release(self, at: Point) -> bool:
        """The left button went up; whether a tool took it."""
        if self._dragging_split:
            self._dragging_split = False
            return True
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            self._viewer.frustums.release(at)
            return self._tool is Tool.MEASURE
        stroke.points.append(at)
        if self._tool in _TRANSFORMS:
            self._viewer.session.preview(None)
            self._viewer.session.do(*self._transformed(stroke.points[0], at))
        else:
            region = self._region(stroke.points)
            if region is not None:
                self._viewer.session.select(region, _combine(stroke.modifiers))
        self._viewer.session.on_change()
        return True

    def _near_split(self, at: Point) -> bool:
        view = self._viewer.state.view
        return (
            view.comparison is Comparison.SPLIT and abs(at[0] - view.split * view.camera.width) <= _GRASP_PX
        )

    # Regions

    def _region(self, points: Sequence[Point]) -> Region | None:
        if self._tool is Tool.RECTANGLE:
            return Rectangle(first=points[0], second=points[-1])
        if self._tool is Tool.BRUSH:
            return Brush(points=tuple(points), radius=self.brush_radius)
        if self._tool is Tool.LASSO:
            return Lasso(points=tuple(points)) if len(points) > 2 else None
        self.volume = self._volume(points[0], points[-1])
        return self.volume

    def _volume(self, first: Point, last: Point) -> Volume:
        make = {
            Tool.SPHERE: tool_geometry.sphere,
            Tool.BOX: tool_geometry.box,
            Tool.ELLIPSOID: tool_geometry.ellipsoid,
        }[self._tool]
        return make(self._viewer.state.view.camera, self._viewer.controls.pivot_depth, first, last)

    def set_volume(self, volume: Volume | None) -> None:
        """Show another volume, or none."""
        self.volume = volume
        self._viewer.session.on_change()

    def select_volume(self) -> None:
        """Select what is inside the volume."""
        if self.volume is not None:
            self._viewer.session.select(self.volume, Combine.REPLACE)

    def crop_to_volume(self) -> None:
        """Delete what is outside the volume, in all scenes that are visible and not locked."""
        if self.volume is not None:
            self._viewer.session.crop(self.volume)

    # Moving

    def _transformed(self, first: Point, last: Point) -> tuple[str, Document]:
        """Name of the step, and the document after a drag moved the selection, or whole scenes where there is none."""
        viewer = self._viewer
        motion = tool_geometry.motion(
            self._tool,
            viewer.state.view.camera,
            viewer.controls.pivot,
            viewer.controls.pivot_depth,
            first,
            last,
        )
        if not viewer.state.document.selection:
            return self._tool.value.capitalize(), viewer.session.placed(motion)

        def operation(item: SceneItem, mask: IndexMask | None) -> EditOperation | None:
            place = np.array(item.matrix)
            return None if mask is None else Transform.of(np.linalg.inv(place) @ motion @ place, mask)

        return viewer.session.edited(operation)

    # Measuring

    def _take_measured(self, point: Point3 | None) -> None:
        if point is None:
            self._viewer.session.say(texts.NO_SURFACE)
            return
        self.measured = (*self.measured, point)[-3:]
        if len(self.measured) > 1:
            self._viewer.session.say(texts.distance(math.dist(self.measured[-2], self.measured[-1])))
        self._viewer.session.on_change()

    def set_measured_length(self) -> None:
        """Ask for the true length of the measured distance and scale the scenes to it."""
        viewer = self._viewer
        first, last = self.measured[-2:]

        def scale_to(length: float) -> None:
            matrix = scale_to_length(first, last, length)
            viewer.session.place_scenes(texts.step_length(length), np.array(matrix))
            self.measured = ()

        viewer.window.ask_number(
            texts.TRUE_LENGTH,
            math.dist(first, last),
            lambda length: viewer.telling(lambda: scale_to(length), texts.length_set(length)),
        )

    def align_to_ground(self) -> None:
        """Put the last three measured points on the ground."""
        first, second, third = self.measured[-3:]

        def align() -> None:
            matrix = np.array(align_to_ground(first, second, third))
            self._viewer.session.place_scenes(texts.STEP_GROUND, matrix)
            self.measured = ()

        self._viewer.telling(align, texts.ALIGNED)

    # What is drawn over the picture

    def drawn_over(self, drawing: Drawing) -> Drawing:
        """`drawing` with what the tools show."""
        camera, stroke = self._viewer.state.view.camera, self._stroke
        marks = tuple(
            seen for seen in (project(camera, point) for point in self.measured) if seen is not None
        )
        volume, outline, circle = self.volume, (), None
        if stroke is not None and self._tool is Tool.RECTANGLE:
            (x0, y0), (x1, y1) = stroke.points[0], self._pointer
            outline = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        elif stroke is not None and self._tool is Tool.LASSO:
            outline = tuple(stroke.points)
        elif stroke is not None and self._tool in _VOLUMES:
            volume = self._volume(stroke.points[0], self._pointer)
        elif self._tool is Tool.BRUSH:
            circle = (self._pointer, self.brush_radius)
        return replace(
            drawing,
            outline=outline,
            circle=circle,
            markers=marks,
            segments=(*drawing.segments, *pairwise(marks), *volume_segments(camera, volume)),
        )


def resized(volume: Volume, sizes: Point3) -> Volume:
    """The volume with other full sizes along its axes; a sphere takes the first."""
    width, height, depth = (max(size, _THINNEST) / 2 for size in sizes)
    half = (width, height, depth)
    if isinstance(volume, Box):
        return replace(volume, half_sizes=half)
    if isinstance(volume, Ellipsoid):
        return replace(volume, semi_axes=half)
    return replace(volume, radius=half[0])


def sizes_of(volume: Volume) -> Point3:
    """Full sizes along the volume's axes."""
    if isinstance(volume, Box):
        half = volume.half_sizes
    elif isinstance(volume, Ellipsoid):
        half = volume.semi_axes
    else:
        half = (volume.radius,) * 3
    return 2 * half[0], 2 * half[1], 2 * half[2]


def _combine(modifiers: frozenset[Modifier]) -> Combine:
    if Modifier.SHIFT in modifiers:
        return Combine.ADD
    return Combine.REMOVE if Modifier.CTRL in modifiers else Combine.REPLACE
