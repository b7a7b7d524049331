"""The window's side of the planning process: starts it when there is something to plan, ends it at once on demand.

Nothing here waits: a thread starts the process, sends and receives. `on_message` is called in that thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Protocol

from . import texts
from .spawning import spawned
from .word_plans import PlanMessage, PlanProgress, PlanRefused, PlanRequest

OnPlanMessage = Callable[[PlanMessage], None]

_JOIN_S = 2.0


class Planning(Protocol):
    """What the viewer needs of a planning process."""

    def ask(self, request: PlanRequest) -> None:
        """Plan; messages follow, last a plan or a refusal. One request at a time."""
        ...

    def close(self) -> None:
        """End what is being planned, and the process; no messages follow."""
        ...


class PlanProcess:
    """Plans in a process of its own, which keeps the scene for the next sentence; one that ended is started again."""

    def __init__(self, on_message: OnPlanMessage) -> None:
        """Start nothing yet."""
        self._on_message = on_message
        self._requests: SimpleQueue[PlanRequest | None] = SimpleQueue()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="rowsplat-plan")
        self._thread.start()

    def ask(self, request: PlanRequest) -> None:
        """As `Planning.ask`."""
        self._requests.put(request)

    def close(self) -> None:
        """As `Planning.close`."""
        self._closed = True
        self._requests.put(None)
        process = self._process
        if process is not None:
            process.kill()

    def wait(self) -> None:
        """Wait, after `close`, until the process is gone."""
        self._thread.join()

    def _run(self) -> None:
        while (request := self._requests.get()) is not None and not self._closed:
            self._answer(request)
        self._end()

    def _answer(self, request: PlanRequest) -> None:
        try:
            pipe = self._started()
            pipe.send(request)
            while True:
                message: PlanMessage = pipe.recv()
                self._tell(message)
                if not isinstance(message, PlanProgress):
                    return
        except (EOFError, OSError):
            code = self._end()
            self._tell(PlanRefused(problem=texts.planning_ended(code)))

    def _tell(self, message: PlanMessage) -> None:
        if not self._closed:
            self._on_message(message)

    def _started(self) -> Connection:
        """The pipe to the process, which is started if there is none (any more)."""
        if self._pipe is not None and self._process is not None and self._process.is_alive():
            return self._pipe
        from .word_planning import serve  # the window has no other use for what that needs

        self._end()
        process, self._pipe = spawned(serve, name="rowsplat-plan")
        self._process = process
        if self._closed:  # while it was being started
            process.kill()
        return self._pipe

    def _end(self) -> int | None:
        """End the process if there is one; its exit code."""
        process, pipe, self._process, self._pipe = self._process, self._pipe, None, None
        if pipe is not None:
            pipe.close()
        if process is None:
            return None
        process.join(0.0 if self._closed else _JOIN_S)
        if process.is_alive():
            process.kill()
            process.join(_JOIN_S)
        return process.exitcode
