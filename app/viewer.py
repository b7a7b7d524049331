"""The viewer without its window: what commands and the mouse do with session, camera and tools."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..assets import demo_scene_path
from ..kernels.errors import RowsplatError
from ..render import Blend
from ..render.output_files import replacing_file, require_writable_place
from ..scenes import Camera, CameraPath
from ..scenes import camera_splines as splines
from ..scenes.camera_files import load_keyframes, save_keyframes
from ..scenes.edits import Recolour, Transform
from ..scenes.edits.measuring import align_to_ground, scale_to_length
from .camera_controls import CameraControls
from .camera_events import CameraEvent, Modifier
from .drawing import Drawing, Point
from .jobs import Job, JobMessage, JobProcess, JobProgress
from .messages import Comparison, FrameReady, FromService, Look, Matrix, SceneLoaded
from .overlay import grid_segments, look_labels, overlay_lines, project
from .project import SUFFIX, Keyframe, Project, load_project, save_project
from .questions import (
    Box,
    Brush,
    Combine,
    CountWork,
    Lasso,
    PickPoint,
    Rectangle,
    Region,
    SaveScenes,
    Sphere,
    TakePicture,
    Work,
)
from .session import Session, fitted
from .state import Tool, ViewerState
from .statistics_window import FrameStatistics
from .viewer_jobs import BakeMesh, ExportVideo
from .window_port import WindowPort

SCENE_SUFFIXES = (".ply", ".splat", ".ksplat", ".spz", ".sog", ".glb", ".gltf", ".json")
EXPORT_SUFFIXES = (".ply", ".compressed.ply", ".splat", ".spz", ".sog", ".glb")
REST_S = 0.15
"""After so long without a movement the camera rests."""

KEYFRAME_STEP_S = 2.0
PATH_FPS = 30.0
"""Frame rate of videos and of camera paths in files."""

HINT = (
    "Drag to orbit, middle button to pan, wheel to come closer; V flies with W A S D Q E",
    "T toggles baseline and IRSS: the same picture, another time",
    "R rectangle, L lasso, B brush select; Delete deletes, Ctrl+Z takes back",
    "Drop scene files onto the window, or Ctrl+O",
    "Ctrl+K finds every command; F1 hides this",
)
"""The five lines of the first start."""


@dataclass
class _Stroke:
    """What is being drawn or dragged with the left button."""

    points: list[Point]
    modifiers: frozenset[Modifier]


class Viewer:
    """Everything between a window and the session. Use from one thread."""

    def __init__(
        self, session: Session, window: WindowPort, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Control `session`, ask `window`."""
        self.session, self.window = session, window
        self.controls = CameraControls(session.state.view.camera)
        self.statistics = FrameStatistics()
        self.overlay, self.grid, self.hint = True, False, False
        self.keyframes: tuple[Keyframe, ...] = ()
        self.measured: tuple[tuple[float, float, float], ...] = ()
        self.project_path: Path | None = None
        self._saved_counts: dict[
            int, int
        ] = {}  # of a project's scenes, which may be saved before they are read
        self.playing, self.time_runs = False, False
        self._play_started = 0.0
        self._played: splines.CameraSpline | None = None
        self._clock = clock
        self._last_moved = -math.inf
        self.brush_radius = 40.0
        self.pointer: Point = (0.0, 0.0)
        self._stroke: _Stroke | None = None
        self._dragging_split = False
        self._reset_view: Camera | None = None
        self.work: tuple[Work, ...] = ()
        self.job: JobProcess | None = None
        self.job_progress = JobProgress(stage="", done=0, total=0)
        self._on_success: Callable[[], object] = lambda: None

    @property
    def state(self) -> ViewerState:
        """The session's state."""
        return self.session.state

    # Files

    def ask_and_open(self) -> None:
        """Ask for scene or project files."""
        suffixes = (SUFFIX, *SCENE_SUFFIXES)
        self.window.ask_open("Open scenes or a project", suffixes, self.open_all)

    def open_all(self, paths: Sequence[Path]) -> None:
        """Open scenes, projects and camera paths; what cannot be opened is told in the status bar."""
        for path in paths:
            if not path.exists():
                self.session.say(f"{path}: no such file or folder. Check the name.")
            elif path.suffix == SUFFIX:
                self._telling(lambda path=path: self.open_project(path), f"{path.name} opened")
            else:
                self.session.open(path, is_flipbook=is_flipbook(path))

    def open_demo(self) -> None:
        """Add the bundled scene."""
        self.session.open(demo_scene_path(), name="demo")

    def open_project(self, path: Path) -> None:
        """Replace everything by a project.

        Raises:
            RowsplatError: It cannot be read.
        """
        project = load_project(path)
        self.show_project(project)
        self.project_path = path

    def restore(self, path: Path) -> None:
        """Show an autosaved project, which keeps no name of its own."""
        self._telling(lambda: self.show_project(load_project(path)), "Restored")

    def show_project(self, project: Project) -> None:
        """Replace everything by `project`."""
        self.keyframes = project.keyframes
        new_ids = self.session.replace_document(project.document, project.view)
        self._saved_counts = {new_ids[scene_id]: count for scene_id, count in project.counts.items()}
        self.controls = self.controls.looking_from(self.state.view.camera)

    def project(self) -> Project:
        """Everything as it is."""
        document = replace(self.state.document, selection=())
        counts = {
            **self._saved_counts,
            **{scene: loaded.count for scene, loaded in self.state.loaded.items()},
        }
        return Project(document=document, counts=counts, view=self.state.view, keyframes=self.keyframes)

    def save_project(self, *, ask: bool = False) -> None:
        """Save the project, asking for its name if it has none."""
        if ask or self.project_path is None:
            self.window.ask_save("Save project", (SUFFIX,), self._save_project_to)
        else:
            self._save_project_to(self.project_path)

    def _save_project_to(self, path: Path) -> None:
        path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)

        def save() -> None:
            save_project(path, self.project())
            self.project_path = path

        self._telling(save, f"{path.name} saved")

    def screenshot(self, *, transparent: bool) -> None:
        """Ask where to save the picture as it is shown, or without its background."""
        if transparent:
            self.window.ask_save("Save screenshot", (".png",), self._save_transparent)
        else:
            self.window.ask_save(
                "Save screenshot",
                (".png", ".jpg"),
                lambda path: self._telling(lambda: self.window.save_picture(path), f"{path.name} saved"),
            )

    def _save_transparent(self, path: Path) -> None:
        question = TakePicture(camera=self.state.view.camera, look=self.state.view.look)
        self.session.ask(
            question, lambda picture: self._telling(lambda: write_rgba(path, picture), f"{path.name} saved")
        )

    def _telling(self, work: Callable[[], object], done: str = "") -> None:
        """Do it and say `done`, or what was wrong."""
        try:
            work()
        except RowsplatError as error:
            self.session.say(str(error))
        except OSError as error:  # such as a disk that is full
            self.session.say(" ".join(str(error).split()))
        else:
            if done:
                self.session.say(done)

    def cancel(self) -> None:
        """Drop the stroke, stop playing, or stop reading scenes, whichever there is."""
        if self._stroke is not None:
            self._stroke = None
        elif self.job is not None:
            self.job.cancel()
        elif self.playing:
            self.playing = False
        elif self.state.is_loading:
            for item in self.state.document.scenes:
                if item.scene_id not in self.state.loaded:
                    self.session.cancel_loading(item.scene_id)
        elif self.state.tool is not Tool.NAVIGATE:
            self.choose_tool(Tool.NAVIGATE)
        self.session.on_change()

    # Flipbooks

    def play_time(self) -> None:
        """Play the flipbooks, or stop."""
        self.time_runs = not self.time_runs and self.state.duration > 0
        self.session.on_change()

    # Looks

    def change_look(self, change: Callable[[Look], Look]) -> None:
        """Change look A, and B alike where it only differs in the blender."""
        view = self.state.view
        self.session.set_view(replace(view, look=change(view.look), other=change(view.other)))

    def compare(self, comparison: Comparison) -> None:
        """Compare two looks; B is the other blender unless it was set."""
        view = self.state.view
        if view.other == view.look:
            view = replace(view, other=replace(view.look, blend=other_blend(view.look.blend)))
        self.session.set_view(replace(view, comparison=comparison))

    def swap_looks(self) -> None:
        """Exchange A and B."""
        view = self.state.view
        self.session.set_view(replace(view, look=view.other, other=view.look))

    def change_gain(self, factor: float) -> None:
        """Amplify the difference by `factor` more."""
        gain = min(max(self.state.view.gain * factor, 1.0), 1024.0)
        self.session.set_view(replace(self.state.view, gain=gain))

    def toggle_overlay(self) -> None:
        """Show or hide the text over the picture."""
        self.overlay = not self.overlay
        self.session.on_change()

    def toggle_grid(self) -> None:
        """Show or hide the grid."""
        self.grid = not self.grid
        self.session.on_change()

    def toggle_hint(self) -> None:
        """Show or hide the five lines."""
        self.hint = not self.hint
        self.session.on_change()

    # Camera

    def camera_event(self, event: CameraEvent) -> None:
        """Let the camera controls take an event that no tool took."""
        self._apply(self.controls.handle(event))

    def _apply(self, controls: CameraControls) -> None:
        moved = not np.array_equal(controls.camera.viewmat, self.state.view.camera.viewmat)
        self.controls = controls
        if moved:
            self._last_moved = self._clock()
            self.session.look_from(controls.camera, moving=True)

    def tick(self, seconds: float) -> None:
        """Let time pass: flying, transitions, playing, and resting after a while."""
        if self.time_runs:
            self.session.show_time(math.fmod(self.state.seconds + seconds, max(self.state.duration, 1e-3)))
        if self.playing:
            self._play_on()
        else:
            self._apply(self.controls.tick(seconds))
        if self.state.moving and self._clock() - self._last_moved >= REST_S:
            self.session.rest()

    @property
    def needs_ticks(self) -> bool:
        """Whether anything moves by itself, or has to come to rest."""
        return self.playing or self.time_runs or self.state.moving or self.controls.is_moving

    def resize(self, width: int, height: int) -> None:
        """The picture's area has that size [px]."""
        camera = self.state.view.camera
        if (camera.width, camera.height) != (width, height):
            self.look_from(camera.reframed(width, height))

    def look_from(self, camera: Camera) -> None:
        """Jump to a camera of the window's size."""
        self.controls = self.controls.looking_from(camera)
        self.session.look_from(camera)

    def toggle_fly(self) -> None:
        """Orbit or fly."""
        self._apply(self.controls.toggled())
        self.session.say("Fly: W A S D Q E" if self.controls.is_flying else "Orbit")

    def focus(self) -> None:
        """Bring all visible scenes into view."""
        spheres = [
            (np.array([*self.state.loaded[item.scene_id].center, 1.0]), item)
            for item in self.state.document.scenes
            if item.visible and item.scene_id in self.state.loaded
        ]
        if spheres:
            centers = np.array([(np.array(item.matrix) @ center)[:3] for center, item in spheres])
            center = centers.mean(axis=0)
            radius = max(
                float(np.linalg.norm(c - center))
                + self.state.loaded[item.scene_id].radius * _scale_of(item.matrix)
                for c, (_, item) in zip(centers, spheres, strict=True)
            )
            self._apply(self.controls.focused_on(center, radius))
            self.session.on_change()

    def reset_camera(self) -> None:
        """Look from where the first scene was first seen."""
        first = next(
            (item for item in self.state.document.scenes if item.scene_id in self.state.loaded), None
        )
        if first is not None:
            camera = self.state.view.camera
            loaded = self.state.loaded[first.scene_id]
            view = fitted(loaded.view, camera.width, camera.height)
            self._apply(self.controls.moved_to(view, pivot=loaded.center))
            self.session.on_change()

    # Camera path

    def add_keyframe(self) -> None:
        """Add the present camera at the end of the path."""
        seconds = self.keyframes[-1].seconds + KEYFRAME_STEP_S if self.keyframes else 0.0
        self.keyframes = (*self.keyframes, Keyframe(camera=self.state.view.camera, seconds=seconds))
        self.session.say(f"{len(self.keyframes)} keyframes")

    def clear_keyframes(self) -> None:
        """Remove all keyframes."""
        self.keyframes, self.playing = (), False
        self.session.say("Camera path cleared")

    def path(self, fps: float = PATH_FPS) -> CameraPath:
        """The camera path through the keyframes, of the window's size.

        Raises:
            RowsplatError: There are none, two have the same time, or the path is too long.
        """
        return self._spline().path(fps)

    def _spline(self) -> splines.CameraSpline:
        if not self.keyframes:
            raise RowsplatError("The camera path has no keyframes. Add some (K).")
        camera = self.state.view.camera
        keyframes = tuple(
            splines.Keyframe(camera=key.camera.reframed(camera.width, camera.height), time=key.seconds)
            for key in self.keyframes
        )
        return splines.CameraSpline(keyframes=keyframes)

    def play(self) -> None:
        """Fly along the path, or stop."""
        if self.playing or len(self.keyframes) < 2:
            self.playing = False
        else:
            self._telling(self._start_playing)
        self.session.on_change()

    def _start_playing(self) -> None:
        self._played, self._play_started = self._spline(), self._clock()
        self.playing = True

    def _play_on(self) -> None:
        assert self._played is not None
        seconds = self._clock() - self._play_started
        self.playing = seconds < self._played.duration
        self._last_moved = self._clock()
        window = self.state.view.camera
        camera = self._played.at(self._played.start + seconds).reframed(window.width, window.height)
        self.controls = self.controls.looking_from(camera)
        self.session.look_from(camera, moving=True)

    def load_path(self) -> None:
        """Ask for a nerfstudio camera path and make its cameras keyframes."""
        self.window.ask_open("Load a camera path", (".json",), self._load_path)

    def _load_path(self, paths: Sequence[Path]) -> None:
        def load() -> None:
            spline, _ = load_keyframes(paths[0])
            self.keyframes = tuple(
                Keyframe(camera=entry.camera, seconds=entry.time) for entry in spline.keyframes
            )

        self._telling(load, f"{paths[0].name} loaded")

    def save_path(self) -> None:
        """Ask where to write the camera path."""
        self.window.ask_save(
            "Save the camera path",
            (".json",),
            lambda path: self._telling(
                lambda: save_keyframes(path, self._spline(), fps=PATH_FPS, overwrite=True),
                f"{path.name} saved",
            ),
        )

    def export_video(self) -> None:
        """Ask where to write the camera path as a video, then draw it in the background."""
        self.window.ask_save("Export a video", (".mp4", ".webm"), self._export_video_to)

    def _export_video_to(self, out: Path) -> None:
        backend, language = self.session.renderer_choice

        def start() -> None:
            self.start_job(
                ExportVideo(
                    scenes=self.state.document.specs(),
                    look=self.state.view.look,
                    path=self.path(),
                    out=out,
                    backend=backend,
                    kernel_language=language,
                )
            )

        self._telling(start)

    def bake(self) -> None:
        """Ask where to write a mesh of what is shown, then bake it in the background and show it."""
        self.window.ask_save("Bake to mesh", (".glb", ".ply", ".obj"), self._bake_to)

    def _bake_to(self, out: Path) -> None:
        backend, language = self.session.renderer_choice
        specs = tuple(spec for spec in self.state.document.specs() if not spec.is_mesh)
        job = BakeMesh(scenes=specs, out=out, backend=backend, kernel_language=language)
        self.start_job(job, lambda: self.session.show_mesh_instead(out))

    def start_job(self, job: Job, on_success: Callable[[], object] = lambda: None) -> None:
        """Start long work; one at a time."""
        if self.job is not None:
            self.session.say("Another job is running; cancel it first (Esc)")
            return
        self._on_success = on_success
        self.job_progress = JobProgress(stage="starting", done=0, total=0)
        self.job = self.window.start_job(job, self.receive_job)

    def receive_job(self, message: JobMessage) -> None:
        """Take a message of the running job, in the window's thread."""
        if isinstance(message, JobProgress):
            self.job_progress = message
            self.session.on_change()
            return
        self.job = None
        self.session.say(message.problem or message.result or "Cancelled; nothing was written")
        if message.result:
            self._on_success()

    # Tools

    def choose_tool(self, tool: Tool) -> None:
        """Take a tool, or put it away when it is in hand; a stroke that was begun with another is dropped."""
        self._stroke = None
        self.session.set_tool(Tool.NAVIGATE if self.state.tool is tool else tool)

    def resize_brush(self, factor: float) -> None:
        """Make the brush larger."""
        self.brush_radius = min(max(self.brush_radius * factor, 3.0), 600.0)
        self.session.on_change()

    def select(self, region: Region, combine: Combine = Combine.REPLACE) -> None:
        """Select by region."""
        self.session.select(region, combine)

    def press(self, at: Point, modifiers: frozenset[Modifier]) -> bool:
        """The left button went down; whether a tool took it."""
        self.pointer = at
        if self.state.view.comparison is Comparison.SPLIT and self._near_split(at):
            self._dragging_split = True
            return True
        if self.state.tool is Tool.NAVIGATE:
            return False
        if self.state.tool is Tool.MEASURE:
            self._measure(at)
        else:
            self._stroke = _Stroke([at], modifiers)
        return True

    def move(self, at: Point) -> bool:
        """The pointer moved; whether a tool took it."""
        before, self.pointer = self.pointer, at
        if self._dragging_split:
            split = min(max(at[0] / self.state.view.camera.width, 0.0), 1.0)
            self.session.set_view(replace(self.state.view, split=split))
            return True
        if self._stroke is not None and math.dist(self._stroke.points[-1], at) >= 2.0:
            self._stroke.points.append(at)
        if self._stroke is not None or (self.state.tool is Tool.BRUSH and before != at):
            self.session.on_change()
        return self._stroke is not None

    def release(self, at: Point) -> bool:
        """The left button went up; whether a tool took it."""
        if self._dragging_split:
            self._dragging_split = False
            return True
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return self.state.tool is Tool.MEASURE
        stroke.points.append(at)
        if self.state.tool in (Tool.MOVE, Tool.ROTATE, Tool.SCALE):
            self._transform(stroke.points[0], at)
        else:
            region = self._region(stroke.points)
            if region is not None:
                self.select(region, _combine(stroke.modifiers))
        self.session.on_change()
        return True

    def double_click(self, at: Point) -> None:
        """Orbit around the surface under the pointer."""
        question = PickPoint(x=at[0], y=at[1], camera=self.state.view.camera)
        self.session.ask(question, self._set_pivot)

    def _set_pivot(self, point: tuple[float, float, float] | None) -> None:
        if point is not None:
            self.controls = self.controls.around(np.array(point))
            self.session.say("Pivot set")

    def _near_split(self, at: Point) -> bool:
        return abs(at[0] - self.state.view.split * self.state.view.camera.width) <= 10.0

    def _region(self, points: Sequence[Point]) -> Region | None:
        tool = self.state.tool
        if tool is Tool.RECTANGLE:
            return Rectangle(first=points[0], second=points[-1])
        if tool is Tool.BRUSH:
            return Brush(points=tuple(points), radius=self.brush_radius)
        if tool is Tool.LASSO:
            return Lasso(points=tuple(points)) if len(points) > 2 else None
        center, radius = self._ball(points[0], points[-1])
        return (
            Sphere(center=center, radius=radius)
            if tool is Tool.SPHERE
            else Box(center=center, half_size=radius)
        )

    def _ball(self, first: Point, last: Point) -> tuple[tuple[float, float, float], float]:
        """Centre under the first point, at the pivot's depth, and as wide as to the last one."""
        camera, depth = self.state.view.camera, self.controls.pivot_depth
        center = _unproject(camera, first, depth)
        radius = max(math.dist(first, last) / camera.fx * depth, 1e-6)
        x, y, z = (float(value) for value in center)
        return (x, y, z), radius

    def _transform(self, first: Point, last: Point) -> None:
        """Move, rotate or scale the selection, or whole scenes where nothing is selected, by a drag."""
        motion = self._motion(first, last)
        if self.state.document.selection:
            self.session.edit(
                lambda item, mask: (
                    None
                    if mask is None
                    else Transform.of(np.linalg.inv(item.matrix) @ motion @ np.array(item.matrix), mask)
                )
            )
        else:
            self.session.place_scenes(self.state.tool.value.capitalize(), motion)

    def _motion(self, first: Point, last: Point) -> np.ndarray:
        """The similarity transform of the world that a drag means, about the pivot."""
        camera, depth = self.state.view.camera, self.controls.pivot_depth
        pivot = self.controls.pivot
        motion = np.eye(4)
        if self.state.tool is Tool.MOVE:
            motion[:3, 3] = _unproject(camera, last, depth) - _unproject(camera, first, depth)
            return motion
        if self.state.tool is Tool.SCALE:
            motion[:3, :3] *= math.exp((first[1] - last[1]) / camera.height * 2.0)
        else:
            axis = camera.camtoworld[:3, 1]
            motion[:3, :3] = _rotation(axis, (last[0] - first[0]) / camera.width * math.pi)
        motion[:3, 3] = pivot - motion[:3, :3] @ pivot
        return motion

    # Measuring

    def _measure(self, at: Point) -> None:
        question = PickPoint(x=at[0], y=at[1], camera=self.state.view.camera)
        self.session.ask(question, self._take_measured)

    def _take_measured(self, point: tuple[float, float, float] | None) -> None:
        if point is None:
            self.session.say("There is no surface under the pointer")
            return
        self.measured = (*self.measured, point)[-3:]
        if len(self.measured) > 1:
            length = math.dist(self.measured[-2], self.measured[-1])
            self.session.say(f"Distance {length:.4g}")
        self.session.on_change()

    def set_measured_length(self) -> None:
        """Ask for the true length of the measured distance and scale the scenes to it."""
        first, last = self.measured[-2:]

        def scale_to(length: float) -> None:
            matrix = scale_to_length(first, last, length)
            self.session.place_scenes(f"Set length {length:.4g}", np.array(matrix))
            self.measured = ()

        self.window.ask_number(
            "True length",
            math.dist(first, last),
            lambda length: self._telling(lambda: scale_to(length), f"The distance is {length:.4g} now"),
        )

    def align_to_ground(self) -> None:
        """Put the last three measured points on the ground."""
        first, second, third = self.measured[-3:]

        def align() -> None:
            self.session.place_scenes("Align to the ground", np.array(align_to_ground(first, second, third)))
            self.measured = ()

        self._telling(align, "Aligned to the ground")

    def recolour(
        self, *, tint: tuple[float, float, float], saturation: float, brightness: float, opacity: float
    ) -> None:
        """Change the colour of the selection, or of every scene that is not locked where nothing is selected."""
        anything = bool(self.state.document.selection)
        self.session.edit(
            lambda item, mask: (
                None
                if anything and mask is None
                else Recolour(
                    mask=mask, tint=tint, saturation=saturation, brightness=brightness, opacity=opacity
                )
            )
        )

    def export_scene(self) -> None:
        """Ask where to write all visible scenes, edited and merged."""
        self.window.ask_save("Export edited scenes", EXPORT_SUFFIXES, self._export_to)

    def _export_to(self, path: Path) -> None:
        self.session.say(f"Writing {path.name}…")
        self.session.ask(
            SaveScenes(path=path), lambda count: self.session.say(f"{path.name}: {count:,} Gaussians written")
        )

    def ask_why(self) -> None:
        """Count the work of all blenders for the present picture."""
        question = CountWork(camera=self.state.view.camera, look=self.state.view.look)
        self.session.ask(question, self._take_work)

    def _take_work(self, work: tuple[Work, ...]) -> None:
        self.work = work
        self.session.on_change()

    # From the render process

    def receive(self, message: FromService) -> None:
        """Take a message of the render process."""
        before = self.state.view.camera
        self.session.receive(message)
        if isinstance(message, FrameReady):
            self.statistics.add(self._clock(), message)
        if self.state.view.camera is not before:
            pivot, size = None, None
            if isinstance(message, SceneLoaded):
                pivot, size = message.center, message.radius
            self.controls = self.controls.looking_from(self.state.view.camera, size=size, pivot=pivot)

    def pictures(self) -> tuple[NDArray[np.uint8], ...]:
        """The newest frame's pictures, `[H, W, 4]` views of shared memory."""
        frame = self.state.frame
        if frame is None:
            return ()
        planes = 1 if self.state.view.comparison is not Comparison.SPLIT else len(frame.planes)
        return self.session.client.pictures(frame, planes)

    def close(self) -> None:
        """End the render process and the running job."""
        if self.job is not None:
            self.job.cancel()
        self.session.close()

    # What is drawn over the picture

    def drawing(self) -> Drawing:
        """Text and lines over the picture."""
        view = self.state.view
        tool, stroke = self.state.tool, self._stroke
        outline: tuple[Point, ...] = ()
        circle: tuple[Point, float] | None = None
        if stroke is not None and tool is Tool.RECTANGLE:
            (x0, y0), (x1, y1) = stroke.points[0], self.pointer
            outline = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        elif stroke is not None and tool is Tool.LASSO:
            outline = tuple(stroke.points)
        elif stroke is not None and tool in (Tool.SPHERE, Tool.BOX):
            circle = (stroke.points[0], max(math.dist(stroke.points[0], self.pointer), 1.0))
        elif tool is Tool.BRUSH:
            circle = (self.pointer, self.brush_radius)
        marks = [
            seen for seen in (project(view.camera, point) for point in self.measured) if seen is not None
        ]
        return Drawing(
            lines=overlay_lines(self) if self.overlay else (),
            hint=HINT if self.hint else (),
            outline=outline,
            circle=circle,
            markers=tuple(marks),
            segments=(*pairwise(marks), *(grid_segments(self) if self.grid else ())),
            split=view.split if view.comparison is Comparison.SPLIT else None,
            labels=look_labels(self.state),
        )


