"""Random use of the real window with a real render process, which is killed now and then, leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QSettings
from PyQt6.QtWidgets import QApplication
from rowsplat.app.qt.application import make_window
from rowsplat.app.qt.random_use import RandomUser, resident_bytes
from rowsplat.render import Backend
from rowsplat.scenes import Gaussians, save_gaussians

_ACTIONS = 150
_COUNT = 500
_WAIT_S = 60.0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_random_use_ends_where_it_began(
    tmp_path: Path, application: QApplication, settings: QSettings, errors_in_callbacks: None
) -> None:
    rng = np.random.default_rng(5)
    scene = Gaussians(
        means=rng.normal(size=(_COUNT, 3)).astype(np.float32),
        quats=rng.normal(size=(_COUNT, 4)).astype(np.float32),
        log_scales=rng.normal(-2.5, 0.4, size=(_COUNT, 3)).astype(np.float32),
        logit_opacities=rng.normal(1.0, 1.0, size=_COUNT).astype(np.float32),
        sh_coeffs=(0.4 * rng.normal(size=(_COUNT, 4, 3))).astype(np.float32),
    )
    save_gaussians(scene, tmp_path / "scene.ply")
    window = make_window(Backend.CPU, "auto", settings, tmp_path / "state")
    window.resize(640, 480)
    window.show()
    try:
        window.viewer.files.open_all([tmp_path / "scene.ply"])
        started = time.monotonic()
        while not window.viewer.state.loaded:
            assert time.monotonic() - started < _WAIT_S
            application.processEvents()
        user = RandomUser(window, tmp_path, seed=2)
        user.act(_ACTIONS)
        assert len(window.viewer.state.history.labels) > 5
        assert user.undo_all()
        assert window.viewer.state.frame is not None
        assert window.viewer.state.frame.planes[0].counts.num_gaussians == _COUNT
    finally:
        window.close()


def test_memory_of_a_process_is_its_own() -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("only Linux tells the memory of a process in /proc")
    holding, empty = (_Holding(size) for size in (64 << 20, 0))
    with holding as large, empty as small:
        difference = resident_bytes(large) - resident_bytes(small)
    assert (64 << 20) <= difference < (80 << 20)


class _Holding:
    """A process that holds so many bytes until this is left; gives its id."""

    def __init__(self, size: int) -> None:
        program = f"kept = b'x' * {size}; print('ready', flush=True); input()"
        self._command = [sys.executable, "-I", "-S", "-c", program]

    def __enter__(self) -> int:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self._process.pid

    def __exit__(self, *_: object) -> None:
        self._process.communicate(b"\n")
