"""Opening a scene must not drag in what takes seconds to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rowsplat.scenes.formats import save_gaussians

from .sample_scenes import random_gaussians

_HEAVY = ("torch", "numba", "gsply", "taichi", "quadrants", "PyQt6", "open3d", "scipy", "pygltflib")


@pytest.mark.parametrize("ending", ["ply", "compressed.ply", "splat", "spz", "sog", "glb"])
def test_reading_and_writing_load_nothing_heavy(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"scene.{ending}"
    save_gaussians(random_gaussians(10), path)
    program = (
        "import sys; from rowsplat.scenes.formats import load_gaussians, save_gaussians\n"
        f"save_gaussians(load_gaussians({str(path)!r}), {str(path)!r}, overwrite=True)\n"
        f"print([name for name in {_HEAVY} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
