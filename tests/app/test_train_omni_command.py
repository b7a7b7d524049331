"""`rowsplat train-omni`: its files, going on, and stopping."""

from __future__ import annotations

import csv
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rowsplat.app.omni_training import CHECKPOINT, LOG, WEIGHTS, stop_requests
from rowsplat.render.omni_recon import OmniRecon, load_weights
from rowsplat.render.omni_recon.training import StepReport, Trainer, examples, validation
from rowsplat.render.omni_recon.training.scene_views import SceneViews
from rowsplat.scenes import Camera

_SIZE = 32
_SETTINGS = {"width": _SIZE, "height": _SIZE, "rays": 16, "volume": 8, "samples": 4, "validation-scenes": 1}
_FLAGS = [part for name, value in _SETTINGS.items() for part in (f"--{name}", str(value))] + [
    "--threads",
    "0",
]


@pytest.fixture
def train(cli: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calls the command on a scene of noise at depth 3."""
    cameras = tuple(
        Camera.orbit(
            (0, 0, 0), distance=3.0, azimuth_deg=10.0 * k, elevation_deg=5.0, width=_SIZE, height=_SIZE
        )
        for k in range(5)
    )
    views = SceneViews(
        images=np.random.default_rng(1).integers(0, 256, (5, _SIZE, _SIZE, 3), dtype=np.uint8),
        depths=np.full((5, _SIZE, _SIZE), 3.0, dtype=np.float16),
        cameras=cameras,
    )
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # which the command would set for good
    for module in (examples, validation):
        monkeypatch.setattr(module, "cached_scene", lambda *_args: views)
    return lambda *flags: cli("train-omni", "--out", "run", *_FLAGS, *flags)


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / LOG).open() as file:
        return list(csv.DictReader(file))


def test_the_same_line_goes_on_where_the_run_stopped(train: Any, tmp_path: Path) -> None:
    assert train("--steps", "2").code == 0
    assert train("--steps", "2").out.endswith("all 2 steps are done; give more --steps to go on\n")
    assert "going on at step 2" in train("--steps", "3").out
    folder = tmp_path / "run"
    rows = _rows(folder)
    assert [row["step"] for row in rows] == ["2", "3"]
    for row in rows:
        assert all(np.isfinite(float(value)) for value in row.values())
    assert sorted(path.name for path in folder.iterdir()) == sorted([CHECKPOINT, LOG, WEIGHTS])
    model = OmniRecon()
    load_weights(model, folder / WEIGHTS)
    average = torch.load(folder / CHECKPOINT, weights_only=True)["average"]
    assert all(torch.equal(value, average[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_keeps_all_its_steps(
    train: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    one_step = Trainer.train_step

    def _stopped_in_the_second(trainer: Trainer) -> StepReport:
        if trainer.step == 1:
            os.kill(os.getpid(), number)
        return one_step(trainer)

    monkeypatch.setattr(Trainer, "train_step", _stopped_in_the_second)
    handler = signal.getsignal(signal.SIGINT)
    assert train("--steps", "9").code == code
    assert signal.getsignal(signal.SIGINT) == handler
    assert torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["step"] == 2
    assert [row["step"] for row in _rows(tmp_path / "run")] == ["2"]


def test_minutes_end_a_run(train: Any) -> None:
    outcome = train("--steps", "100000", "--minutes", "0.01")
    assert outcome.code == 0
    assert "of 100000" in outcome.out


def test_a_damaged_checkpoint_is_one_line(train: Any, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"nonsense")
    outcome = train("--steps", "2")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith(f"error: run/{CHECKPOINT}: ")


def test_the_second_signal_is_not_held_back() -> None:
    def _first(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, _first)
    try:
        with stop_requests() as stop:
            os.kill(os.getpid(), signal.SIGINT)
            assert stop.exit_code == 130
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is _first
    finally:
        signal.signal(signal.SIGINT, before)
