"""Brings the render process's messages into the window's thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, cast

from PyQt6.QtCore import QObject, pyqtSignal

from ...render import Backend
from ..messages import FromService
from ..service_client import ServiceClient


class ServiceBridge(QObject):
    """Starts render processes; their messages arrive in the thread of this object."""

    _arrived = pyqtSignal(object, object)

    def __init__(
        self, on_message: Callable[[FromService], None], backend: Backend, kernel_language: str
    ) -> None:
        """Hand messages of the newest process to `on_message`."""
        super().__init__()
        self._on_message = on_message
        self._backend, self._kernel_language = backend, kernel_language
        self.client: ServiceClient | None = None
        self._token: object = None
        self._arrived.connect(self._deliver)  # queued: emitted in another thread

    def start(self) -> ServiceClient:
        """Start a process; what its predecessor still says is dropped."""
        token = object()
        self._token = token
        self.client = ServiceClient(
            lambda message: self._emit(token, message),
            self._backend,
            self._kernel_language,
        )
        return self.client

    def _emit(self, token: object, message: FromService) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            cast("Any", self._arrived).emit(token, message)

    def _deliver(self, token: object, message: FromService) -> None:
        if token is self._token:
            self._on_message(message)
