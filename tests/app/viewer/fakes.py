"""A render process, a window and a clock without process, screen or time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rowsplat.app.jobs import Job, JobEnded, JobMessage
from rowsplat.app.messages import (
    Answered,
    Draw,
    Ended,
    FrameReady,
    FromService,
    PlaneInfo,
    Question,
    SceneLoaded,
    ShowScenes,
    Started,
)
from rowsplat.app.questions import (
    AskHistogram,
    CountWork,
    PickPoint,
    SaveScenes,
    Select,
    SelectAll,
    TakePicture,
)
from rowsplat.app.session import Session
from rowsplat.app.thumbnails import OnThumbnail
from rowsplat.app.view_requests import OnViewMessage, ViewRequest
from rowsplat.app.word_plans import PlanMessage, PlanRequest
from rowsplat.render import RenderCounts, StageTimes
from rowsplat.scenes import Camera
from rowsplat.scenes.edits import IndexMask

COUNT = 20
"""Gaussians of every scene that a fake render process has read."""

TIMES = StageTimes(project=1.0, sort=2.0, bin=3.0, blend=4.0, total=10.0)
COUNTS = RenderCounts(
    num_gaussians=COUNT, visible=COUNT, pairs=7, fragments_evaluated=None, fragments_contributing=None
)


def camera(width: int = 64, height: int = 48, *, distance: float = 4.0, azimuth: float = 0.0) -> Camera:
    return Camera.orbit((0, 0, 0), distance=distance, azimuth_deg=azimuth, width=width, height=height)


def loaded(scene_id: int, *, count: int = COUNT, frames: int = 1) -> SceneLoaded:
    return SceneLoaded(
        scene_id=scene_id,
        count=count,
        center=(0.0, 0.0, 0.0),
        radius=1.0,
        view=camera(1280, 720, distance=3.0, azimuth=30.0),
        sh_degree=0,
        nbytes=100 * count,
        frames=frames,
    )


def frame_of(draw: Draw, *, milliseconds: float = 20.0) -> FrameReady:
    return FrameReady(
        generation=draw.generation,
        ring="fake",
        slot=0,
        width=draw.camera.width,
        height=draw.camera.height,
        planes=tuple(PlaneInfo(look=look, times=TIMES, counts=COUNTS) for look in draw.looks),
        psnr=90.0 if len(draw.looks) == 2 else None,
        scale=draw.scale,
        detail=draw.detail,
        milliseconds=milliseconds,
    )


@dataclass
class FakeClient:
    """Remembers what it was sent; what it says is said by the test, through `FakeService`."""

    pid: int = 1
    shown: list[ShowScenes] = field(default_factory=list[ShowScenes])
    draws: list[Draw] = field(default_factory=list[Draw])
    questions: dict[int, Any] = field(default_factory=dict[int, Any])
    asked: int = 0
    killed: bool = False
    closed: bool = False

    def pictures(self, frame: FrameReady, planes: int) -> tuple[NDArray[np.uint8], ...]:
        return (np.zeros((frame.height, frame.width, 4), np.uint8),) * planes

    def show(self, message: ShowScenes) -> None:
        self.shown.append(message)

    def draw(self, message: Draw) -> None:
        self.draws.append(message)

    def ask(self, question: Question) -> int:
        self.asked += 1
        self.questions[self.asked] = question
        return self.asked

    def kill(self) -> None:
        self.killed = True

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeService:
    """Starts fake clients for a session and says what a render process would say."""

    clients: list[FakeClient] = field(default_factory=list[FakeClient])
    receive: Callable[[FromService], None] = lambda message: None
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    answered_frames: int = 0
    reported: set[int] = field(default_factory=set[int])

    def start(self) -> FakeClient:
        self.clients.append(FakeClient(pid=len(self.clients) + 1))
        self.answered_frames, self.reported = 0, set()
        return self.clients[-1]

    @property
    def client(self) -> FakeClient:
        return self.clients[-1]

    def started(self) -> None:
        self.receive(Started(description="fake"))

    def finish(self, draw: Draw, *, milliseconds: float = 20.0) -> None:
        self.receive(frame_of(draw, milliseconds=milliseconds))

    def finish_all(self, *, milliseconds: float = 20.0) -> None:
        """Answer every picture asked for and all that these answers ask for."""
        while self.answered_frames < len(self.client.draws):
            self.answered_frames += 1
            self.finish(self.client.draws[self.answered_frames - 1], milliseconds=milliseconds)

    def load_all(self) -> None:
        """Report the scenes shown last that were not reported yet."""
        for spec in self.client.shown[-1].scenes if self.client.shown else ():
            if spec.scene_id not in self.reported:
                self.reported.add(spec.scene_id)
                self.receive(loaded(spec.scene_id))

    def answer_all(self) -> None:
        """Answer questions with random answers of the right shape."""
        while self.client.questions:
            number, question = self.client.questions.popitem()
            self.receive(Answered(number=number, value=self._answer(question)))

    def _answer(self, question: Any) -> Any:
        if isinstance(question, (Select, SelectAll)):
            specs = self.client.shown[-1].scenes
            return {s.scene_id: self._mask(s) for s in specs if s.scene_id in question.scene_ids}
        if isinstance(question, PickPoint):
            point = tuple(float(v) for v in self.rng.normal(size=3))
            return point if self.rng.random() < 0.8 else None
        if isinstance(question, TakePicture):
            return np.zeros((4, 4, 4), np.uint8)
        if isinstance(question, SaveScenes):
            return COUNT
        assert isinstance(question, (CountWork, AskHistogram))
        return ()

    def _mask(self, spec: Any) -> IndexMask:
        return IndexMask.from_bool(self.rng.random(spec.program.count_after(COUNT)) < 0.3)

    def die(self, problem: str = "the render process ended (exit code -9)") -> None:
        self.receive(Ended(problem=problem))


@dataclass
class FakeJob:
    """A job that the window says to have started."""

    job: Job
    on_message: Callable[[JobMessage], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True

    def end(self, message: JobEnded) -> None:
        self.on_message(message)


@dataclass
class FakePlanning:
    """A planning process that says what the test says."""

    say: Callable[[PlanMessage], None]
    requests: list[PlanRequest] = field(default_factory=list[PlanRequest])
    closed: bool = False

    def listening(self, on_message: Callable[[PlanMessage], None]) -> FakePlanning:
        """In place of a window's `start_planning`."""
        self.say = on_message
        return self

    def ask(self, request: PlanRequest) -> None:
        self.requests.append(request)

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeThumbnails:
    """A reader of thumbnails that says what the test says."""

    say: OnThumbnail
    wanted: list[tuple[Path, tuple[int, ...]]] = field(default_factory=list[tuple[Path, tuple[int, ...]]])
    closed: bool = False

    def want(self, path: Path, indices: Sequence[int]) -> None:
        self.wanted.append((path, tuple(indices)))

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeViewing:
    """A view process that says what the test says."""

    say: OnViewMessage
    requests: list[ViewRequest | None] = field(default_factory=list["ViewRequest | None"])
    closed: bool = False

    def ask(self, request: ViewRequest | None) -> None:
        self.requests.append(request)

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeWindow:
    """Answers every dialog at once with a path in `folder`, or remembers it when `answers` is false."""

    folder: Path
    to_open: Sequence[Path] = ()
    number: float = 2.0
    answers: bool = True
    waiting: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    calls: list[str] = field(default_factory=list[str])
    jobs: list[FakeJob] = field(default_factory=list[FakeJob])
    plannings: list[FakePlanning] = field(default_factory=list["FakePlanning"])
    thumbnails: list[FakeThumbnails] = field(default_factory=list["FakeThumbnails"])
    viewings: list[FakeViewing] = field(default_factory=list["FakeViewing"])
    is_dark: bool = True

    def _later(self, call: Callable[[], None]) -> None:
        if self.answers:
            call()
        else:
            self.waiting.append(call)

    def ask_open(self, title: str, suffixes: Sequence[str], done: Callable[[Sequence[Path]], None]) -> None:
        chosen = [path for path in self.to_open if path.name.endswith(tuple(suffixes))]
        if chosen:
            self._later(lambda: done(chosen))

    def ask_save(self, title: str, suffixes: Sequence[str], done: Callable[[Path], None]) -> None:
        self._later(lambda: done(self.folder / f"saved{suffixes[0]}"))

    def ask_number(self, title: str, value: float, done: Callable[[float], None]) -> None:
        self._later(lambda: done(self.number))

    def save_picture(self, path: Path) -> None:
        self.calls.append("save_picture")

    def start_job(self, job: Job, on_message: Callable[[JobMessage], None]) -> Any:
        self.jobs.append(FakeJob(job, on_message))
        return self.jobs[-1]

    def start_planning(self, on_message: Callable[[PlanMessage], None]) -> FakePlanning:
        self.plannings.append(FakePlanning(on_message))
        return self.plannings[-1]

    def start_viewing(self, on_message: OnViewMessage) -> FakeViewing:
        self.viewings.append(FakeViewing(on_message))
        return self.viewings[-1]

    def start_thumbnails(self, on_read: OnThumbnail) -> FakeThumbnails:
        self.thumbnails.append(FakeThumbnails(on_read))
        return self.thumbnails[-1]

    def show_prompt(self) -> None:
        self.calls.append("prompt")

    def show_palette(self) -> None:
        self.calls.append("palette")

    def show_about(self) -> None:
        self.calls.append("about")

    def toggle_theme(self) -> None:
        self.is_dark = not self.is_dark

    def toggle_full_screen(self) -> None:
        self.calls.append("full-screen")

    def quit(self) -> None:
        self.calls.append("quit")


@dataclass
class FakeClock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def new_session(service: FakeService | None = None) -> tuple[Session, FakeService]:
    """A session whose fake render process has started and drawn nothing yet."""
    service = service or FakeService()
    session = Session(service.start, camera=camera())
    service.receive = session.receive
    service.started()
    return session, service


def with_scenes(*names: str) -> tuple[Session, FakeService, list[int]]:
    """A session that shows scenes of `COUNT` Gaussians, all read, with nothing in flight."""
    session, service = new_session()
    ids = [session.open(Path(f"/scenes/{name}.ply")) for name in names]
    service.load_all()
    service.finish_all()
    return session, service, ids


def some(*indices: int, count: int = COUNT) -> IndexMask:
    return IndexMask.from_indices(list(indices), count)


def select(session: Session, service: FakeService, masks: dict[int, IndexMask]) -> None:
    """Select exactly these rows, as a tool would."""
    session.select_all()
    number = service.client.asked
    del service.client.questions[number]
    service.receive(Answered(number=number, value=masks))
    service.finish_all()
