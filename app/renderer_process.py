"""A renderer in a process of its own, for a second device: a kernel language runs on one device a process."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, cast

from ..kernels.errors import BackendError, RowsplatError
from ..render import Backend, Renderer, RenderOptions, RenderResult
from ..scenes import Camera, Gaussians
from .opening import make_renderer
from .spawning import spawned

KERNEL_BACKENDS = frozenset({Backend.AUTO, Backend.CPU, Backend.CUDA, Backend.VULKAN, Backend.METAL})
"""Back ends that run a kernel language."""

_DEFAULT_OPTIONS = RenderOptions()


class RendererProcess:
    """Draws in a child process, which ends with this object or this process; see `Renderer`."""

    def __init__(self, backend: Backend, kernel_language: str) -> None:
        """Start the process and its renderer.

        Raises:
            BackendError: The back end cannot be had here.
        """
        self._process, self._pipe = spawned(_serve, backend, kernel_language)
        self._description = cast("str", self._answer())
        self._uploaded: Gaussians | None = None

    def __del__(self) -> None:
        """Let the process end: its pipe is closed."""
        self._pipe.close()

    @property
    def description(self) -> str:
        """Backend, kernel language and device, and why they were chosen."""
        return self._description

    @property
    def buffer_bytes(self) -> int:
        """Memory held beside the scene's own arrays [bytes]."""
        return self._ask(_buffer_bytes)

    def upload(self, gaussians: Gaussians) -> None:
        """Make `gaussians` the scene on the device; does nothing when it already is."""
        if self._uploaded is not gaussians:
            self._ask(_upload, gaussians)
            self._uploaded = gaussians

    def render(
        self, gaussians: Gaussians, camera: Camera, options: RenderOptions = _DEFAULT_OPTIONS
    ) -> RenderResult:
        """Draw one picture; see `Renderer`."""
        self.upload(gaussians)
        return self._ask(_render, camera, options)

    def _ask(self, function: Callable[..., Any], *arguments: object) -> Any:
        with _telling_of_the_end():
            self._pipe.send((function, arguments))
        return self._answer()

    def _answer(self) -> Any:
        with _telling_of_the_end():
            answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextmanager
def _telling_of_the_end() -> Generator[None, None, None]:
    try:
        yield
    except (EOFError, ConnectionError):
        raise BackendError("the renderer's process ended unexpectedly; use another --backend") from None


class _Served:
    """The renderer of the child process and the scene that it was sent."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self.scene: Gaussians | None = None


def _buffer_bytes(served: _Served) -> int:
    return getattr(served.renderer, "buffer_bytes", 0)


def _upload(served: _Served, gaussians: Gaussians) -> None:
    served.scene = gaussians
    upload = getattr(served.renderer, "upload", None)
    if upload is not None:
        upload(gaussians)


def _render(served: _Served, camera: Camera, options: RenderOptions) -> RenderResult:
    assert served.scene is not None
    return served.renderer.render(served.scene, camera, options)


def _serve(pipe: Connection, backend: Backend, kernel_language: str) -> None:
    """Answer until the pipe is closed. Errors that the user can mend travel as answers."""
    try:
        served = _Served(make_renderer(backend, kernel_language))
        pipe.send(served.renderer.description)
        while True:
            function, arguments = pipe.recv()
            pipe.send(function(served, *arguments))
    except (EOFError, KeyboardInterrupt):
        return
    except RowsplatError as error:
        pipe.send(error)
