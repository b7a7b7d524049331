"""The window's side of the render process: starts it, talks to it, notices when it is gone.

Nothing here waits: sending and receiving have threads of their own, since the render process hears nothing while a
kernel runs. `on_message` is called in the receiving thread; a window hands the message to its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from ..render import Backend
from .frame_ring import BYTES_PER_PIXEL, FrameRing
from .messages import (
    Ask,
    Draw,
    Ended,
    FrameReady,
    FromService,
    Question,
    Quit,
    ShowScenes,
    ToService,
    UseRing,
)
from .render_service import serve
from .spawning import spawned

OnMessage = Callable[[FromService], None]

_JOIN_S = 2.0
_ROOM = 2
"""A new ring is larger by this part, so that a window that is being enlarged needs few of them."""


class ServiceClient:
    """One render process and the ring that it draws into. A new one replaces it when it died."""

    def __init__(self, on_message: OnMessage, backend: Backend, kernel_language: str) -> None:
        """Start the process; `on_message` hears `Started` when it is ready, and last of all `Ended`."""
        self._on_message = on_message
        self._process, self._pipe = spawned(serve, backend, kernel_language, name="rowsplat-render")
        self._outbox = _Outbox(self._pipe)
        self._ring: FrameRing | None = None
        self._rings: dict[str, FrameRing] = {}
        self._quitting = False
        self._next_question = 0
        self._receiver = threading.Thread(target=self._receive, daemon=True, name="rowsplat-receive")
        self._receiver.start()

    @property
    def pid(self) -> int:
        """Of the render process."""
        return self._process.pid or 0

    def pictures(self, frame: FrameReady, planes: int) -> tuple[NDArray[np.uint8], ...]:
        """The first pictures of a frame, `[H, W, 4]` views of shared memory; none of another process's frame."""
        ring = self._rings.get(frame.ring)
        if ring is None:
            return ()
        for older in list(self._rings)[
            : list(self._rings).index(frame.ring)
        ]:  # nothing comes from there any more
            self._rings.pop(older).close()
        return tuple(ring.picture(frame.slot, plane, frame.width, frame.height) for plane in range(planes))

    def show(self, message: ShowScenes) -> None:
        """Send the wanted scenes; replaces what was not sent yet."""
        self._outbox.put(message)

    def draw(self, message: Draw) -> None:
        """Send a request; replaces the one that was not sent yet. Makes the ring larger where it must."""
        planes = len(message.looks)
        need = message.camera.width * message.camera.height * BYTES_PER_PIXEL * planes
        if self._ring is None or self._ring.address.slot_bytes < need:
            self._ring = FrameRing.create(need + need // _ROOM)
            self._rings[self._ring.address.name] = self._ring
            self._outbox.put(UseRing(address=self._ring.address))
        self._outbox.put(message)

    def ask(self, question: Question) -> int:
        """Send a question; `Answered` will carry the number returned."""
        self._next_question += 1
        self._outbox.put(Ask(number=self._next_question, question=question))
        return self._next_question

    def kill(self) -> None:
        """End the process at once, whatever it does; `Ended` follows."""
        self._process.kill()

    def close(self) -> None:
        """End the process and give the shared memory back."""
        self._quitting = True
        self._outbox.put(Quit())
        self._process.join(_JOIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_JOIN_S)
        self._outbox.close()
        self._receiver.join(_JOIN_S)
        self._pipe.close()
        rings, self._rings = self._rings, {}
        for ring in rings.values():
            ring.close()

    def _receive(self) -> None:
        problem = ""
        try:
            while True:
                self._on_message(self._pipe.recv())
        except (EOFError, OSError):
            self._process.join(_JOIN_S)
            if not self._quitting:
                problem = f"the render process ended (exit code {self._process.exitcode})"
        self._on_message(Ended(problem=problem))


class _Outbox:
    """Messages that wait to be sent, by a thread, since the other side may not read for a while."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._waiting: list[ToService] = []
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._run, daemon=True, name="rowsplat-send").start()

    def put(self, message: ToService) -> None:
        """Queue it; the newest `ShowScenes` and `Draw` replace older ones that wait."""
        with self._changed:
            if isinstance(message, (ShowScenes, Draw)):
                self._waiting = _without_replaced(self._waiting, message)
            self._waiting.append(message)
            self._changed.notify()

    def close(self) -> None:
        """Stop sending."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                message = self._waiting.pop(0)
            try:
                self._pipe.send(message)
            except (OSError, ValueError):  # the process is gone, which the receiver tells
                return


def _without_replaced(waiting: list[ToService], newer: ShowScenes | Draw) -> list[ToService]:
    """What still has to be sent before `newer`; a question keeps the scenes that it was asked about."""
    asked = max((place for place, old in enumerate(waiting, start=1) if isinstance(old, Ask)), default=0)
    kept = asked if isinstance(newer, ShowScenes) else 0
    return [old for place, old in enumerate(waiting) if place < kept or type(old) is not type(newer)]
