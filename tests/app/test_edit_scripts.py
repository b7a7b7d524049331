"""`rowsplat edit --script`: variables, several scenes, cameras, and which of script and command line wins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.scenes import Gaussians, load_gaussians, save_gaussians

_MOVE = """
[variables]
way = "up"
far = 2

[[steps]]
say = "move everything {way} by {far}"

[[steps]]
op = "scale"
target = "it"
factor = 1
"""


def _script(folder: Path, text: str) -> None:
    (folder / "edits.toml").write_text(text)


def _shift(before: Path, after: Path) -> np.ndarray:
    return (load_gaussians(after).means - load_gaussians(before).means).mean(axis=0)


def test_a_script_edits_the_scene_of_the_command_line(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    _script(tmp_path, _MOVE)
    outcome = cli("edit", scene_file, "--script", "edits.toml", "--out", "b.ply")
    assert (outcome.code, outcome.out) == (0, "b.ply: 2 steps, 50 -> 50 Gaussians\n")
    np.testing.assert_allclose(_shift(scene_file, tmp_path / "b.ply"), [0, -2, 0], atol=1e-5)


@pytest.mark.parametrize(("said", "shift"), [(["far=3"], -3), (["far=0.5", "way=down"], 0.5)])
def test_variables_can_be_set_on_the_command_line(
    cli: Any, scene_file: Path, tmp_path: Path, said: list[str], shift: float
) -> None:
    _script(tmp_path, _MOVE)
    assert cli("edit", scene_file, "--script", "edits.toml", "--out", "b.ply", "--set", *said).code == 0
    np.testing.assert_allclose(_shift(scene_file, tmp_path / "b.ply"), [0, shift, 0], atol=1e-5)


def test_several_scenes_are_edited_alike(
    cli: Any, renderer: Any, tmp_path: Path, gaussians: Gaussians
) -> None:
    places = ""
    for name in ("a", "b"):
        save_gaussians(gaussians, tmp_path / f"{name}.ply")
        places += f'[[scenes]]\nscene = "{name}.ply"\nout = "{name}2.ply"\npreview = "{name}.png"\n'
    _script(tmp_path, _MOVE + places + "[camera]\norbit = [30, 15, 3]\nwidth = 40\nheight = 30\n")
    outcome = cli("edit", "--script", "edits.toml", "--json", "log.json")
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 2
    for name in ("a", "b"):
        np.testing.assert_allclose(
            _shift(tmp_path / f"{name}.ply", tmp_path / f"{name}2.ply"), [0, -2, 0], atol=1e-5
        )
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert {(camera.width, camera.height) for camera, _ in renderer.calls} == {(40, 30)}
    entries = json.loads((tmp_path / "log.json").read_text())["scenes"]
    assert [entry["out"] for entry in entries] == ["a2.ply", "b2.ply"]


def test_the_camera_of_the_command_line_wins(
    cli: Any, renderer: Any, scene_file: Path, camera_file: Path, tmp_path: Path
) -> None:
    _script(tmp_path, _MOVE + '[camera]\nfile = "none.json"\n')
    outcome = cli(
        "edit", scene_file, "--script", "edits.toml", "--out", "b.ply", "--preview", "b.png",
        "--camera", camera_file, "--frame", "0",
    )  # fmt: skip
    assert outcome.code == 0
    assert {(camera.width, camera.height) for camera, _ in renderer.calls} == {(24, 16)}


def test_names_of_one_step_are_known_to_the_next(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    _script(
        tmp_path,
        "[[steps]]\nsay = 'group the left half of everything as \"half left thing\"'\n"
        '[[steps]]\nop = "remove"\ntarget = "the half left thing"\n',
    )
    assert cli("edit", scene_file, "--script", "edits.toml", "--out", "b.ply").code == 0
    assert 0 < len(load_gaussians(tmp_path / "b.ply")) < 50


def test_a_replacement_is_found_beside_the_script(
    cli: Any, scene_file: Path, tmp_path: Path, gaussians: Gaussians
) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    save_gaussians(gaussians.select(np.arange(7)), folder / "vase.ply")
    _script(folder, "[[steps]]\nsay = 'replace everything with \"vase.ply\"'\n")
    assert cli("edit", scene_file, "--script", "scripts/edits.toml", "--out", "b.ply").code == 0
    assert len(load_gaussians(tmp_path / "b.ply")) == 7


def test_a_dry_run_of_a_script_writes_nothing(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    _script(tmp_path, _MOVE + '[[scenes]]\nscene = "scene.ply"\nout = "b.ply"\npreview = "b.png"\n')
    before = sorted(tmp_path.iterdir())
    outcome = cli("edit", "--script", "edits.toml", "--dry-run")
    assert outcome.code == 0
    assert "1. move everything up by 2" in outcome.out
    assert sorted(tmp_path.iterdir()) == before
