"""Colours that were computed are found wherever the project goes, and leave nothing behind."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.autosave import Autosave
from rowsplat.app.project import Project, load_project, save_project
from rowsplat.app.project_colours import with_colours_in
from rowsplat.app.state import Document, SceneItem, View
from rowsplat.app.viewer import Viewer
from rowsplat.scenes import Gaussians
from rowsplat.scenes.edits import Delete, EditCache, EditProgram, ReplaceColours

from .fakes import COUNT, FakeWindow, camera, some, with_scenes

_MASK = some(1, 2)


def _operation(folder: Path) -> ReplaceColours:
    folder.mkdir(parents=True, exist_ok=True)
    return ReplaceColours.written(_MASK, np.full((2, 1, 3), 0.25, np.float32), folder)


def _project(operation: ReplaceColours, folder: Path) -> Project:
    program = EditProgram(operations=(Delete(mask=some(5)), operation))
    item = SceneItem(scene_id=1, name="vase", source=folder / "vase.ply", program=program)
    return Project(document=Document(scenes=(item,)), counts={1: COUNT}, view=View(camera=camera()))


def _scene() -> Gaussians:
    rng = np.random.default_rng(0)
    shapes = {"means": 3, "quats": 4, "log_scales": 3}
    arrays = {name: rng.normal(size=(COUNT, size)).astype(np.float32) for name, size in shapes.items()}
    return Gaussians(
        **arrays, logit_opacities=np.zeros(COUNT, np.float32), sh_coeffs=np.zeros((COUNT, 1, 3), np.float32)
    )


def test_a_project_takes_its_colours_along(tmp_path: Path) -> None:
    project = _project(_operation(tmp_path / "cache"), tmp_path)
    (tmp_path / "work").mkdir()
    save_project(tmp_path / "work" / "a.rowsplat", with_colours_in(project, tmp_path / "work"))
    shutil.rmtree(tmp_path / "cache")
    shutil.move(tmp_path / "work", tmp_path / "moved")
    (item,) = load_project(tmp_path / "moved" / "a.rowsplat").document.scenes
    edited = EditCache(_scene()).apply(item.program).gaussians
    np.testing.assert_array_equal(edited.sh_coeffs[_MASK.to_bool()], np.float32(0.25))
    np.testing.assert_array_equal(edited.sh_coeffs[~_MASK.to_bool()], 0.0)


def test_colours_that_are_there_or_gone_leave_the_project_as_it_is(tmp_path: Path) -> None:
    project = _project(_operation(tmp_path), tmp_path)
    assert with_colours_in(project, tmp_path) == project
    for file in tmp_path.glob("*.safetensors"):
        file.unlink()
    assert with_colours_in(project, tmp_path / "elsewhere") == project


def test_saving_in_the_viewer_puts_colours_beside_the_project(tmp_path: Path) -> None:
    session, _, (scene,) = with_scenes("a")
    viewer = Viewer(session, FakeWindow(tmp_path))
    item = session.state.document.scene(scene)
    assert item is not None
    operation = _operation(tmp_path / "cache")
    session.change_scene("Style", replace(item, program=EditProgram(operations=(operation,))))
    viewer.files.save_project()
    assert (tmp_path / operation.path.name).is_file()
    (kept,) = session.state.document.scenes
    assert kept.program.operations == (operation,)  # nothing is drawn anew


def test_a_restored_window_keeps_its_colours_when_what_was_left_behind_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    autosave = Autosave(tmp_path)
    with monkeypatch.context() as other:
        other.setattr("os.getpid", lambda: 999_999_999)
        dead = Autosave(tmp_path)
    assert dead.colours != autosave.colours
    assert dead.save(_project(_operation(dead.colours), tmp_path)) == ""
    session, _, _ = with_scenes()
    viewer = Viewer(session, FakeWindow(tmp_path))
    viewer.words.colours = autosave.colours
    viewer.files.restore(dead.path)
    autosave.remove(dead.path)
    assert not dead.colours.exists()
    (item,) = session.state.document.scenes
    edited = item.program.apply(_scene()).gaussians
    np.testing.assert_array_equal(edited.sh_coeffs[_MASK.to_bool()], np.float32(0.25))
    autosave.discard()
    assert list(tmp_path.iterdir()) == []
