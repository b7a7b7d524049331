"""`rowsplat view`: the desktop window."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro import conf

from ...kernels.errors import RowsplatError
from ...render import Backend
from ..checks import require_exists
from .flags import KernelLanguage, OneBackend, flag

EXAMPLES = (
    "rowsplat view",
    "rowsplat view scene.ply",
    "rowsplat view a.sog b.spz --backend cpu",
    "rowsplat view work.rowsplat",
)


@dataclass(frozen=True, kw_only=True)
class View:
    """Open the desktop window. Without files it shows the bundled scene."""

    scenes: Annotated[tuple[Path, ...], conf.Positional, flag("Scenes, or a project.", "FILE...")] = ()
    backend: OneBackend = Backend.AUTO
    kernel_language: KernelLanguage = "auto"


def run(command: View) -> None:
    """Show the window until it is closed.

    Raises:
        RowsplatError: A file is missing, PyQt6 is not installed, or there is no display.
    """
    for path in command.scenes:
        require_exists(path)
    if importlib.util.find_spec("PyQt6") is None:
        raise RowsplatError('the window needs PyQt6; run: pip install "rowsplat[viewer]"')
    require_display()
    from ..qt.application import run as run_window

    code = run_window(command.scenes, command.backend, command.kernel_language)
    if code:
        raise SystemExit(code)


def has_display() -> bool:
    """Whether a window can be shown."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def require_display() -> None:
    """Check that a window can be shown.

    Raises:
        RowsplatError: There is no display, which Qt would answer by aborting.
    """
    if not has_display():
        raise RowsplatError("there is no display to open a window on; use rowsplat render, or set DISPLAY.")
