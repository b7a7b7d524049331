"""`rowsplat adapt`, and what it learned seen by `rowsplat lift --maps adapted`."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from rowsplat.render.omni_recon import OmniRecon, save_weights
from rowsplat.render.omni_recon.adaptation import adapting, load_adapter

from .generated_photos import HEIGHT, WIDTH

_FLAGS = ("--labels", "labels", "--out", "a.safetensors", "--steps", "2", "--rays", "16", "--rank", "1")


@pytest.fixture
def project(finished: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # which the commands would set for good
    return finished / "project.rowsplat"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Of two of three photos: left halves are 4, right halves 9."""
    folder = tmp_path / "labels"
    folder.mkdir()
    numbers = np.full((HEIGHT, WIDTH), 4, np.uint8)
    numbers[:, WIDTH // 2 :] = 9
    for index in (0, 2):
        Image.fromarray(numbers).save(folder / f"{index}.png")
    channels = [{"name": "left", "color": [9, 8, 7], "value": 4}]
    (folder / "legend.json").write_text(json.dumps({"channels": channels}))
    return folder


def test_what_was_learned_is_lifted_like_other_labels(
    cli: Any, project: Path, labels: Path, tmp_path: Path
) -> None:
    made = cli("adapt", project, *_FLAGS)
    assert made.code == 0, made.err
    assert "2 classes from 2 photos, error from" in made.out
    lifted = cli("lift", project, "--maps", "adapted", "a.safetensors", "--out", "seen", "--width", "20")
    assert lifted.code == 0, lifted.err
    painted = tmp_path / "labels"
    Image.open(painted / "0.png").save(painted / "1.png")
    assert cli("lift", project, "--maps", "labels", "labels", "--out", "like", "--width", "20").code == 0
    names = [sorted(path.name for path in (tmp_path / folder).iterdir()) for folder in ("seen", "like")]
    assert names[0] == names[1]
    seen, like = (json.loads((tmp_path / f / "legend.json").read_text()) for f in ("seen", "like"))
    assert seen["channels"] == like["channels"]
    assert seen["maps"] == "adapted a.safetensors"
    with np.load(tmp_path / "seen" / "view_00000.npz") as file:
        assert file["map"].shape == (2, 15, 20)
        known = file["labels"] != 255
        assert set(np.unique(file["labels"][known])) <= {4, 9}
        with Image.open(tmp_path / "seen" / "view_00000.png") as picture:
            np.testing.assert_array_equal(np.asarray(picture), file["labels"])


def test_stopping_writes_what_was_learned(
    cli: Any, project: Path, labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_step = adapting._Adapting._step

    def _stopped_in_the_first(self: Any, factor: float) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        one_step(self, factor)

    monkeypatch.setattr(adapting._Adapting, "_step", _stopped_in_the_first)
    assert cli("adapt", project, *_FLAGS).code == 130
    assert load_adapter(tmp_path / "a.safetensors").legend.channels[0].name == "left"


def test_views_need_the_weights_that_were_adapted(
    cli: Any, project: Path, labels: Path, tmp_path: Path
) -> None:
    torch.manual_seed(9)
    save_weights(OmniRecon(), tmp_path / "other.safetensors")
    assert cli("adapt", project, *_FLAGS, "--weights", "other.safetensors", "--steps", "1").code == 0
    refused = cli("lift", project, "--maps", "adapted", "a.safetensors", "--out", "seen", "--width", "16")
    assert refused.code == 2
    assert "the adapter is for other weights of the network" in refused.err
    assert not (tmp_path / "seen").exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--labels", "nowhere"], "nowhere: no such file or folder"),
        (["--labels", "run"], "expected labels of some photos, such as 0.png, found none"),
        (["--out", "a.bin"], "a.bin: expected a file that ends in .safetensors"),
        (["--out", "no/a.safetensors"], "no/a.safetensors"),
        (["--rank", "65"], "--rank must be between 0 and 64"),
        (["--steps", "0"], "--steps must be between"),
        (["--minutes", "0"], "--minutes must be between"),
        (["--weights", "nowhere"], "nowhere: no such file or folder"),
    ],
)
def test_what_goes_wrong_is_one_line_and_nothing_is_written(
    cli: Any, project: Path, labels: Path, tmp_path: Path, flags: list[str], words: str
) -> None:
    outcome = cli("adapt", project, *_FLAGS, *flags)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.err.splitlines()[-1].startswith("error: ")
    assert not list(tmp_path.glob("a.*"))


def test_a_file_that_is_no_adapter_is_one_line(
    cli: Any, project: Path, weights: Path, tmp_path: Path
) -> None:
    for flags, words in (
        (("adapted", weights), "is no adapter for this network"),
        (("adapted", "photos/transforms.json"), "is no safetensors file"),
        (("adapted",), "expected --maps adapted FILE"),
    ):
        outcome = cli("lift", project, "--maps", *flags, "--out", "seen")
        assert outcome.code == 2
        assert words in outcome.err
        assert outcome.err.count("\n") == 1