def is_flipbook(path: Path) -> bool:
    """Whether a path is a folder of frames rather than one scene, which a SOG folder is too."""
    return path.is_dir() and not any((path / name).exists() for name in ("meta.json", "lod-meta.json"))


def write_rgba(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write `[H, W, 4]` red, green, blue, alpha as .png.

    Raises:
        RowsplatError: The file cannot be written.
    """
    from PIL import Image

    if path.suffix.lower() != ".png":
        raise RowsplatError(f"{path}: transparent pictures are written as .png.")
    require_writable_place(path)
    with replacing_file(path) as temporary:
        Image.fromarray(picture, "RGBA").save(temporary)


def other_blend(blend: Blend) -> Blend:
    """The blender that one is compared with."""
    return Blend.BASELINE if blend is Blend.IRSS else Blend.IRSS


def _unproject(camera: Camera, at: Point, depth: float) -> NDArray[np.float64]:
    """The world point at `depth` under a pixel."""
    x, y = (at[0] - camera.cx) / camera.fx * depth, (at[1] - camera.cy) / camera.fy * depth
    return (camera.camtoworld @ np.array([x, y, depth, 1.0]))[:3]


def _rotation(axis: NDArray[np.float64], radians: float) -> NDArray[np.float64]:
    """Rodrigues' rotation about a unit axis."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + math.sin(radians) * cross + (1.0 - math.cos(radians)) * cross @ cross


def _scale_of(matrix: Matrix) -> float:
    return float(np.cbrt(abs(np.linalg.det(np.array(matrix)[:3, :3]))))


def _combine(modifiers: frozenset[Modifier]) -> Combine:
    if Modifier.SHIFT in modifiers:
        return Combine.ADD
    return Combine.REMOVE if Modifier.CTRL in modifiers else Combine.REPLACE
