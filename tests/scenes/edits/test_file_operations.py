"""Inserted scenes and written colours: kept beside the project, applied only to the content they were made with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import load_gaussians, save_gaussians, transform
from rowsplat.scenes.edits import EditProgram, IndexMask, Insert, ReplaceColours
from rowsplat.scenes.edits.similarity import similarity_matrix

from .scenes_and_steps import assert_same_gaussians, assert_same_scene, random_scene

_BASE = random_scene(12)
_MASK = IndexMask.from_indices([1, 5, 6], 12)
_MATRIX = similarity_matrix(np.eye(3), 0.5, [1, 2, 3])


@pytest.fixture
def vase(tmp_path: Path) -> Path:
    save_gaussians(random_scene(5, seed=1, sh_degree=1), tmp_path / "vase.ply")
    return tmp_path / "vase.ply"


def _colours(count: int = 3, bands: int = 16) -> np.ndarray:
    return np.random.default_rng(5).normal(size=(count, bands, 3)).astype(np.float32)


def test_an_insertion_appends_the_scene_moved_and_leaves_the_others(vase: Path) -> None:
    edited = EditProgram().then(Insert.of(vase, _MATRIX)).apply(_BASE)
    assert_same_gaussians(edited.gaussians.select(np.arange(12)), _BASE)
    expected = transform(load_gaussians(vase), _MATRIX)
    added = edited.gaussians.select(np.arange(12, 17))
    np.testing.assert_array_equal(added.means, expected.means)
    np.testing.assert_array_equal(added.sh_coeffs[:, :4], expected.sh_coeffs)
    assert edited.shown.all()


def test_written_colours_replace_those_of_the_mask(tmp_path: Path) -> None:
    operation = ReplaceColours.written(_MASK, _colours(), tmp_path)
    after = EditProgram().then(operation).apply(_BASE).gaussians
    np.testing.assert_array_equal(after.sh_coeffs[[1, 5, 6]], _colours())
    others = _MASK.inverted().indices()
    assert_same_gaussians(after.select(others), _BASE.select(others))


@pytest.mark.parametrize("bands", [1, 4, 16])
def test_written_colours_fit_scenes_of_any_degree(tmp_path: Path, bands: int) -> None:
    base = random_scene(12, sh_degree=1)
    operation = ReplaceColours.written(_MASK, _colours(bands=bands), tmp_path)
    after = EditProgram().then(operation).apply(base).gaussians.sh_coeffs[[1, 5, 6]]
    expected = np.zeros((3, 4, 3), np.float32)
    expected[:, : min(bands, 4)] = _colours(bands=bands)[:, :4]
    np.testing.assert_array_equal(after, expected)


def test_a_project_that_moves_with_its_files_finds_them(tmp_path: Path, vase: Path) -> None:
    operation = ReplaceColours.written(IndexMask.from_indices([0, 16, 3], 17), _colours(), tmp_path)
    program = EditProgram().then(Insert.of(vase, _MATRIX)).then(operation)
    text = json.dumps(program.to_json(tmp_path), allow_nan=False)
    assert str(tmp_path) not in text
    before = program.apply(_BASE)
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in (vase, operation.path):
        path.rename(moved / path.name)
    again = EditProgram.from_json(json.loads(text), count=12, folder=moved)
    assert_same_scene(again.apply(_BASE), before)


def test_json_with_whole_paths_gives_an_equal_program(tmp_path: Path, vase: Path) -> None:
    program = EditProgram().then(ReplaceColours.written(_MASK, _colours(), tmp_path)).then(Insert.of(vase))
    assert EditProgram.from_json(json.loads(json.dumps(program.to_json())), count=12) == program


@pytest.mark.parametrize("change", ["other", "damaged", "gone"])
def test_a_file_that_changed_is_not_taken_for_the_old_one(tmp_path: Path, vase: Path, change: str) -> None:
    inserted, replaced = Insert.of(vase), ReplaceColours.written(_MASK, _colours(), tmp_path)
    for operation in (inserted, replaced):
        if change == "other":
            operation.path.write_bytes(operation.path.read_bytes() + b"?")
        elif change == "damaged":
            operation.path.write_bytes(b"\xff" * 100)
        else:
            operation.path.unlink()
        with pytest.raises(RowsplatError, match=operation.path.name) as failure:
            EditProgram().then(operation).apply(_BASE)
        assert "\n" not in str(failure.value)


def test_a_file_of_other_arrays_is_refused_before_it_is_read(tmp_path: Path) -> None:
    written = ReplaceColours.written(_MASK, _colours(), tmp_path)
    too_few = ReplaceColours(
        mask=IndexMask.from_indices([1], 12), path=written.path, sha256=written.sha256, label="colours"
    )
    with pytest.raises(RowsplatError, match=r"expected sh_coeffs \[1, K, 3\]"):
        EditProgram().then(too_few).apply(_BASE)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("file", "", "expected the name of a file"),
        ("file", "a\0b", "expected the name of a file"),
        ("count", -1, "expected a whole number"),
        ("count", 1 << 40, "expected a whole number"),
        ("matrix", [[0.0] * 4] * 4, "matrix"),
        ("extra", 1, "expected the fields"),
    ],
)
def test_damaged_json_of_an_insertion_names_the_field(
    vase: Path, field: str, value: object, message: str
) -> None:
    written = EditProgram().then(Insert.of(vase)).to_json()
    written["operations"][0][field] = value  # type: ignore[index]
    with pytest.raises(RowsplatError, match=message):
        EditProgram.from_json(written, count=12)
