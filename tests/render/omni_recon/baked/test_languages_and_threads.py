"""Taichi and Quadrants, and one thread and two, draw the same bake alike."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray


def _drawn(folder: Path, language: str, threads: int) -> dict[str, NDArray[np.generic]]:
    program, out = Path(__file__).with_name("draw_program.py"), folder / f"{language}{threads}.npz"
    environment = {**os.environ, "ROWSPLAT_KERNEL_LANGUAGE": language}
    command = [sys.executable, str(program), str(out), str(threads)]
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith(f"{language} on cpu ({threads} threads)")
    with np.load(out) as arrays:
        return dict(arrays)


@pytest.mark.skipif(
    not (importlib.util.find_spec("taichi") and importlib.util.find_spec("quadrants")),
    reason="needs taichi and quadrants",
)
def test_languages_agree_and_threads_change_no_bit(tmp_path: Path) -> None:
    one, two, other = (
        _drawn(tmp_path, language, threads)
        for language, threads in (("quadrants", 1), ("quadrants", 2), ("taichi", 2))
    )
    for name, values in one.items():
        np.testing.assert_array_equal(values, two[name], err_msg=name)
    same = (two["views"] == other["views"]).all(axis=-1)
    assert same.mean() > 0.998
    np.testing.assert_allclose(two["depth"], other["depth"], rtol=1e-5)
    np.testing.assert_allclose(two["image"][same], other["image"][same], atol=1e-4)
    assert two["image"].std() > 0.05
