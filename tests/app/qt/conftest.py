"""The window on no screen, around a fake render process; an error in one of Qt's callbacks fails the test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest
from rowsplat.app.autosave import Autosave
from rowsplat.app.session import Session

from ..viewer.fakes import FakeService, camera

if TYPE_CHECKING:
    from PyQt6.QtCore import QSettings
    from PyQt6.QtWidgets import QApplication
    from rowsplat.app.qt.main_window import MainWindow

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

OpenWindow = Callable[..., "MainWindow"]
"""`open_window()`, or `open_window(settings)`."""


@pytest.fixture
def errors_in_callbacks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Collect errors of slots and event handlers, for which PyQt would abort the process."""
    errors: list[BaseException] = []

    def note(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        errors.append(error)

    monkeypatch.setattr(sys, "excepthook", note)
    yield
    if errors:
        raise errors[0]


@pytest.fixture(scope="session")
def application() -> QApplication:
    from PyQt6.QtWidgets import QApplication

    found = QApplication.instance()
    return found if isinstance(found, QApplication) else QApplication([])


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    from PyQt6.QtCore import QSettings

    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def open_window(
    errors_in_callbacks: None,
    application: QApplication,
    settings: QSettings,
    service: FakeService,
    tmp_path: Path,
) -> Iterator[OpenWindow]:
    """Opens windows, one after the other, around one fake render process."""
    from PyQt6 import sip
    from PyQt6.QtCore import QCoreApplication, QEvent
    from rowsplat.app.qt.main_window import MainWindow

    opened: list[MainWindow] = []

    def _open(kept: QSettings = settings) -> MainWindow:
        session = Session(service.start, camera=camera())
        window = MainWindow(session, kept, service, Autosave(tmp_path / "autosave"))
        service.receive = window.receive
        service.started()
        window.show()
        window.activateWindow()
        application.processEvents()
        opened.append(window)
        return window

    yield _open
    for window in (window for window in opened if not sip.isdeleted(window)):
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application.processEvents()


@pytest.fixture
def window(open_window: OpenWindow) -> MainWindow:
    return open_window()
