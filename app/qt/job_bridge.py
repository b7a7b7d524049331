"""Brings the messages of jobs, of planning, of views and of readers of thumbnails into the window's thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, cast

from PyQt6.QtCore import QObject, pyqtSignal

from ..jobs import Job, JobMessage, JobProcess
from ..plan_process import PlanProcess
from ..thumbnails import OnThumbnail, ThumbnailReader
from ..view_process import ViewProcess
from ..view_requests import OnViewMessage
from ..word_plans import PlanMessage


class JobBridge(QObject):
    """Starts jobs; their messages arrive in the thread of this object."""

    _arrived = pyqtSignal(object, object)

    def __init__(self) -> None:
        """Start nothing yet."""
        super().__init__()
        self._arrived.connect(self._deliver)  # queued: emitted in another thread

    def start(self, job: Job, on_message: Callable[[JobMessage], None]) -> JobProcess:
        """Start a job."""
        return JobProcess(job, lambda message: self._emit(on_message, message))

    def start_planning(self, on_message: Callable[[PlanMessage], None]) -> PlanProcess:
        """A planning process."""
        return PlanProcess(lambda message: self._emit(on_message, message))

    def start_viewing(self, on_message: OnViewMessage) -> ViewProcess:
        """A view process."""
        return ViewProcess(lambda message: self._emit(on_message, message))

    def start_thumbnails(self, on_read: OnThumbnail) -> ThumbnailReader:
        """A reader of thumbnails."""
        return ThumbnailReader(lambda read: self._emit(on_read, read))

    def _emit(self, on_message: Callable[[Any], None], message: object) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            cast("Any", self._arrived).emit(on_message, message)

    def _deliver(self, on_message: Callable[[Any], None], message: object) -> None:
        on_message(message)
