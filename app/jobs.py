"""Long work in a process of its own, with progress and cancel: videos, bakes. The window and the picture stay free.

A job is a frozen value that pickles. It loads what it needs itself, so that nothing large crosses between processes,
and it is cancelled by ending its process: outputs are written under temporary names and moved when they are complete.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import NoReturn, Protocol

from ..kernels.errors import RowsplatError, one_line
from .progress import ShowStage
from .spawning import spawned

Report = ShowStage
"""(stage, done, total), and the seconds left where the job knows better than its pace."""

_JOIN_S = 5.0
_PACE_S = 2.0
"""After so long in a stage its pace tells how long it will take."""


class Job(Protocol):
    """Something that takes a while."""

    @property
    def title(self) -> str:
        """What it does, for the status bar."""
        ...

    def run(self, report: Report) -> str:
        """Do it; says in one line what was made.

        Raises:
            RowsplatError: It cannot be done.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    """How far a job is; `seconds_left` of this stage, `None` while nothing can be said."""

    stage: str
    done: int
    total: int
    seconds_left: float | None = None


@dataclass(frozen=True, kw_only=True)
class JobEnded:
    """A job is over: what was made, or the problem, in one line; both empty when it was cancelled."""

    result: str = ""
    problem: str = ""


JobMessage = JobProgress | JobEnded


class JobProcess:
    """Runs one job; `on_message` is called in another thread, last with `JobEnded`."""

    def __init__(self, job: Job, on_message: Callable[[JobMessage], None]) -> None:
        """Start the job."""
        self.job = job
        self._on_message = on_message
        self._cancelled = False
        self._process, self._pipe = spawned(_run, job, duplex=False)
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """End the job; it removes what it has half written."""
        self._cancelled = True
        self._process.terminate()

    def wait(self) -> None:
        """Wait until the job is over."""
        self._thread.join()

    def _receive(self) -> None:
        try:
            while True:
                message: JobMessage = self._pipe.recv()
                if isinstance(message, JobEnded):
                    self._on_message(message)
                    return
                self._on_message(message)
        except (EOFError, OSError):
            self._process.join(_JOIN_S)
            problem = f"{self.job.title}: its process ended (exit code {self._process.exitcode})"
            self._on_message(JobEnded() if self._cancelled else JobEnded(problem=problem))


def _run(pipe: Connection, job: Job) -> None:
    signal.signal(signal.SIGTERM, _stop)
    with contextlib.suppress(BrokenPipeError):
        try:
            result = job.run(paced(pipe.send))
            pipe.send(JobEnded(result=result))
        except (RowsplatError, OSError, MemoryError) as error:
            pipe.send(JobEnded(problem=one_line(error) or "not enough memory"))


def paced(tell: Callable[[JobProgress], None], clock: Callable[[], float] = time.monotonic) -> Report:
    """What a job reports to, so that `tell` hears of every step with the time left by the pace of the stage."""
    begun: dict[str, float] = {}

    def report(stage: str, done: int, total: int, seconds_left: float | None = None, /) -> None:
        now = clock()
        passed = now - begun.setdefault(stage, now)
        if seconds_left is None and done and passed >= _PACE_S:
            seconds_left = passed * (total - done) / done
        tell(JobProgress(stage=stage, done=done, total=total, seconds_left=seconds_left))

    return report


def _stop(_signum: int, _frame: object) -> NoReturn:
    """Unwind, so that temporary files are removed."""
    raise SystemExit(1)
