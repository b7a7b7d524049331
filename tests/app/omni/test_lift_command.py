"""`rowsplat lift`: pictures, arrays and a legend of every view, all or nothing, and one line for what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rowsplat.app.omni import lifting

from .generated_photos import HEIGHT, WIDTH

_CAMERAS = ("--camera", "photos/transforms.json")


@pytest.fixture
def project(finished: Path) -> Path:
    return finished / "project.rowsplat"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Left halves are 4, right halves 9."""
    folder = tmp_path / "labels"
    folder.mkdir()
    numbers = np.full((HEIGHT, WIDTH), 4, np.uint8)
    numbers[:, WIDTH // 2 :] = 9
    for index in range(3):
        Image.fromarray(numbers).save(folder / f"{index}.png")
    return folder


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_edges_are_written_for_every_camera(cli: Any, project: Path, tmp_path: Path) -> None:
    outcome = cli("lift", project, "--maps", "edges", "--out", "edges", *_CAMERAS, "--compare")
    assert outcome.code == 0, outcome.err
    assert "edges: edges (1 channel) in 3 views of 24x18, each from 3 photos" in outcome.out
    stems = [f"view_{index:05d}" for index in range(3)]
    suffixes = ("-picture.png", "-render-then-predict.png", ".npz", ".png")
    assert _files(tmp_path / "edges") == sorted(["legend.json", *(s + x for s in stems for x in suffixes)])
    content = json.loads((tmp_path / "edges" / "legend.json").read_text())
    assert (content["kind"], content["maps"]) == ("values", "edges")
    for stem, view in zip(stems, content["views"], strict=True):
        with np.load(tmp_path / "edges" / f"{stem}.npz") as file:
            amounts, predicted = file["map"], file["render_then_predict"]
            assert file["K"].shape == (3, 3)
        assert amounts.shape == predicted.shape == (1, view["height"], view["width"])
        with Image.open(tmp_path / "edges" / f"{stem}.png") as picture:
            np.testing.assert_allclose(np.asarray(picture), 255 * np.clip(amounts[0], 0, 1), atol=0.51)


def test_the_view_itself_can_have_a_say(cli: Any, project: Path, tmp_path: Path) -> None:
    found = list[np.ndarray]()
    for out, flags in (("lifted", ["--compare"]), ("both", ["--with-view"])):
        outcome = cli("lift", project, "--maps", "edges", "--out", out, *_CAMERAS, *flags)
        assert outcome.code == 0, outcome.err
        with np.load(tmp_path / out / "view_00000.npz") as file:
            found.append(file["map"])
            if flags == ["--compare"]:
                found.append(file["render_then_predict"])
            else:
                agreeing, opacity = file["agreeing"], file["opacity"]
    lifted, predicted, both = found
    assert 0.0 < agreeing.mean() <= agreeing.max() <= 3.0
    weight = 3.0 * np.minimum(agreeing / 2.0, 1.0) * np.clip(opacity, 0.0, 1.0)
    np.testing.assert_allclose(both, (weight * lifted + 2.0 * predicted) / (weight + 2.0), atol=2e-3)


def test_lifted_labels_can_be_lifted_again(cli: Any, project: Path, labels: Path, tmp_path: Path) -> None:
    outcome = cli("lift", project, "--maps", "labels", labels, "--out", "lifted", *_CAMERAS)
    assert outcome.code == 0, outcome.err
    known = set()
    for index in range(3):
        with Image.open(tmp_path / "lifted" / f"view_{index:05d}.png") as picture:
            numbers = np.asarray(picture)
            assert picture.mode == "P"
            known |= set(np.unique(numbers).tolist())
        with np.load(tmp_path / "lifted" / f"view_{index:05d}.npz") as file:
            np.testing.assert_array_equal(file["labels"], numbers)
        (tmp_path / "lifted" / f"view_{index:05d}.png").rename(tmp_path / "lifted" / f"{index}.png")
    assert {4, 9} <= known <= {4, 9, 255}
    again = cli("lift", project, "--maps", "labels", "lifted", "--out", "again")
    assert again.code == 0, again.err
    first, second = (
        json.loads((tmp_path / name / "legend.json").read_text()) for name in ("lifted", "again")
    )
    assert first["channels"] == second["channels"]


def test_features_are_shown_in_colours(cli: Any, project: Path, tmp_path: Path) -> None:
    stack = np.random.default_rng(0).normal(size=(3, 5, 9, 12)).astype(np.float32)
    np.save(tmp_path / "stack.npy", stack)
    outcome = cli("lift", project, "--maps", "features", "stack.npy", "--out", "f", "--width", "20")
    assert outcome.code == 0, outcome.err
    with np.load(tmp_path / "f" / "view_00000.npz") as file:
        assert file["map"].shape == (5, 15, 20)
    with Image.open(tmp_path / "f" / "view_00000.png") as picture:
        assert (picture.mode, picture.size) == ("RGB", (20, 15))


def test_cancelling_leaves_nothing(
    cli: Any, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _cancel(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lifting.MapFiles, "finish", _cancel)
    before = _files(tmp_path)
    assert cli("lift", project, "--maps", "keypoints", "--out", "k", "--width", "16").code == 130
    assert _files(tmp_path) == before


def test_a_folder_that_holds_something_is_left_alone(cli: Any, project: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("x")
    flags = ("lift", project, "--maps", "edges", "--out", "full", "--width", "16")
    refused = cli(*flags)
    assert refused.code == 2
    assert "full: is not empty" in refused.err
    assert cli(*flags, "--force").code == 0
    assert (tmp_path / "full" / "mine.txt").read_text() == "x"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (
            ["--maps", "lines"],
            "--maps must be one of edges, keypoints, hed, labels, features, clipseg, adapted, got lines",
        ),
        (["--maps", "labels"], "expected --maps labels DIR"),
        (["--maps", "edges", "x"], "expected --maps edges, got"),
        (["--maps", "labels", "nowhere"], "nowhere: no such file or folder"),
        (["--maps", "features", "photos/transforms.json"], "expected features in .npz, .npy or .onnx"),
        (["--maps", "edges", "--classes"], "--classes goes with"),
        (["--maps", "edges", "--words", "chair"], "--words goes with"),
        (["--maps", "clipseg", "photos"], "needs --words"),
        (["--maps", "clipseg", "photos", "--words", "chair"], "config.json"),
        (["--maps", "edges", "--source-views", "1"], "--source-views must be between 2 and 16"),
        (["--maps", "edges", "--out", "no/where"], "the folder no does not exist"),
        (["--maps", "labels", "labels", "--compare"], "--compare goes with what looks at pictures"),
        (["--maps", "labels", "labels", "--with-view"], "--with-view goes with what looks at pictures"),
    ],
)
def test_what_goes_wrong_is_one_line_and_nothing_is_written(
    cli: Any, project: Path, labels: Path, tmp_path: Path, flags: list[str], words: str
) -> None:
    out = () if "--out" in flags else ("--out", "out")
    outcome = cli("lift", project, *flags, *out)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.err.splitlines()[-1].startswith("error: ")
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_what_was_not_reconstructed_cannot_be_lifted(cli: Any, project: Path) -> None:
    content = json.loads(project.read_text())
    del content["omni_recon"]
    project.write_text(json.dumps(content))
    outcome = cli("lift", project, "--maps", "edges", "--out", "out")
    assert outcome.code == 2
    assert "holds no photos that were reconstructed" in outcome.err
