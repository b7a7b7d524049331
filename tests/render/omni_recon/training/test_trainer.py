"""Steps, checkpoints and the running mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from rowsplat.kernels.errors import SceneFileError
from rowsplat.render.omni_recon.training import (
    ExampleSource,
    Schedule,
    Trainer,
    load_checkpoint,
    save_checkpoint,
    trainer,
)
from rowsplat.render.omni_recon.training.averaging import averaged_copy, update_average
from rowsplat.render.omni_recon.training.losses import Losses

NewTrainer = Callable[..., Trainer]


def _state(trainer: Trainer) -> dict[str, torch.Tensor]:
    """Every number that training changes."""
    state = {f"model {name}": value for name, value in trainer.model.state_dict().items()}
    state |= {f"average {name}": value for name, value in trainer.average.state_dict().items()}
    for index, values in trainer.optimizer.state_dict()["state"].items():
        state |= {f"optimizer {index} {name}": value for name, value in values.items()}
    return {name: value.clone() for name, value in state.items()}


def _differing(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> list[str]:
    assert first.keys() == second.keys()
    return [name for name in first if not torch.equal(first[name], second[name])]


def test_a_resumed_run_is_the_same_bit_for_bit(new_trainer: NewTrainer, tmp_path: Path) -> None:
    straight = new_trainer()
    reports = [straight.train_step() for _ in range(6)]
    stopped = new_trainer()
    for _ in range(3):
        stopped.train_step()
    save_checkpoint(stopped, tmp_path / "checkpoint.pt")
    resumed = new_trainer(seed=0)
    torch.manual_seed(999)
    load_checkpoint(resumed, tmp_path / "checkpoint.pt")
    assert resumed.step == 3
    again = [resumed.train_step() for _ in range(3)]
    assert [report.color for report in again] == [report.color for report in reports[3:]]
    assert [report.gradient for report in again] == [report.gradient for report in reports[3:]]
    assert _differing(_state(straight), _state(resumed)) == []


def test_another_seed_is_another_run(new_trainer: NewTrainer) -> None:
    first, second = new_trainer(seed=1), new_trainer(seed=2)
    second.model.load_state_dict(first.model.state_dict())
    assert first.train_step().color != second.train_step().color


def test_training_on_one_picture_lowers_its_losses(
    new_trainer: NewTrainer, examples: ExampleSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught = new_trainer(rays=64, schedule=Schedule(rate=2e-3, warmup=3))
    monkeypatch.setattr(taught, "_examples", lambda _step: examples(0))
    reports = [taught.train_step() for _ in range(16)]
    first, last = (sum(report.depth for report in part) for part in (reports[:4], reports[-4:]))
    assert last < 0.8 * first


def test_the_rate_of_a_step_is_the_schedules(new_trainer: NewTrainer) -> None:
    trainer = new_trainer()
    for step in range(3):
        trainer.train_step()
        assert trainer.optimizer.param_groups[0]["lr"] == trainer.schedule.at(step)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_step_without_finite_gradient_is_skipped_and_counted(
    new_trainer: NewTrainer, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    broken = new_trainer()
    before = {name: tensor.clone() for name, tensor in broken.model.named_parameters()}

    def _losses(output: object, rays: object, scale: float) -> Losses:
        return Losses(color=broken.model.log_sharpness * value, depth=broken.model.log_sharpness * 0.0)

    monkeypatch.setattr(trainer, "training_losses", _losses)
    broken.train_step()
    assert (broken.step, broken.skipped) == (1, 1)
    assert all(torch.equal(before[name], tensor) for name, tensor in broken.model.named_parameters())
    monkeypatch.undo()
    broken.train_step()
    assert (broken.step, broken.skipped) == (2, 1)
    assert any(not torch.equal(before[name], tensor) for name, tensor in broken.model.named_parameters())


def test_the_mean_follows_the_weights_and_the_statistics(new_trainer: NewTrainer) -> None:
    model = new_trainer().model
    average = averaged_copy(model)
    name = "features.conv1.bn.running_mean"
    with torch.no_grad():
        model.log_sharpness += 1.0
        model.state_dict()[name] += 1.0
    old, old_mean = average.log_sharpness.item(), average.state_dict()[name].clone()
    update_average(average, model, step=10**6)
    assert average.log_sharpness.item() == pytest.approx(old + 0.001)
    assert torch.allclose(average.state_dict()[name], old_mean + 0.001)
    update_average(average, model, step=0)  # the first steps move it far
    assert average.log_sharpness.item() > old + 0.8


def test_the_mean_is_never_trained(new_trainer: NewTrainer) -> None:
    trainer = new_trainer()
    trainer.train_step()
    assert not trainer.average.training
    assert not any(parameter.requires_grad for parameter in trainer.average.parameters())


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _other_version(path: Path) -> None:
    torch.save({"version": 99}, path)


def _tensor_only(path: Path) -> None:
    torch.save(torch.zeros(3), path)


def _without_optimizer(path: Path) -> None:
    content = torch.load(path, weights_only=True)
    del content["optimizer"]
    torch.save(content, path)


@pytest.mark.parametrize(
    "damage", [_truncated, _other_version, _tensor_only, _without_optimizer, Path.unlink]
)
def test_a_damaged_checkpoint_is_told_in_one_line(
    new_trainer: NewTrainer, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    trainer = new_trainer()
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(trainer, path)
    damage(path)
    with pytest.raises(SceneFileError, match=r"checkpoint\.pt.*Delete it to begin anew") as caught:
        load_checkpoint(trainer, path)
    assert "\n" not in str(caught.value)


def test_a_checkpoint_cannot_run_code(new_trainer: NewTrainer, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save({"version": 1, "model": Path("x")}, path)
    with pytest.raises(SceneFileError):
        load_checkpoint(new_trainer(), path)
