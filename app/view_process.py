"""The window's side of the view process: starts it when a view is wanted; a newer wish ends the work on an older one.

Nothing here waits: one thread starts the process and sends, another receives. `on_message` is called in the latter.
"""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from . import texts
from .spawning import spawned
from .view_requests import OnViewMessage, ViewMade, ViewProgress, ViewRefused, ViewRequest

_JOIN_S = 2.0


class ViewProcess:
    """Makes image-based views in a process of its own; one that ended is started again."""

    def __init__(self, on_message: OnViewMessage) -> None:
        """Start nothing yet."""
        self._on_message = on_message
        self._changed = threading.Condition()
        self._wish: tuple[ViewRequest | None] | None = None
        self._closed = False
        self._open: int | None = None
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._thread: threading.Thread | None = None

    def ask(self, request: ViewRequest | None) -> None:
        """As `Viewing.ask`."""
        with self._changed:
            if self._thread is None:
                if request is None:
                    return
                self._thread = threading.Thread(target=self._run, daemon=True, name="rowsplat-view")
                self._thread.start()
            self._wish = (request,)
            self._changed.notify()

    def close(self) -> None:
        """As `Viewing.close`."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        process = self._process
        if process is not None:
            process.kill()

    def wait(self) -> None:
        """Wait, after `close`, until the process is gone."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (wish := self._next()) is not None:
            self._send(wish[0])
        self._end()

    def _next(self) -> tuple[ViewRequest | None] | None:
        with self._changed:
            while self._wish is None and not self._closed:
                self._changed.wait()
            wish, self._wish = self._wish, None
            return None if self._closed else wish

    def _send(self, request: ViewRequest | None) -> None:
        if request is None and not self._is_running():
            return
        try:
            pipe = self._started()
            self._open = None if request is None else request.number
            pipe.send(request)
        except OSError:  # it ended just now, which is no fault after some idle minutes
            self._end()
            self._tell(
                ViewRefused(number=-1 if request is None else request.number, problem=texts.VIEW_AGAIN)
            )

    def _is_running(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def _started(self) -> Connection:
        """The pipe to the process, which is started if there is none (any more)."""
        if self._pipe is not None and self._is_running():
            return self._pipe
        from .view_making import serve  # the window has no other use for what that needs

        self._end()
        process, self._pipe = spawned(serve, name="rowsplat-view")
        self._process = process
        threading.Thread(
            target=self._receive, args=(process, self._pipe), daemon=True, name="rowsplat-view-receive"
        ).start()
        if self._closed:  # while it was being started
            process.kill()
        return self._pipe

    def _receive(self, process: BaseProcess, pipe: Connection) -> None:
        try:
            while True:
                message: ViewProgress | ViewMade | ViewRefused = pipe.recv()
                last = isinstance(message, ViewRefused) or (
                    isinstance(message, ViewMade) and message.seen.is_last
                )
                if last and self._open == message.number:
                    self._open = None
                self._tell(message)
        except (EOFError, OSError):
            process.join(_JOIN_S)
            number, self._open = self._open, None
            if number is not None:
                self._tell(ViewRefused(number=number, problem=texts.view_process_ended(process.exitcode)))

    def _tell(self, message: ViewProgress | ViewMade | ViewRefused) -> None:
        if not self._closed:
            self._on_message(message)

    def _end(self) -> None:
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if process is not None:
            process.kill()
            process.join(_JOIN_S)
        if pipe is not None:
            pipe.close()
