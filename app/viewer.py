"""The viewer without its window: what commands and the mouse do with session, camera, looks and jobs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import RowsplatError, one_line
from ..render import Blend
from ..scenes import Camera
from ..scenes.edits import Recolour
from . import texts
from .camera_controls import CameraControls
from .camera_events import CameraEvent
from .drawing import Drawing, Point
from .jobs import Job, JobMessage, JobProcess, JobProgress
from .messages import Comparison, FrameReady, FromService, Look, Matrix, SceneLoaded
from .overlay import grid_segments, look_labels, overlay_lines
from .questions import CountWork, PickPoint, Point3, Work
from .session import Session, fitted
from .state import Document, Tool, ViewerState
from .statistics_window import FrameStatistics
from .viewer_files import ViewerFiles
from .viewer_frustums import ViewerFrustums
from .viewer_path import ViewerPath
from .viewer_photos import ViewerPhotos
from .viewer_tools import ViewerTools
from .viewer_views import ViewerViews
from .viewer_words import ViewerWords
from .window_port import WindowPort

FLIPBOOK_FPS = 24.0
"""Frames that a flipbook shows a second unless the user says otherwise."""

_LAST_MOMENT_S = 1e-3
REST_S = 0.15
"""After so long without a movement the camera rests."""


class Viewer:
    """Everything between a window and the session. Use from one thread.

    `files`, `tools`, `path`, `photos`, `frustums`, `views` and `words` hold what can be done with files, the left mouse
    button, camera paths, photos, their cameras in the picture, image-based views of them, sentences.
    """

    def __init__(
        self, session: Session, window: WindowPort, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Control `session`, ask `window`."""
        self.session, self.window = session, window
        self.controls = CameraControls(session.state.view.camera)
        self.files, self.tools, self.path = ViewerFiles(self), ViewerTools(self), ViewerPath(self, clock)
        self.photos, self.words = ViewerPhotos(self), ViewerWords(self)
        self.frustums, self.views = ViewerFrustums(self), ViewerViews(self)
        self.statistics = FrameStatistics()
        self.overlay, self.grid, self.hint = True, False, False
        self.time_runs, self.repeats, self.frames_a_second = False, True, FLIPBOOK_FPS
        self.work: tuple[Work, ...] = ()
        self.job: JobProcess | None = None
        self.job_progress = JobProgress(stage="", done=0, total=0)
        self._clock = clock
        self._last_moved = -math.inf
        self._on_success: Callable[[], object] = lambda: None
        self._cancelled = texts.JOB_CANCELLED

    @property
    def state(self) -> ViewerState:
        """The session's state."""
        return self.session.state

    def telling(self, work: Callable[[], object], done: str = "") -> None:
        """Do it and say `done`, or what was wrong."""
        try:
            work()
        except RowsplatError as error:
            self.session.say(str(error))
        except OSError as error:  # such as a disk that is full
            self.session.say(one_line(error))
        else:
            if done:
                self.session.say(done)

    def cancel(self) -> None:
        """Drop the stroke or the plan, end the job, stop playing, stop reading scenes, or put the tool away: the first
        there is.
        """
        if self.tools.drop_stroke() or self.words.drop():
            pass
        elif self.job is not None:
            self.job.cancel()
        elif self.path.playing:
            self.path.playing = False
        elif self.state.is_loading:
            for item in self.state.document.scenes:
                if item.scene_id not in self.state.loaded:
                    self.session.cancel_loading(item.scene_id)
        elif self.state.tool is not Tool.NAVIGATE:
            self.tools.choose(Tool.NAVIGATE)
        else:
            self.tools.volume = None
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

    def preview(self, document: Document, *, points_out: bool = False) -> None:
        """Draw what a drag or a plan would make of the document; that counts as movement. See `Session.preview`."""
        self._last_moved = self._clock()
        self.session.preview(document, points_out=points_out)

    def tick(self, seconds: float) -> None:
        """Let time pass: flying, transitions, playing, and resting after a while."""
        if self.time_runs:
            self._let_time_pass(seconds)
        if self.path.playing:
            self.path.play_on()
        else:
            self._apply(self.controls.tick(seconds))
        if self.state.moving and self._clock() - self._last_moved >= REST_S:
            self.session.rest()

    @property
    def needs_ticks(self) -> bool:
        """Whether anything moves by itself, or has to come to rest."""
        return self.path.playing or self.time_runs or self.state.moving or self.controls.is_moving

    def resize(self, width: int, height: int) -> None:
        """The picture's area has that size [px]."""
        camera = self.state.view.camera
        if (camera.width, camera.height) != (width, height):
            self.look_from(camera.reframed(width, height))

    def look_from(self, camera: Camera, *, moving: bool = False) -> None:
        """Jump to a camera of the window's size; `moving` when others will follow at once."""
        if moving:
            self._last_moved = self._clock()
        self.controls = self.controls.looking_from(camera)
        self.session.look_from(camera, moving=moving)

    def fly_to(self, camera: Camera) -> None:
        """Take the lens of a camera of the window's size and move smoothly to where it stands."""
        self.look_from(replace(camera, viewmat=self.state.view.camera.viewmat), moving=True)
        self._apply(self.controls.moved_to(camera))
        self.session.on_change()

    def toggle_fly(self) -> None:
        """Orbit or fly."""
        self._apply(self.controls.toggled())
        self.session.say(texts.FLYING if self.controls.is_flying else texts.ORBITING)

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

    def pick(self, at: Point, done: Callable[[Point3 | None], None]) -> None:
        """Ask for the point of the surface under a pixel."""
        self.session.ask(PickPoint(x=at[0], y=at[1], camera=self.state.view.camera), done)

    def double_click(self, at: Point) -> None:
        """Orbit around the surface under the pointer."""
        self.pick(at, self._set_pivot)

    def _set_pivot(self, point: tuple[float, float, float] | None) -> None:
        if point is not None:
            self.controls = self.controls.around(np.array(point))
            self.session.say(texts.PIVOT_SET)

    def _let_time_pass(self, seconds: float) -> None:
        state = self.state
        shown = state.seconds + seconds * self.frames_a_second / FLIPBOOK_FPS
        if shown >= state.duration and not self.repeats:
            self.time_runs = False
            shown = state.duration - _LAST_MOMENT_S
        self.session.show_time(math.fmod(shown, max(state.duration, _LAST_MOMENT_S)))

    def play_time(self) -> None:
        """Play the flipbooks, or stop."""
        self.time_runs = not self.time_runs and self.state.duration > 0
        self.session.on_change()

    # Jobs

    def start_job(
        self,
        job: Job,
        on_success: Callable[[], object] = lambda: None,
        *,
        cancelled: str = texts.JOB_CANCELLED,
    ) -> None:
        """Start long work; one at a time. `cancelled` is told when the user ends it."""
        if self.job is not None:
            self.session.say(texts.JOB_RUNS)
            return
        self._on_success, self._cancelled = on_success, cancelled
        self.job_progress = JobProgress(stage=texts.JOB_STARTS, done=0, total=0)
        self.job = self.window.start_job(job, self.receive_job)

    def receive_job(self, message: JobMessage) -> None:
        """Take a message of the running job, in the window's thread."""
        if isinstance(message, JobProgress):
            self.job_progress = message
            self.session.on_change()
            return
        self.job = None
        self.session.say(message.problem or message.result or self._cancelled)
        if message.result:
            self._on_success()

    # Edits and counts

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
        """End the render process, the planning process and the running job."""
        self.words.close()
        self.frustums.close()
        self.views.close()
        if self.job is not None:
            self.job.cancel()
        self.session.close()

    def follow(self) -> None:
        """Have made what the state wants and takes a while; call after changes of the state."""
        self.views.follow()

    def drawing(self) -> Drawing:
        """Text and lines over the picture."""
        view = self.state.view
        return self.tools.drawn_over(
            Drawing(
                lines=overlay_lines(self) if self.overlay else (),
                hint=texts.HINT if self.hint else (),
                segments=grid_segments(self) if self.grid else (),
                split=view.split if view.comparison is Comparison.SPLIT else None,
                labels=look_labels(self.state),
                frustums=self.frustums.drawn(self.views.marked),
            )
        )


def other_blend(blend: Blend) -> Blend:
    """The blender that one is compared with."""
    return Blend.BASELINE if blend is Blend.IRSS else Blend.IRSS


def _scale_of(matrix: Matrix) -> float:
    return float(np.cbrt(abs(np.linalg.det(np.array(matrix)[:3, :3]))))
