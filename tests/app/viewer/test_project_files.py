"""Project files keep everything, move with their scenes, and say in one line what is wrong with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.app.messages import Comparison, Look, Shape
from rowsplat.app.project import Keyframe, Project, load_project, save_project
from rowsplat.app.state import Document, SceneItem, View
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render import Blend, RenderMode
from rowsplat.scenes.edits import (
    Contrast,
    Delete,
    EditOperation,
    EditProgram,
    Insert,
    Paint,
    Recolour,
    ReplaceColours,
    ShiftHue,
    Transform,
)

from .fakes import COUNT, camera, some


def _project(folder: Path) -> Project:
    moved = ((1.0, 0.0, 0.0, 0.5), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, -2.0), (0.0, 0.0, 0.0, 1.0))
    program = EditProgram().then(Delete(mask=some(1, 5))).then(Recolour(saturation=0.25))
    vase = SceneItem(
        scene_id=1,
        name="vase",
        source=folder / "vase.ply",
        matrix=moved,
        program=program,
        groups=(("lid", some(2, 3)),),
    )
    mesh = SceneItem(
        scene_id=2, name="mesh", source=folder / "m.glb", visible=False, locked=True, is_mesh=True
    )
    look = Look(blend=Blend.BASELINE, mode=RenderMode.DEPTH, shape=Shape.CENTRE, background=(0.1, 0.2, 0.3))
    view = View(camera=camera(), look=look, other=Look(), comparison=Comparison.SPLIT, split=0.25, gain=4.0)
    keyframes = (Keyframe(camera=camera(azimuth=10), seconds=0.0), Keyframe(camera=camera(), seconds=2.5))
    document = Document(scenes=(vase, mesh))
    return Project(document=document, counts={1: 20, 2: 0}, view=view, keyframes=keyframes)


def test_everything_comes_back(tmp_path: Path) -> None:
    project = _project(tmp_path)
    save_project(tmp_path / "a.rowsplat", project)
    back = load_project(tmp_path / "a.rowsplat")
    assert back.document == project.document
    assert back.counts == project.counts
    assert replace(back.view, camera=project.view.camera) == project.view
    np.testing.assert_array_equal(back.view.camera.viewmat, project.view.camera.viewmat)
    for one, other in zip(back.keyframes, project.keyframes, strict=True):
        assert one.seconds == other.seconds
        np.testing.assert_array_equal(one.camera.viewmat, other.camera.viewmat)


def test_every_kind_of_edit_that_words_make_comes_back(tmp_path: Path) -> None:
    project = _project(tmp_path)
    colours = ReplaceColours.written(some(1, 2), np.ones((2, 4, 3), np.float32), tmp_path)
    inserted = Insert(path=tmp_path / "cup.ply", sha256="0" * 64, count=5)
    made: tuple[EditOperation, ...] = (
        Paint(mask=some(4), colour=(0.1, 0.2, 0.3), amount=0.5), ShiftHue(mask=some(4), degrees=30.0),
        Contrast(mask=None, factor=1.5), colours, inserted,
    )  # fmt: skip
    vase = replace(project.document.scenes[0], program=EditProgram(operations=made))
    project = replace(project, document=project.document.with_scene(vase))
    save_project(tmp_path / "a.rowsplat", project)
    (back, _) = load_project(tmp_path / "a.rowsplat").document.scenes
    assert back.program.operations == made
    assert dict(back.groups)["lid"] == some(2, 3).grown(COUNT + 5)  # of the scene as it is in the end


def test_a_group_of_another_number_of_gaussians_is_refused(tmp_path: Path) -> None:
    save_project(tmp_path / "a.rowsplat", _project(tmp_path))
    value = json.loads((tmp_path / "a.rowsplat").read_text())
    value["scenes"][0]["groups"]["lid"]["count"] = 21
    (tmp_path / "a.rowsplat").write_text(json.dumps(value))
    with pytest.raises(RowsplatError, match=r"a\.rowsplat: scenes\[0\]\.groups\.lid\.count: expected 20"):
        load_project(tmp_path / "a.rowsplat")


def test_a_project_moves_with_the_folder_of_its_scenes(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    save_project(tmp_path / "old" / "a.rowsplat", _project(tmp_path / "old"))
    shutil.move(tmp_path / "old", tmp_path / "new")
    (vase, _) = load_project(tmp_path / "new" / "a.rowsplat").document.scenes
    assert vase.source == tmp_path / "new" / "vase.ply"


def _without(*path: str) -> Callable[[Any], None]:
    def change(value: Any) -> None:
        for name in path[:-1]:
            value = value[int(name) if name.isdigit() else name]
        del value[path[-1]]

    return change


def _with(new: object, *path: str) -> Callable[[Any], None]:
    def change(value: Any) -> None:
        for name in path[:-1]:
            value = value[int(name) if name.isdigit() else name]
        value[path[-1]] = new

    return change


_FAULTS: dict[str, tuple[Callable[[Any], None], str]] = {
    "newer version": (_with(99, "rowsplat_project"), "newer"),
    "no version": (_without("rowsplat_project"), "rowsplat_project"),
    "scenes are a number": (_with(3, "scenes"), "scenes"),
    "a scene is text": (_with(["x"], "scenes"), "scenes[0]"),
    "no source": (_without("scenes", "0", "source"), "source"),
    "a matrix of three rows": (_with([[1, 0, 0, 0]] * 3, "scenes", "0", "matrix"), "matrix"),
    "a negative count": (_with(-1, "scenes", "0", "count"), "count"),
    "edits for another scene": (_with(7, "scenes", "0", "count"), "scenes[0].edits"),
    "edits are text": (_with("x", "scenes", "0", "edits"), "edits"),
    "no view": (_without("view"), "view"),
    "an unknown blender": (_with("fast", "view", "a", "blend"), "blend"),
    "a camera of no size": (_with([0, 5], "view", "camera", "size"), "size"),
    "a focal length of zero": (_with([0, 1, 2, 3], "view", "camera", "intrinsics"), "intrinsics"),
    "harmonics of degree 9": (_with(9, "view", "b", "max_sh_degree"), "max_sh_degree"),
    "a keyframe without time": (_without("keyframes", "0", "seconds"), "seconds"),
}


@pytest.mark.parametrize("fault", list(_FAULTS))
def test_a_fault_is_told_in_one_line_with_its_place(fault: str, tmp_path: Path) -> None:
    change, place = _FAULTS[fault]
    path = tmp_path / "a.rowsplat"
    save_project(path, _project(tmp_path))
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))
    with pytest.raises(RowsplatError) as caught:
        load_project(path)
    assert place in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b"[" * 100_000])
def test_what_is_no_project_is_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.rowsplat"
    path.write_bytes(content)
    with pytest.raises(RowsplatError) as caught:
        load_project(path)
    assert "\n" not in str(caught.value)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.rowsplat"
    save_project(path, _project(tmp_path))
    before = path.read_bytes()
    broken = replace(_project(tmp_path), view=replace(_project(tmp_path).view, gain=float("nan")))
    with pytest.raises(ValueError, match="not JSON compliant"):
        save_project(path, broken)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_turned_scenes_keep_their_matrix_to_the_last_bit(tmp_path: Path) -> None:
    turn = np.eye(4)
    turn[:3, :3] = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    project = _project(tmp_path)
    (vase, mesh) = project.document.scenes
    vase = replace(vase, program=EditProgram().then(Transform.of(turn, some(3))))
    project = replace(project, document=Document(scenes=(vase, mesh)))
    save_project(tmp_path / "a.rowsplat", project)
    assert load_project(tmp_path / "a.rowsplat").document == project.document
