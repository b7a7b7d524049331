"""Figures, by oracles."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rowsplat.render.omni_recon.sample_inputs import SampleInputs
from rowsplat.render.omni_recon.training import (
    PictureSize,
    Trainer,
    validate,
    validation,
    validation_examples,
)
from rowsplat.render.omni_recon.training.examples import example_of
from rowsplat.render.omni_recon.training.scene_views import SceneViews
from rowsplat.render.omni_recon.training.validation import figures
from torch import nn

from ..sphere_scene import CENTER, SPHERE_RADIUS, SphereGeometry


def test_figures_of_known_errors() -> None:
    found = figures(
        [torch.full((4, 3), 0.01), torch.full((9, 3), 0.0001)], torch.tensor([0.01, 0.04, 0.05, 0.06, 0.5])
    )
    assert found.psnr == pytest.approx(30.0)
    assert found.depth_error == pytest.approx(0.05)
    assert found.depth_close == pytest.approx(3 / 5)


def test_nothing_measured_is_no_number_and_perfection_is_finite() -> None:
    nothing = figures([torch.zeros(0, 3)], torch.zeros(0))
    assert math.isnan(nothing.psnr)
    assert math.isnan(nothing.depth_error)
    assert math.isnan(nothing.depth_close)
    assert figures([torch.zeros(2, 3)], torch.zeros(2)).psnr == pytest.approx(100.0)


class _MovedSphere(nn.Module):
    """The true sphere, whatever the unit frame is."""

    def __init__(self, scale: float, center: torch.Tensor) -> None:
        super().__init__()
        self.sphere, self.center = SphereGeometry(SPHERE_RADIUS / scale), center

    def forward(self, samples: SampleInputs) -> torch.Tensor:
        return self.sphere(replace(samples, points=samples.points - self.center))


def test_true_geometry_has_good_depths_and_none_has_not(
    sphere: SceneViews, new_trainer: Callable[..., Trainer]
) -> None:
    example = example_of(sphere, 2, [1, 3, 4], (0.85, 1.2))
    model = new_trainer().model
    model.config = replace(model.config, coarse_samples=64, fine_samples=64)
    guessed = validate(model, [example])
    frame = model.encode(example.sources, example.bounds).normalisation
    center = torch.tensor(frame.rotation @ (CENTER - frame.center) / frame.scale, dtype=torch.float32)
    model.geometry = _MovedSphere(frame.scale, center)
    with torch.no_grad():
        model.log_sharpness.fill_(0.6)
    known = validate(model, [example])
    assert known.depth_error < 0.01 < guessed.depth_error
    assert known.depth_close > 0.95 > guessed.depth_close


def test_validation_gives_the_same_figures_again_and_leaves_the_network_alone(
    sphere: SceneViews, new_trainer: Callable[..., Trainer]
) -> None:
    trainer = new_trainer()
    example = example_of(sphere, 2, [1, 3, 4], (0.85, 1.2))
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    first = validate(trainer.model, [example], rays=50)
    torch.rand(3)
    assert validate(trainer.model, [example], rays=50) == first
    assert trainer.model.training
    assert all(torch.equal(value, before[name]) for name, value in trainer.model.state_dict().items())


def test_held_out_scenes_are_none_that_are_trained_on(
    sphere: SceneViews, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[int] = []

    def _scene(_folder: Path, seed: int, _width: int, _height: int) -> SceneViews:
        asked.append(seed)
        return sphere

    monkeypatch.setattr(validation, "cached_scene", _scene)
    examples = validation_examples(tmp_path, PictureSize(width=44, height=36), 3)
    assert len(set(asked)) == len(examples) == 3
    assert min(asked) > 10**6  # the most that --scenes takes
    assert all(example.camera not in example.sources.cameras for example in examples)
