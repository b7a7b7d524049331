"""What a user may do at random, for tests and measurements: commands, strokes, keys, killed processes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QDialog

from ...scenes.edits import Hide, IndexMask
from ..actions import ACTIONS, Action, Menu
from ..camera_events import Wheel
from ..free_memory import give_back_memory
from ..messages import IDENTITY
from .main_window import MainWindow

_test: Any = QTest  # its stubs know windows only
_NOT_RANDOM = {"open", "open-photos", "quit", "full-screen", "bake", "bake-photos", "export-video"}
"""They begin another history, end the window, or take minutes."""

_KEYS = (Qt.Key.Key_W, Qt.Key.Key_A, Qt.Key.Key_S, Qt.Key.Key_D, Qt.Key.Key_Q, Qt.Key.Key_E)
_COMMANDS, _STROKES, _FLIGHTS = 0.6, 0.85, 0.95  # shares, added up; the rest kills the render process, rarely
_KILLED = 0.1
_MOST_SCENES, _MOST_GROWTH = 6, 2
_TIMEOUT_S = 300.0  # floaters of a large scene take seconds, and many may have been asked for


class RandomUser:
    """Uses a window at random; the same seed does the same as far as time allows. Dialogs are answered at once."""

    def __init__(self, window: MainWindow, folder: Path, seed: int, *, kills: bool = True) -> None:
        """Use `window` and let it write into `folder`; with `kills` the render process dies now and then."""
        self._window, self._folder = window, folder
        self._rng = np.random.default_rng(seed)
        self._view = window.viewer.state.view
        self._kills = kills
        unwanted = _NOT_RANDOM if kills else _NOT_RANDOM | {"restart-renderer"}
        self._actions = [entry for entry in ACTIONS if entry.name not in unwanted]
        self._start, self._steps = window.viewer.state.document, len(window.viewer.state.history.labels)
        self._count = sum(loaded.count for loaded in window.viewer.state.loaded.values())
        window.ask_open = lambda title, suffixes, done: None
        window.ask_save = self._save
        window.ask_number = lambda title, value, done: done(2.0)

    def act(self, times: int) -> None:
        """Do so many things, and let the window live between them."""
        for _ in range(times):
            kind = self._rng.random()
            if kind < _COMMANDS:
                self._run(self._actions[self._rng.integers(len(self._actions))])
            elif kind < _STROKES:
                self._stroke()
            elif kind < _FLIGHTS:
                self._fly()
            elif self._kills and self._rng.random() < _KILLED:
                with suppress(ProcessLookupError):  # it was killed just now
                    os.kill(self._window.viewer.session.client.pid, signal.SIGKILL)
            self._live(self._rng.random() * 0.05)
            self._keep_it_small()

    def undo_all(self) -> bool:
        """Take every step back; whether the document is again the one of the beginning.

        What could be done again is forgotten, as a next step would make it.
        """
        self.settle()
        session = self._window.viewer.session
        while len(self._window.viewer.state.history.labels) > self._steps and session.undo():
            pass
        returned = self._window.viewer.state.document == self._start
        self.settle()
        session.edit(
            lambda item, _: Hide(mask=IndexMask.none(self._window.viewer.state.loaded[item.scene_id].count))
        )
        self.settle()
        session.undo()
        for notches in (1.0, -1.0):  # so that the reduced scene, too, is that of the beginning
            self._window.viewer.camera_event(Wheel(notches))
            self.settle()
        session.set_view(self._view)
        self.settle()
        return returned

    def settle(self) -> None:
        """Let the window live until everything is read, answered and drawn."""
        viewer = self._window.viewer
        viewer.cancel()
        viewer.path.playing, viewer.time_runs = False, False

        def rests() -> bool:
            frame = viewer.state.frame
            return frame is not None and not frame.is_reduced and not viewer.session.is_waiting

        self._live_until(rests)

    def _run(self, entry: Action) -> None:
        if entry.name == "undo":
            self._undo_one()
            return
        self._window.run(entry)
        if entry.menu in (Menu.VIEW, Menu.HELP):
            for dialog in self._window.findChildren(QDialog):
                dialog.close()
                dialog.deleteLater()

    def _stroke(self) -> None:
        picture = self._window.picture
        points = [
            QPoint(int(x * picture.width()), int(y * picture.height())) for x, y in self._rng.random((4, 2))
        ]
        buttons = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton)
        button = buttons[self._rng.integers(len(buttons))]
        held = (
            Qt.KeyboardModifier.ShiftModifier if self._rng.random() < 0.3 else Qt.KeyboardModifier.NoModifier
        )
        _test.mousePress(picture, button, held, points[0])
        for point in points[1:]:
            _test.mouseMove(picture, point)
            self._live(0.01)
        _test.mouseRelease(picture, button, held, points[-1])

    def _fly(self) -> None:
        key = _KEYS[self._rng.integers(len(_KEYS))]
        _test.keyPress(self._window.picture, key)
        self._live(0.05)
        _test.keyRelease(self._window.picture, key)

    def _keep_it_small(self) -> None:
        """Nobody doubles a scene twenty times, or brings it to another size again and again."""
        viewer = self._window.viewer
        document = viewer.state.document
        counts = [
            item.program.count_after(viewer.state.loaded[item.scene_id].count)
            for item in document.scenes
            if item.scene_id in viewer.state.loaded
        ]
        moved = max(
            (np.abs(np.array(item.matrix) - np.array(IDENTITY)).max() for item in document.scenes), default=0
        )
        if len(document.scenes) > _MOST_SCENES or sum(counts) > _MOST_GROWTH * self._count or moved > 1e3:
            self._undo_one()

    def _undo_one(self) -> None:
        if len(self._window.viewer.state.history.labels) > self._steps:
            self._window.viewer.session.undo()

    def _save(self, title: str, suffixes: Sequence[str], done: Callable[[Path], None]) -> None:
        done(self._folder / f"written{suffixes[0]}")

    def _live(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while True:
            QApplication.processEvents()
            if time.perf_counter() >= until:
                return
            time.sleep(0.001)

    def _live_until(self, condition: Callable[[], bool]) -> None:
        started = time.perf_counter()
        while (
            not condition() or self._window.viewer.state.is_loading or self._window.viewer.session.is_asking
        ):
            if time.perf_counter() - started > _TIMEOUT_S:
                raise TimeoutError(f"the window did not come to rest: {self._window.viewer.state.message}")
            self._live(0.01)


@dataclass(frozen=True)
class HeldMemory:
    """What the render process holds once it has given back what it could [bytes]."""

    def answer(self, stack: Any, renderer: Any) -> int:
        """Measure it."""
        give_back_memory()
        return resident_bytes(os.getpid())


def resident_bytes(pid: int) -> int:
    """Memory that a process holds, of itself alone [bytes] (Linux)."""
    fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")
