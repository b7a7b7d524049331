"""Starts the window."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PyQt6.QtCore import QSettings, QStandardPaths, QTimer
from PyQt6.QtWidgets import QApplication

from ...render import Backend
from ...scenes import Camera
from .. import texts
from ..autosave import Autosave
from ..log_file import log_to
from ..messages import FromService
from ..session import Session
from .bridge import ServiceBridge
from .main_window import MainWindow

_ORGANISATION = "rowsplat"
_SIGNALS_MS = 200
_FIRST_CAMERA = Camera.look_at((0, 0, -3), (0, 0, 0), width=1280, height=720)


def make_window(
    backend: Backend,
    kernel_language: str,
    settings: QSettings | None = None,
    autosave_folder: Path | None = None,
) -> MainWindow:
    """A window with its render process, not shown yet. The `QApplication` must be there."""
    windows: list[MainWindow] = []

    def deliver(message: FromService) -> None:
        windows[0].receive(message)

    bridge = ServiceBridge(deliver, backend, kernel_language)
    if settings is None:
        settings = QSettings(_ORGANISATION, texts.TITLE)
    if autosave_folder is None:
        autosave_folder = _state_folder()
    session = Session(bridge.start, camera=_FIRST_CAMERA, renderer_choice=(backend, kernel_language))
    window = MainWindow(session, settings, bridge, Autosave(autosave_folder))
    windows.append(window)
    return window


def run(paths: Sequence[Path], backend: Backend, kernel_language: str) -> int:
    """Show the window with these files, or the demo scene at the first start, until it is closed; the exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName(texts.TITLE)
    application.setOrganizationName(_ORGANISATION)
    window = make_window(backend, kernel_language)
    _tell_mistakes(window, log_to(_state_folder()))
    window.show()
    offered = window.offer_recovery()
    if paths:
        window.viewer.files.open_all(paths)
    elif not offered:
        window.viewer.files.open_demo()
        if not window.settings.value("hint seen", False, bool):
            window.viewer.hint = True
            window.settings.setValue("hint seen", True)
    signal.signal(signal.SIGINT, lambda _signum, _frame: _close(window))
    wake = QTimer()  # lets Python look at signals now and then
    wake.start(_SIGNALS_MS)
    wake.timeout.connect(lambda: None)
    return application.exec()


def _state_folder() -> Path:
    """Where the autosave and the log are kept."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation))


def _tell_mistakes(window: MainWindow, log: Path) -> None:
    """Without this, Qt would end the program at any exception in what a signal calls."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logging.getLogger("rowsplat").error("mistake", exc_info=(kind, error, trace))
        window.viewer.session.say(texts.mistake(error, log))

    sys.excepthook = tell


def _close(window: MainWindow) -> None:
    window.close()
