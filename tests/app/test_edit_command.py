"""`rowsplat edit`: sentences in, an edited scene, a picture and a log out; all of it or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rowsplat.app.commands import edit
from rowsplat.app.editing import EditableScene, open_scene
from rowsplat.app.label_files import write_labels
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import Gaussians, load_gaussians, save_gaussians
from rowsplat.scenes.edits import IndexMask


def _left_half(scene_file: Path) -> int:
    """Gaussians left of the middle, as a camera sees them that looks along +z or from where it finds best."""
    scene = open_scene(scene_file)
    right = scene.gaussians.means @ np.array(scene.viewpoint.frame.right)
    low, high = np.quantile(right, [0.002, 0.998])
    return int((right <= (low + high) / 2).sum())


def test_a_prompt_edits_a_scene(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    outcome = cli("edit", scene_file, "--prompt", "move everything by 1 2 3", "--out", "b.ply")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "b.ply: 1 step, 50 -> 50 Gaussians\n"
    before, after = load_gaussians(scene_file), load_gaussians(tmp_path / "b.ply")
    np.testing.assert_allclose(after.means, before.means + np.float32([1, 2, 3]), atol=1e-6)
    np.testing.assert_array_equal(after.sh_coeffs, before.sh_coeffs)


def test_how_a_misspelled_word_was_read_is_told(cli: Any, scene_file: Path) -> None:
    outcome = cli("edit", scene_file, "--prompt", "delte everything", "--dry-run")
    assert outcome.err == 'note: read "delte" as "delete"\n'


def test_what_a_prompt_is_not_about_is_bit_identical_in_the_file(
    cli: Any, scene_file: Path, tmp_path: Path
) -> None:
    prompt = 'group the top half of everything as "hat". recolor the hat blue. scale the hat by 1.5'
    assert cli("edit", scene_file, "--prompt", prompt, "--out", "b.ply").code == 0
    before, after = load_gaussians(scene_file), load_gaussians(tmp_path / "b.ply")
    same = np.array([np.array_equal(a, b) for a, b in zip(before.means, after.means, strict=True)])
    assert before.means[same, 1].min() > before.means[~same, 1].max()  # y is down
    for name in ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs"):
        assert getattr(before, name)[same].tobytes() == getattr(after, name)[same].tobytes()
    assert not np.array_equal(before.sh_coeffs[~same], after.sh_coeffs[~same])


def test_a_dry_run_prints_the_plan_and_writes_nothing_but_the_log(
    cli: Any, scene_file: Path, tmp_path: Path
) -> None:
    prompt = "select the left half of everything, then remove it"
    outcome = cli("edit", scene_file, "--prompt", prompt, "--out", "b.ply", "--dry-run", "--json", "log.json")
    assert outcome.code == 0
    half = _left_half(scene_file)
    lines = outcome.out.splitlines()
    assert lines[0] == f"{scene_file}:"
    assert lines[1].startswith(
        f"  1. select the left half of everything   [{half} Gaussians, confidence 1.00]"
    )
    assert lines[3].startswith(f"  2. remove it   [{half} Gaussians")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.json", "scene.ply"]
    assert json.loads((tmp_path / "log.json").read_text())["dry_run"] is True


def test_the_log_says_what_was_understood_and_done(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    prompt = "remove the left half of everything, then make everything brighter"
    outcome = cli("edit", scene_file, "--prompt", prompt, "--out", "b.ply", "--json", "log.json")
    assert outcome.code == 0
    half = _left_half(scene_file)
    (entry,) = json.loads((tmp_path / "log.json").read_text())["scenes"]
    assert entry["text"] == prompt
    assert entry["program"] == [
        "remove the left half of everything",
        "multiply brightness of everything by 1.25",
    ]
    assert (entry["gaussians_before"], entry["gaussians_after"]) == (50, 50 - half)
    assert [step["gaussians"] for step in entry["steps"]] == [half, 50 - half]
    assert entry["steps"][0]["operations"] == [f"Delete {half} Gaussians"]


def test_hidden_things_are_saved_none_the_less(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    assert cli("edit", scene_file, "--prompt", "hide the left half of everything", "--out", "b.ply").code == 0
    assert len(load_gaussians(tmp_path / "b.ply")) == 50


def test_the_preview_shows_both_from_the_camera_of_the_file(
    cli: Any, renderer: Any, scene_file: Path, camera_file: Path, tmp_path: Path
) -> None:
    outcome = cli(
        "edit", scene_file, "--prompt", "remove the left half of everything", "--out", "b.ply",
        "--preview", "b.png", "--camera", camera_file, "--frame", "1",
    )  # fmt: skip
    assert outcome.code == 0
    assert [(camera.width, camera.height) for camera, _ in renderer.calls] == [(24, 16)] * 2
    with Image.open(tmp_path / "b.png") as picture:
        width, height = picture.size
    assert width == 2 * 24 + 4
    assert height > 16


def test_an_existing_scene_is_replaced_only_when_that_is_said(
    cli: Any, scene_file: Path, tmp_path: Path
) -> None:
    line = ("edit", scene_file, "--prompt", "move everything up by 1", "--out", scene_file)
    before = scene_file.read_bytes()
    assert cli(*line).code == 2
    assert scene_file.read_bytes() == before
    assert cli(*line, "--overwrite").code == 0
    assert scene_file.read_bytes() != before
    assert [path.name for path in tmp_path.iterdir()] == ["scene.ply"]


@pytest.mark.usefixtures("renderer")
def test_a_failure_while_writing_leaves_no_file_at_all(
    cli: Any, scene_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "b.png")

    monkeypatch.setattr("rowsplat.app.edit_jobs.write_image", fail)
    line = ("edit", scene_file, "--prompt", "move everything up by 1", "--out", "b.ply")
    outcome = cli(*line, "--preview", "b.png", "--json", "b.json")
    assert (outcome.code, outcome.err) == (2, "error: b.png: No space left on device.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["scene.ply"]


def test_labels_of_a_file_are_names(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    weights = np.zeros(50, np.float32)
    weights[:20] = 1.0
    write_labels(tmp_path / "labels.safetensors", {"old vase": weights, "sky": 1.0 - weights})
    line = ("edit", scene_file, "--labels", "labels.safetensors", "--out", "b.ply")
    assert cli(*line, "--prompt", "remove the old vase").code == 0
    assert len(load_gaussians(tmp_path / "b.ply")) == 30


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"vase": np.ones(49, np.float32)}, "vase: expected F32 [50], found F32 [49]"),
        ({"vase": np.full(50, 2.0, np.float32)}, "vase: expected weights from 0 to 1"),
        (b"no labels", "cannot be read"),
    ],
)
def test_labels_of_another_scene_are_refused(
    cli: Any, scene_file: Path, tmp_path: Path, labels: Any, said: str
) -> None:
    path = tmp_path / "l.safetensors"
    if isinstance(labels, bytes):
        path.write_bytes(labels)
    else:
        write_labels(path, labels)
    line = ("edit", scene_file, "--labels", path, "--out", "b.ply", "--prompt", "move everything up by 1")
    outcome = cli(*line)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "b.ply").exists()


def test_what_was_accepted_is_remembered_only_when_that_is_said(
    cli: Any, scene_file: Path, tmp_path: Path
) -> None:
    line = ("edit", scene_file, "--out", "b.ply", "--overwrite", "--prompt", "make everything bigger")
    assert cli(*line).code == 0
    assert cli(*line, "--log", "log.jsonl").code == 0
    assert cli(*line, "--log", "log.jsonl", "--dry-run").code == 0
    (entry,) = [json.loads(text) for text in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert entry == {"text": "make everything bigger", "program": "scale everything by 1.25"}


def test_examples_name_flags_that_exist() -> None:
    assert all(example.startswith("rowsplat edit ") for example in edit.EXAMPLES)


@pytest.fixture
def scene(gaussians: Gaussians) -> EditableScene:
    left = IndexMask.from_bool(gaussians.means[:, 0] < 0)
    return EditableScene.of(gaussians).with_groups({"vase": left})


def test_sentences_edit_scenes_from_python(scene: EditableScene, tmp_path: Path) -> None:
    edited = scene.edit("scale the vase by 1.5").edit("remove it")
    assert len(edited.gaussians) == (scene.gaussians.means[:, 0] >= 0).sum()
    assert len(scene.gaussians) == 50
    edited.save(tmp_path / "b.ply")
    assert len(open_scene(tmp_path / "b.ply").gaussians) == len(edited.gaussians)


def test_an_edit_in_python_can_be_undone_by_a_sentence(scene: EditableScene) -> None:
    again = scene.edit("remove the vase").edit("undo")
    for name in ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs"):
        assert np.shares_memory(getattr(again.gaussians, name), getattr(scene.gaussians, name))


def test_a_sentence_that_fails_leaves_the_scene_as_it_was(scene: EditableScene) -> None:
    with pytest.raises(RowsplatError, match="step 2, remove the dragon"):
        scene.edit("remove the vase, then remove the dragon")
    assert len(scene.gaussians) == 50


def test_labels_are_names_too(scene: EditableScene) -> None:
    weights = (scene.gaussians.means[:, 1] > 0).astype(np.float32)
    labelled = scene.with_labels({"cloud": weights})
    assert set(labelled.names) == {"vase", "cloud"}
    left = labelled.edit("remove the cloud").gaussians
    assert len(left) == (weights == 0).sum()


def test_a_plan_changes_nothing_until_it_is_applied(scene: EditableScene) -> None:
    plan = scene.plan("remove the vase")
    assert len(scene.gaussians) == 50
    assert plan.steps[0].mask == scene.state.groups["vase"]
    assert len(scene.after(plan).gaussians) < 50


def test_a_scene_is_written_in_the_format_of_its_name(cli: Any, tmp_path: Path, gaussians: Gaussians) -> None:
    save_gaussians(gaussians, tmp_path / "scene.spz")
    assert cli("edit", "scene.spz", "--prompt", "move everything up by 1", "--out", "b.splat").code == 0
    assert len(load_gaussians(tmp_path / "b.splat")) == 50
