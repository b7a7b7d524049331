"""The camera path of the viewer: keyframes, playing, files, videos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..kernels.errors import RowsplatError
from ..scenes import CameraPath
from ..scenes import camera_splines as splines
from ..scenes.camera_files import load_keyframes, save_keyframes
from . import texts
from .project import Keyframe
from .viewer_jobs import ExportVideo

if TYPE_CHECKING:
    from .viewer import Viewer

KEYFRAME_STEP_S = 2.0
PATH_FPS = 30.0
"""Frame rate of videos and of camera paths in files."""


class ViewerPath:
    """What can be done with the camera path of `viewer`."""

    def __init__(self, viewer: Viewer, clock: Callable[[], float]) -> None:
        """No keyframes yet."""
        self._viewer, self._clock = viewer, clock
        self.keyframes: tuple[Keyframe, ...] = ()
        self.playing = False
        self._started = 0.0
        self._played: splines.CameraSpline | None = None

    def add_keyframe(self) -> None:
        """Add the present camera at the end of the path."""
        seconds = self.keyframes[-1].seconds + KEYFRAME_STEP_S if self.keyframes else 0.0
        self.keyframes = (*self.keyframes, Keyframe(camera=self._viewer.state.view.camera, seconds=seconds))
        self._viewer.session.say(texts.keyframes(len(self.keyframes)))

    def remove(self, index: int) -> None:
        """Remove one keyframe; the others keep their times."""
        self.keyframes = (*self.keyframes[:index], *self.keyframes[index + 1 :])
        self._viewer.session.say(texts.keyframes(len(self.keyframes)))

    def clear(self) -> None:
        """Remove all keyframes."""
        self.keyframes, self.playing = (), False
        self._viewer.session.say(texts.PATH_CLEARED)

    def cameras(self, fps: float = PATH_FPS) -> CameraPath:
        """The cameras through the keyframes, of the window's size.

        Raises:
            RowsplatError: There are none, two have the same time, or the path is too long.
        """
        return self._spline().path(fps)

    def _spline(self) -> splines.CameraSpline:
        if not self.keyframes:
            raise RowsplatError(texts.NO_KEYFRAMES)
        camera = self._viewer.state.view.camera
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
            self._viewer.telling(self._start_playing)
        self._viewer.session.on_change()

    def _start_playing(self) -> None:
        self._played, self._started = self._spline(), self._clock()
        self.playing = True

    def play_on(self) -> None:
        """Look from where the path is now."""
        assert self._played is not None
        seconds = self._clock() - self._started
        self.playing = seconds < self._played.duration
        window = self._viewer.state.view.camera
        camera = self._played.at(self._played.start + seconds).reframed(window.width, window.height)
        self._viewer.look_from(camera, moving=True)

    def load(self) -> None:
        """Ask for a nerfstudio camera path and make its cameras keyframes."""
        self._viewer.window.ask_open(texts.LOAD_PATH, (".json",), self._load)

    def _load(self, paths: Sequence[Path]) -> None:
        def load() -> None:
            spline, _ = load_keyframes(paths[0])
            self.keyframes = tuple(
                Keyframe(camera=entry.camera, seconds=entry.time) for entry in spline.keyframes
            )

        self._viewer.telling(load, texts.loaded(paths[0]))

    def save(self) -> None:
        """Ask where to write the camera path."""
        self._viewer.window.ask_save(
            texts.SAVE_PATH,
            (".json",),
            lambda path: self._viewer.telling(
                lambda: save_keyframes(path, self._spline(), fps=PATH_FPS, overwrite=True),
                texts.saved(path),
            ),
        )

    def export_video(self) -> None:
        """Ask where to write the camera path as a video, then draw it in the background."""
        self._viewer.window.ask_save(texts.EXPORT_VIDEO, (".mp4", ".webm"), self._export_video_to)

    def _export_video_to(self, out: Path) -> None:
        viewer = self._viewer
        backend, language = viewer.session.renderer_choice

        def start() -> None:
            viewer.start_job(
                ExportVideo(
                    scenes=viewer.state.document.specs(),
                    look=viewer.state.view.look,
                    path=self.cameras(),
                    out=out,
                    backend=backend,
                    kernel_language=language,
                )
            )

        viewer.telling(start)
