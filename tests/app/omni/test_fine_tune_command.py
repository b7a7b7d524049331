"""`rowsplat train-omni --finetune`: its files, going on, stopping, and one line for what goes wrong."""

from __future__ import annotations

import csv
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rowsplat.app.omni.fine_tuning import CHECKPOINT, WEIGHTS
from rowsplat.app.omni.tuning_photos import photos_to_tune
from rowsplat.app.omni_training import LOG
from rowsplat.render.omni_recon import OmniRecon, load_weights
from rowsplat.render.omni_recon.training import StepReport, Trainer, fine_tuning
from safetensors import safe_open

from .generated_photos import shots, write_photos

_SMALL = ("--rays", "16", "--threads", "0", "--parts", "appearance", "--skip-check")


@pytest.fixture
def four_photos(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "four", shots())


@pytest.fixture
def tune(cli: Any, weights: Path, tiny: None, four_photos: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calls the command on four photos, looking at 24 px; photos are measured after every second step."""
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # which the command would set for good
    monkeypatch.setattr(fine_tuning, "_CHECK_EVERY", 2)

    def _call(*flags: object, photos: Path = four_photos, start: Path | None = weights) -> Any:
        given = () if start is None else ("--weights", start)
        return cli("train-omni", "--finetune", photos, "--out", "run", *_SMALL, *given, *flags)

    return _call


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / LOG).open() as file:
        return list(csv.DictReader(file))


def _weights(path: Path) -> dict[str, torch.Tensor]:
    model = OmniRecon()
    load_weights(model, path)
    return model.state_dict()


def test_the_same_line_goes_on_and_the_weights_are_never_worse(
    tune: Any, cli: Any, weights: Path, four_photos: Path, tmp_path: Path
) -> None:
    first = tune("--steps", "3")
    assert first.code == 0, first.err
    assert "3 photos to learn from, 1 held out" in first.out
    assert " dB" in first.out.splitlines()[-1]
    assert "all is done after 3 steps; give more --minutes or --steps" in tune("--steps", "3").out
    assert "going on at step 3" in tune("--steps", "4").out
    folder = tmp_path / "run"
    assert sorted(path.name for path in folder.iterdir()) == sorted([CHECKPOINT, LOG, WEIGHTS])
    rows = _rows(folder)
    assert [row["step"] for row in rows] == ["2", "3", "4"]
    best = [float(row["best_psnr"]) for row in rows]
    assert best == sorted(best)
    found, given = _weights(folder / WEIGHTS), _weights(weights)
    changed = {name for name in given if not torch.equal(given[name], found[name])}
    assert all(name.startswith("appearance.") for name in changed)
    with safe_open(folder / WEIGHTS, framework="pt") as file:
        figures = {name: float(value) for name, value in file.metadata().items()}
    assert figures["psnr"] == pytest.approx(best[-1], rel=1e-5)
    assert bool(changed) or figures["psnr"] == figures["psnr_before"]
    assert figures["psnr"] >= figures["psnr_before"]


def test_a_stopped_run_keeps_its_steps(tune: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one_step = Trainer.train_step

    def _stopped_in_the_third(trainer: Trainer) -> StepReport:
        if trainer.step == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return one_step(trainer)

    monkeypatch.setattr(Trainer, "train_step", _stopped_in_the_third)
    assert tune("--steps", "9").code == 130
    assert torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["step"] == 3
    assert (tmp_path / "run" / WEIGHTS).is_file()


def test_minutes_count_those_of_earlier_starts(tune: Any) -> None:
    assert tune("--steps", "9", "--minutes", "0.01").code == 0
    assert "all is done" in tune("--steps", "9", "--minutes", "0.01").out


def test_a_project_brings_its_photos_weights_and_settings(tune: Any, finished: Path) -> None:
    project = finished / "project.rowsplat"
    refused = tune("--steps", "1", photos=project, start=None)  # three photos
    assert refused.code == 2
    assert "at least 4 photos, found 3" in refused.err
    content = json.loads(project.read_text())
    write_photos(finished.parent / "photos", shots())
    content["omni_recon"] |= {"near": 0.5, "far": 30.0, "max_side": 22}
    project.write_text(json.dumps(content))
    found = photos_to_tune(
        project,
        resolution=None,
        source_views=None,
        near=None,
        far=None,
        skip_check=False,
        on_step=lambda *_: None,
    )
    assert (found.near, found.far, found.looking.max_side, len(found.photo_set)) == (0.5, 30.0, 22, 4)


def test_photos_for_tests_are_not_looked_at(tune: Any, tmp_path: Path) -> None:
    def _divide(content: dict[str, Any]) -> None:
        names = [frame["file_path"] for frame in content["frames"]]
        content["train_filenames"], content["test_filenames"] = names[:4], names[4:]

    folder = write_photos(tmp_path / "divided", shots(5), change=_divide)
    (folder / "images" / "4.png").write_bytes((folder / "images" / "4.png").read_bytes()[:2000])
    outcome = tune("--steps", "1", photos=folder)
    assert outcome.code == 0, outcome.err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--minutes", "0"], "--minutes must be between"),
        (["--minutes", "-1"], "--minutes must be between"),
        (["--width", "64"], "--width goes with training on generated scenes, not with --finetune"),
        (["--planes", "0"], "--planes goes with training on generated scenes"),
        (["--validation-scenes", "2"], "--validation-scenes goes with training on generated scenes"),
        (["--weights", "nowhere.safetensors"], "nowhere.safetensors: no such file"),
        (["--weights", f"run/{WEIGHTS}"], "no such file"),
        (["--finetune", "nowhere"], "nowhere: no such file or folder"),
        (["--resolution", "4"], "--resolution must make the longer side 16 to 2048"),
        (["--source-views", "1"], "--source-views must be between 2 and 16"),
        (["--near", "3", "--far", "2"], "must be"),
    ],
)
def test_what_goes_wrong_is_one_line_and_nothing_is_written(
    tune: Any, tmp_path: Path, flags: list[str], words: str
) -> None:
    outcome = tune(*flags)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.err.splitlines()[-1].startswith("error: ")
    assert sum(line.startswith("error") for line in outcome.err.splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_flags_of_fine_tuning_need_it(cli: Any) -> None:
    for flags in (("--weights", "x"), ("--parts", "all"), ("--skip-check",), ("--near", "1")):
        outcome = cli("train-omni", "--out", "run", *flags)
        assert outcome.code == 2
        assert outcome.err == f"error: {flags[0]} goes with --finetune PHOTOS.\n"


def test_another_run_is_not_gone_on_with(tune: Any, tmp_path: Path) -> None:
    assert tune("--steps", "1").code == 0
    before = (tmp_path / "run" / CHECKPOINT).read_bytes()
    outcome = tune("--steps", "2", "--rate", "0.01")
    assert outcome.code == 2
    assert "is of a fine-tuning with other rate. Choose another --out" in outcome.err
    own = tune("--steps", "2", start=Path("run") / WEIGHTS)
    assert own.code == 2
    assert "is what fine-tuning will write" in own.err
    assert (tmp_path / "run" / CHECKPOINT).read_bytes() == before
    np.testing.assert_equal([row["step"] for row in _rows(tmp_path / "run")], ["1"])


def test_without_weights_the_line_says_how_to_get_some(tune: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rowsplat.app.omni import network

    monkeypatch.setattr(network, "omni_recon_weights_path", lambda: Path("none.safetensors"))
    outcome = tune(start=None)
    assert outcome.code == 2
    assert "Give a file with --weights FILE" in outcome.err
