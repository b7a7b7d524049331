"""Fine-tuning to photos: who is learned from, what changes, and that the result is never worse than what was given."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from rowsplat.kernels.errors import RowsplatError, SceneFileError
from rowsplat.render.omni_recon import OmniRecon, ReconstructionOptions
from rowsplat.render.omni_recon.held_out import held_out
from rowsplat.render.omni_recon.training import (
    FineTuning,
    FineTuningOptions,
    PhotoExamples,
    Trainer,
    TrainingExample,
    TunedParts,
    load_checkpoint,
    photo_examples,
    photos_to_learn_from,
    save_checkpoint,
)
from rowsplat.render.omni_recon.training.validation import validate
from rowsplat.scenes.photo_sets import Photo, PhotoSet

from ..sphere_scene import orbiting, sphere_picture

LOOKING = ReconstructionOptions(max_side=44, volume_resolution=8, samples=4, planes=16)
OPTIONS = FineTuningOptions(rays=24, measured_rays=48, rate=2e-3)
_MODULES = {
    TunedParts.ALL: {"features", "volume", "geometry", "appearance", "log_sharpness"},
    TunedParts.ALL_BUT_VOLUME: {"features", "geometry", "appearance", "log_sharpness"},
    TunedParts.BRANCHES: {"geometry", "appearance", "log_sharpness"},
    TunedParts.COLORS: {"features", "appearance"},
    TunedParts.APPEARANCE: {"appearance"},
}


@cache
def photos(count: int = 6) -> PhotoSet:
    return PhotoSet(
        name="sphere",
        photos=tuple(
            Photo(
                name=f"p{index}",
                camera=camera,
                source=np.rint(255 * sphere_picture(camera)).astype(np.uint8),
                near_far=(4.0, 9.5),
            )
            for index, camera in enumerate(orbiting(count, step_deg=9.0))
        ),
    )


@cache
def network() -> OmniRecon:
    torch.manual_seed(5)
    made = OmniRecon(LOOKING.config(0.1)).eval()
    made.start_at_prior()
    return made


def _tuning(parts: TunedParts = TunedParts.APPEARANCE, options: FineTuningOptions = OPTIONS) -> FineTuning:
    return FineTuning(network(), photos(), LOOKING, replace(options, parts=parts))


def _state(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def _changed(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> set[str]:
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize("count", [4, 7, 8, 15, 16, 25, 32, 200])
def test_every_eighth_photo_is_held_out_and_at_most_four(count: int) -> None:
    found = held_out(range(count))
    assert len(found) == min(4, max(1, count // 8))
    gaps = np.diff([-1, *found, count])
    assert gaps.max() - gaps.min() <= count // len(found) // 2 + 2
    assert found == held_out(list(range(count)))


def test_photos_that_are_held_out_are_neither_learned_from_nor_looked_at_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = PhotoExamples(photos(), LOOKING)
    hidden = set(made.held_out_names)
    assert hidden
    assert hidden.isdisjoint(made.target_names)
    assert hidden | set(made.target_names) == set(photos().names)
    centers = {photo.name: photo.camera.position for photo in photos()}
    seen: set[int] = set()
    for step in range(30):
        example = made(step)
        seen.add(id(example))
        for camera in (example.camera, *example.sources.cameras):
            assert min(np.linalg.norm(camera.position - centers[name]) for name in hidden) > 1e-6
        for camera in example.sources.cameras:
            assert np.linalg.norm(camera.position - example.camera.position) > 1e-6
    assert len(seen) == len(made.target_names)  # each is made once and then kept


def test_of_a_divided_set_only_photos_for_training_are_learned_from() -> None:
    divided = replace(
        photos(),
        photos=tuple(
            replace(photo, split="test" if index % 3 == 0 else "train")
            for index, photo in enumerate(photos())
        ),
    )
    assert photos_to_learn_from(divided).names == ("p1", "p2", "p4", "p5")
    assert photos_to_learn_from(photos()) is photos()


def test_what_is_kept_of_photos_is_bounded_and_all_get_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_examples, "_MOST_BYTES", 1)
    made = PhotoExamples(photos(), LOOKING)
    turn: list[str] = []

    def _example(index: int, *, only_shown: bool) -> str:
        turn.append(photos().names[index])
        return turn[-1]

    monkeypatch.setattr(made, "_example", _example)
    for step in range(150):
        assert made(step) in made.target_names
        assert len(made._kept) <= 2
    assert set(turn) == set(made.target_names)
    assert len(turn) < 60  # and not one for each step


def test_rays_are_drawn_where_photos_show_something() -> None:
    alpha = np.zeros((36, 44), np.uint8)
    alpha[10:14, 30:33] = 255
    cut_out = replace(
        photos(),
        photos=tuple(
            replace(photo, source=np.dstack([np.asarray(photo.source), alpha])) for photo in photos()
        ),
    )
    made = PhotoExamples(cut_out, LOOKING)
    counted = made(0).counted
    assert counted is not None
    assert bool(counted[10:14, 30:33].all())
    assert counted.float().mean() < 0.2
    assert all(example.counted is None for example in made.validation())


@pytest.mark.parametrize("parts", TunedParts)
def test_only_what_is_tuned_changes_and_never_the_statistics(parts: TunedParts) -> None:
    tuning = _tuning(parts)
    given, before = _state(network()), _state(tuning.trainer.model)
    for _ in range(2):
        tuning.train_step()
    changed = _changed(before, _state(tuning.trainer.model))
    assert {name.split(".")[0] for name in changed} == _MODULES[parts]
    assert not any("running" in name or "num_batches" in name for name in changed)
    assert _changed(given, _state(network())) == set()


@pytest.mark.parametrize("parts", [TunedParts.BRANCHES, TunedParts.APPEARANCE])
def test_photos_encoded_once_give_the_gradients_of_photos_encoded_in_each_step(parts: TunedParts) -> None:
    def _gradients(of: TunedParts, example: TrainingExample) -> dict[str, torch.Tensor]:
        tuning = _tuning(of)
        kept: dict[str, torch.Tensor] = {}
        one = Trainer(tuning.trainer.model, lambda _: example, tuning.trainer.schedule, rays=24, parts=of)
        one.train_step()
        for name, parameter in one.model.named_parameters():
            if parameter.grad is not None:
                kept[name] = parameter.grad.clone()
        return kept

    encoded = _tuning(parts).examples(0)
    assert encoded.encoded is not None
    ours = _gradients(parts, encoded)
    expected = _gradients(TunedParts.ALL, replace(encoded, encoded=None))
    assert {name.split(".")[0] for name in ours} == _MODULES[parts]
    scale = torch.cat([ours[name].flatten() for name in ours]).dot(
        torch.cat([expected[name].flatten() for name in ours])
    ) / sum(expected[name].square().sum() for name in ours)
    for name, gradient in ours.items():  # gradients of all are clipped together
        torch.testing.assert_close(gradient, scale * expected[name], rtol=1e-3, atol=1e-6)


def test_learning_lowers_the_error_of_photos_that_were_held_out() -> None:
    mistaken = copy.deepcopy(network())
    with torch.no_grad():
        mistaken.geometry.distance[-1].bias += 0.01  # every surface is too far away
    options = replace(OPTIONS, parts=TunedParts.BRANCHES, rate=3e-3)
    tuning = FineTuning(mistaken, photos(), LOOKING, options)
    tuning.begin()
    for _ in range(10):
        tuning.train_step()
    assert tuning.check()
    assert tuning.best_psnr > tuning.first_psnr + 1.0
    again = validate(tuning.best, tuning.examples.validation(), rays=OPTIONS.measured_rays).psnr
    assert again == pytest.approx(tuning.best_psnr)


def test_what_comes_back_is_never_worse_than_what_was_given() -> None:
    tuning = _tuning(TunedParts.BRANCHES, replace(OPTIONS, rate=0.5))
    tuning.begin()
    for _ in range(3):
        tuning.train_step()
        tuning.check()
    assert tuning.last_psnr < tuning.first_psnr  # so large a rate spoils the network
    assert tuning.best_psnr == tuning.first_psnr
    assert _changed(_state(network()), _state(tuning.best)) == set()


def test_a_run_that_is_gone_on_with_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    def _go(tuning: FineTuning, steps: int) -> None:
        tuning.begin()
        for _ in range(steps):
            tuning.train_step()
            tuning.check()

    straight, stopped, resumed = (_tuning(TunedParts.BRANCHES) for _ in range(3))
    _go(straight, 4)
    _go(stopped, 2)
    stopped.save(tmp_path / "run.pt", {"photos": "sphere"})
    assert resumed.load(tmp_path / "run.pt") == {"photos": "sphere"}
    _go(resumed, 2)
    assert resumed.trainer.step == 4
    for first, second in (
        (straight.trainer.model, resumed.trainer.model),
        (straight.trainer.average, resumed.trainer.average),
        (straight.best, resumed.best),
    ):
        assert _changed(_state(first), _state(second)) == set()
    assert (straight.first_psnr, straight.best_psnr) == (resumed.first_psnr, resumed.best_psnr)


def test_another_kind_of_checkpoint_is_one_line(tmp_path: Path) -> None:
    trainer = _tuning().trainer
    save_checkpoint(trainer, tmp_path / "run.pt")
    with pytest.raises(SceneFileError, match=r"run\.pt: holds no fine-tuning") as caught:
        _tuning().load(tmp_path / "run.pt")
    assert "\n" not in str(caught.value)
    with pytest.raises(SceneFileError, match="holds no such run"):
        _tuning(TunedParts.BRANCHES).load(tmp_path / "run.pt")
    assert load_checkpoint(trainer, tmp_path / "run.pt") == {}


def test_fewer_than_four_photos_are_refused() -> None:
    with pytest.raises(RowsplatError, match="at least 4 photos, found 3"):
        PhotoExamples(photos().taking([0, 1, 2]), LOOKING)
