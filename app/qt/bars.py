"""Measures the window on a real scene, as docs/performance.md reports it.

    python -m rowsplat.app.qt.bars SCENE [SECONDS]

It needs a display (Xvfb will do) and drives the real window with simulated input: events go through Qt's queue, and the
longest time between two turns of the event loop is what a user would feel as a stall.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import QEventLoop, QPoint, QSettings, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from ...render import Backend
from ...scenes.edits import Delete, IndexMask
from ..actions import action
from ..free_memory import give_back_memory
from ..state import Life, ViewerState
from .application import make_window
from .main_window import MainWindow
from .random_use import HeldMemory, RandomUser, resident_bytes

_test: Any = QTest  # its stubs know windows only
_SIZE = 1280, 720
_TIMEOUT_S = 60.0
_BEAT_MS = 1
_INPUT_MS = 8
_DELETED = 100_000
_KILLS = 20
_WARM_UP, _ACTIONS = 400, 1000


class _Bench:
    def __init__(self, scene: Path) -> None:
        self.application = QApplication(sys.argv[:1])
        settings = QSettings(os.devnull, QSettings.Format.IniFormat)
        self.started = time.perf_counter()
        self.window: MainWindow = make_window(Backend.AUTO, "auto", settings, Path(tempfile.mkdtemp()))
        self.window.show()
        self.window.viewer.files.open_all([scene])

    @property
    def state(self) -> ViewerState:
        return self.window.viewer.state

    def wait(self, until: Callable[[], bool]) -> float:
        """Let the window run until something holds; the time it took [s]."""
        started = time.perf_counter()
        while not until():
            if time.perf_counter() - started > _TIMEOUT_S:
                raise TimeoutError("the window did not get there")
            self.application.processEvents()
            time.sleep(0.001)
        return time.perf_counter() - started

    def settled(self) -> bool:
        frame = self.state.frame
        session = self.window.viewer.session
        return frame is not None and not frame.is_reduced and not session.is_waiting

    def orbit(self, seconds: float) -> None:
        """Drag around for a while; print stalls and frames."""
        picture = self.window.picture
        middle = QPoint(picture.width() // 2, picture.height() // 2)
        beats: list[float] = []
        shown: set[int] = set()

        def beat() -> None:
            beats.append(time.perf_counter())
            if self.state.frame is not None:
                shown.add(self.state.frame.generation)

        def drag() -> None:
            angle = time.perf_counter() * 1.7
            at = QPoint(round(200 * math.sin(angle)), round(60 * math.cos(1.3 * angle)))
            _test.mouseMove(picture, middle + at)

        heart, hand = QTimer(), QTimer()
        heart.timeout.connect(beat)
        hand.timeout.connect(drag)
        _test.mousePress(picture, Qt.MouseButton.LeftButton, pos=middle)
        heart.start(_BEAT_MS)
        hand.start(_INPUT_MS)
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()
        heart.stop()
        hand.stop()
        _test.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=middle)
        gaps = np.diff(beats) * 1000.0 - _BEAT_MS
        _print("event-loop stall while orbiting, p99", np.percentile(gaps, 99), "ms")
        _print("event-loop stall while orbiting, longest", gaps.max(), "ms")
        _print("pictures shown a second while orbiting", len(shown) / seconds, "")
        _print("share of the resolution while orbiting", self.state.resolution.scale, "")
        _print("share of the Gaussians while orbiting", self.state.resolution.detail, "")
        _print("full picture after the camera rests", self.wait(self.settled) * 1000.0, "ms")

    def toggle(self) -> None:
        """Print how long T takes until the other picture is shown."""
        times: list[float] = []
        for _ in range(6):
            before = self.state.frame
            self.window.run(action("toggle-blend"))
            times.append(self.wait(lambda before=before: self.state.frame is not before and self.settled()))
        _print("T to IRSS, median", float(np.median(times[1::2])) * 1000.0, "ms")
        _print("T to the baseline, median", float(np.median(times[::2])) * 1000.0, "ms")

    def undo(self) -> None:
        """Print how long undoing a large deletion takes in the window, and until the picture is there."""
        (loaded,) = self.state.loaded.values()
        mask = IndexMask.from_bool(np.arange(loaded.count) < min(_DELETED, loaded.count // 2))
        self.window.viewer.session.edit(lambda _item, _mask: Delete(mask=mask))
        self.wait(lambda: self.settled() and self.drawn() < loaded.count)
        started = time.perf_counter()
        self.window.run(action("undo"))
        _print("undo of a 100 k delete, in the window", (time.perf_counter() - started) * 1000.0, "ms")
        self.wait(lambda: self.settled() and self.drawn() == loaded.count)
        _print("undo of a 100 k delete, until it is seen", (time.perf_counter() - started) * 1000.0, "ms")

    def kill(self) -> None:
        """Print how many kills the window survives with its edits."""
        (loaded,) = self.state.loaded.values()
        mask = IndexMask.from_bool(np.arange(loaded.count) < 1000)
        self.window.viewer.session.edit(lambda _item, _mask: Delete(mask=mask))
        survived = 0
        for _ in range(_KILLS):
            frame, pid = self.state.frame, self.window.viewer.session.client.pid
            os.kill(pid, signal.SIGKILL)
            self.wait(lambda frame=frame: self.state.frame is not frame and self.settled())
            survived += self.state.life is Life.RUNNING and self.drawn() == loaded.count - 1000
        _print(f"recoveries with all edits from {_KILLS} kills", survived, "")

    def use_at_random(self) -> None:
        """Print what is left of a thousand random actions once they are undone.

        Nothing is killed, for a new render process holds fewer kernels than one that has compiled them all.
        """
        user = RandomUser(self.window, Path(tempfile.mkdtemp()), seed=0, kills=False)
        user.act(_WARM_UP)
        user.undo_all()
        before = self.memory()
        user.act(_ACTIONS)
        _print(f"all of {_ACTIONS} random actions undone", user.undo_all(), "")
        after = self.memory()
        for name, old, new in zip(("window", "render process"), before, after, strict=True):
            _print(f"more memory after them, {name}", (new - old) / 1e6, "MB")

    def memory(self) -> tuple[int, int]:
        """Of the window and of the render process [bytes]."""
        answers: list[int] = []
        self.window.viewer.session.ask(HeldMemory(), answers.append)
        self.wait(lambda: bool(answers))
        give_back_memory()
        return resident_bytes(os.getpid()), answers[0]

    def drawn(self) -> int:
        """Gaussians of the picture that is shown, -1 without one."""
        frame = self.state.frame
        return -1 if frame is None else frame.planes[0].counts.num_gaussians


def main() -> None:
    """Measure and print a line a figure."""
    scene, seconds = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 30.0
    bench = _Bench(scene)
    bench.wait(lambda: bench.settled() and bool(bench.state.loaded) and bench.drawn() > 0)
    _print("from starting the window to the first picture", time.perf_counter() - bench.started, "s")
    grow_w, grow_h = (
        wanted - have for wanted, have in zip(_SIZE, bench.window.picture.physical_size, strict=True)
    )
    bench.window.resize(bench.window.width() + grow_w, bench.window.height() + grow_h)
    bench.application.processEvents()
    bench.wait(bench.settled)
    print(f"picture {bench.window.picture.physical_size}, {bench.state.renderer}")
    bench.orbit(seconds)
    bench.toggle()
    bench.undo()
    bench.kill()
    bench.use_at_random()
    bench.window.close()


def _print(what: str, value: float, unit: str) -> None:
    print(f"{what:52s} {value:8.2f} {unit}", flush=True)


if __name__ == "__main__":
    main()
