"""A layer loads nothing that it must not know, seen from a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_WINDOW_AND_MODELS = {"PyQt6", "open3d", "trimesh", "transformers", "diffusers"}
_KERNEL_LANGUAGES = {"taichi", "quadrants", "gsplat"}
_NOT_LOADED_BY = {
    "rowsplat.kernels": _WINDOW_AND_MODELS
    | _KERNEL_LANGUAGES
    | {"rowsplat.scenes", "rowsplat.render", "rowsplat.app"},
    "rowsplat.kernels.reference": _WINDOW_AND_MODELS | _KERNEL_LANGUAGES | {"rowsplat.scenes"},
    "rowsplat.scenes": _WINDOW_AND_MODELS | _KERNEL_LANGUAGES | {"torch", "rowsplat.render", "rowsplat.app"},
    "rowsplat.scenes.formats": _WINDOW_AND_MODELS | _KERNEL_LANGUAGES | {"torch", "rowsplat.render"},
    "rowsplat.render": _WINDOW_AND_MODELS | _KERNEL_LANGUAGES | {"rowsplat.app"},
    "rowsplat.render.mesh_baking": _WINDOW_AND_MODELS | _KERNEL_LANGUAGES | {"rowsplat.app"},
    "rowsplat.render.mesh_rendering": _WINDOW_AND_MODELS | _KERNEL_LANGUAGES | {"rowsplat.app"},
    "rowsplat.app": _WINDOW_AND_MODELS | _KERNEL_LANGUAGES,
}


def _loaded_by(module: str) -> set[str]:
    """Names of all modules that a fresh interpreter holds after `import module`."""
    program = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout))


@pytest.mark.parametrize("layer", _NOT_LOADED_BY)
def test_a_layer_loads_nothing_that_it_must_not_know(layer: str) -> None:
    loaded = _loaded_by(layer)
    assert layer in loaded
    assert not loaded & _NOT_LOADED_BY[layer]


def test_the_names_in_the_rules_are_those_of_importable_modules() -> None:
    loaded = _loaded_by("rowsplat.kernels.reference, rowsplat.render, rowsplat.app, torch")
    assert {"torch", "rowsplat.scenes", "rowsplat.render", "rowsplat.app"} <= loaded


def test_open3d_is_loaded_by_who_draws_a_mesh() -> None:
    loaded = _loaded_by("rowsplat.render.open3d_module as m; m.open3d(); import json, sys")
    assert "open3d" in loaded


def test_only_the_window_imports_qt(repository: Path) -> None:
    importers = {
        path.relative_to(repository).parts[:2]
        for layer in ("app", "render", "scenes", "kernels", "assets")
        for path in (repository / layer).rglob("*.py")
        if "import PyQt6" in path.read_text() or "from PyQt6" in path.read_text()
    }
    assert importers == {("app", "qt")}
