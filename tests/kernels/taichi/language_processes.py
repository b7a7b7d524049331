"""Processes that draw with one kernel language each: a process can use only one."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

LANGUAGES = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed"),
    )
    for name in ("taichi", "quadrants")
]


def draw(
    folder: Path, scene: Path, *, language: str | None = None, threads: int = 2, print_ir: bool = False
) -> dict[str, NDArray[np.float32]]:
    """Pictures of every blender, by its name, drawn by `draw_program.py` with `folder` as the working folder."""
    environment = {**os.environ, **({"PRINT_IR": "1"} if print_ir else {})}
    if language is not None:
        environment["ROWSPLAT_KERNEL_LANGUAGE"] = language
    program, out = Path(__file__).with_name("draw_program.py"), folder / "pictures.npz"
    command = [sys.executable, str(program), str(scene), str(out), str(threads)]
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert f"({threads} threads)" in finished.stdout
    assert language is None or finished.stdout.startswith(language)
    with np.load(out) as pictures:
        return dict(pictures)
