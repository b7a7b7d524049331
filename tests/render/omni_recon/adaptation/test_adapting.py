"""Adapting: the loss falls, nothing but head and changes moves, and a saved adapter tells the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from rowsplat.kernels.errors import SceneFileError
from rowsplat.render.omni_recon import OmniConfig, OmniRecon
from rowsplat.render.omni_recon.adaptation import (
    UNKNOWN,
    AdaptedModel,
    Adapter,
    AdaptOptions,
    Task,
    TaskExample,
    TaskKind,
    adapt,
    load_adapter,
    save_adapter,
)
from rowsplat.render.omni_recon.adaptation.low_rank import (
    adapted_layers,
    changes_of,
    merged,
    with_low_rank,
)
from rowsplat.render.omni_recon.training.examples import example_of, nearest_views
from rowsplat.render.omni_recon.training.scene_views import cast_scene

SEED, WIDTH, HEIGHT = 11, 40, 30
TASK = Task(kind=TaskKind.CLASSES, channels=2)
OPTIONS = AdaptOptions(rank=2, steps=40, rays=96, planes=16)


@pytest.fixture
def model() -> OmniRecon:
    torch.manual_seed(5)
    made = OmniRecon(
        OmniConfig(volume_resolution=8, coarse_samples=6, fine_samples=4, guided_samples=6)
    ).eval()
    made.start_at_prior()
    return made


@cache
def examples() -> tuple[TaskExample, ...]:
    """Two views of a generated scene; class 1 is what is nearer than the middle."""
    views = cast_scene(SEED, WIDTH, HEIGHT)
    made = []
    for target in (1, 2):
        one = example_of(views, target, nearest_views(views.cameras, target)[:3].tolist(), (0.9, 1.1))
        near = (one.depth < one.depth.median()).long()
        made.append(
            TaskExample(
                sources=one.sources,
                bounds=one.bounds,
                camera=one.camera,
                image=one.image.permute(2, 0, 1),
                truth=torch.where(one.depth > 0, near, UNKNOWN),
            )
        )
    return tuple(made)


@cache
def learnt() -> tuple[OmniRecon, Adapter]:
    torch.manual_seed(5)
    made = OmniRecon(
        OmniConfig(volume_resolution=8, coarse_samples=6, fine_samples=4, guided_samples=6)
    ).eval()
    made.start_at_prior()
    return made, adapt(made, TASK, examples(), OPTIONS)


def _state(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def _equal(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def test_the_loss_falls() -> None:
    losses = learnt()[1].losses
    assert len(losses) == OPTIONS.steps
    assert np.mean(losses[-8:]) < 0.8 * np.mean(losses[:4])


def test_the_network_that_was_given_stays_bit_by_bit(model: OmniRecon) -> None:
    before = _state(model)
    adapter = adapt(model, TASK, examples(), replace(OPTIONS, steps=3))
    assert _equal(before, _state(model))
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert any(change.up.abs().max() > 0 for change in adapter.changes.values())


def test_merging_changes_the_adapted_layers_and_nothing_else() -> None:
    model, adapter = learnt()
    before, after = _state(model), _state(AdaptedModel(model, adapter).model)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert changed <= {f"{name}.weight" for name in adapted_layers(model)}
    for name in changed:
        change = adapter.changes[name.removesuffix(".weight")]
        expected = before[name] + adapter.scale * change.up @ change.down
        torch.testing.assert_close(after[name], expected)
        assert torch.linalg.matrix_rank(after[name] - before[name], atol=1e-6) <= OPTIONS.rank


def test_new_changes_change_nothing_and_only_they_can_be_trained(model: OmniRecon) -> None:
    tuned = with_low_rank(model, 3, 2.0, 0)
    trained = {name for name, parameter in tuned.named_parameters() if parameter.requires_grad}
    assert trained
    assert all(name.endswith((".down", ".up")) for name in trained)
    for name, layer in adapted_layers(model).items():
        assert torch.equal(adapted_layers(tuned)[name].weight, layer.weight)
    changes = changes_of(tuned)
    assert changes.keys() == adapted_layers(model).keys()
    assert _equal(_state(merged(model, changes, 2.0)), _state(model))


def test_every_adapted_layer_counts_for_what_is_seen(model: OmniRecon) -> None:
    """Attentions that multiply weights themselves must see the changes too."""
    torch.manual_seed(0)
    for parameter in (*model.geometry.distance[-1].parameters(), *model.appearance.logits[-1].parameters()):
        torch.nn.init.normal_(parameter, std=0.3)
    tuned = with_low_rank(model, 2, 1.0, 0)
    example = examples()[0]
    encoded = model.encode(example.sources, example.bounds).detached()
    origins = torch.from_numpy(example.camera.position).float().expand(6, 3)
    pixels = torch.tensor(
        [[x, y, 1.0] for x in (10.5, 20.5, 30.5) for y in (10.5, 20.5)], dtype=torch.float64
    )
    rays = pixels @ torch.from_numpy(np.linalg.inv(example.camera.K).T @ example.camera.viewmat[:3, :3])
    dirs = torch.nn.functional.normalize(rays.float(), dim=1)
    near, far = torch.full((6,), example.bounds.near), torch.full((6,), example.bounds.far)
    output = tuned.render_rays(encoded, origins, dirs, near, far, fine=False)
    (output.colors.sum() + output.depths.sum() + output.view_weights[..., 0].sum()).backward()
    for name, parameter in tuned.named_parameters():
        if name.endswith(".up") and "appearance" not in name:
            assert parameter.grad is not None, name
            assert parameter.grad.abs().max() > 0, name


def test_an_adapter_comes_back_from_its_file(tmp_path: Path) -> None:
    model, adapter = learnt()
    save_adapter(adapter, tmp_path / "a.safetensors")
    again = load_adapter(tmp_path / "a.safetensors")
    assert (again.task, again.rank, again.alpha) == (adapter.task, adapter.rank, adapter.alpha)
    assert again.changes.keys() == adapter.changes.keys()
    one = examples()[0]
    camera = one.camera.resized(16, 12)
    first, second = (
        AdaptedModel(model, each).predict(one.sources, one.bounds, camera, planes=16)
        for each in (adapter, again)
    )
    assert first.shape == (2, 12, 16)
    assert torch.equal(first, second)


def test_the_answers_are_better_than_the_most_common_class() -> None:
    model, adapter = learnt()
    one = examples()[0]
    said = AdaptedModel(model, adapter).predict(one.sources, one.bounds, one.camera, planes=16).argmax(dim=0)
    known = one.truth != UNKNOWN
    common = max(float((one.truth[known] == value).float().mean()) for value in (0, 1))
    assert float((said[known] == one.truth[known]).float().mean()) > common + 0.1


def test_rank_0_trains_the_head_alone(model: OmniRecon, tmp_path: Path) -> None:
    adapter = adapt(model, TASK, examples(), replace(OPTIONS, rank=0, steps=2))
    assert not adapter.changes
    assert _equal(_state(AdaptedModel(model, adapter).model), _state(model))
    save_adapter(adapter, tmp_path / "a.safetensors")
    assert load_adapter(tmp_path / "a.safetensors").rank == 0


def test_values_are_learnt_where_they_are_known(model: OmniRecon) -> None:
    truth = torch.full((2, HEIGHT, WIDTH), 0.5)
    truth[:, ::2] = torch.nan
    example = replace(examples()[0], truth=truth)
    task = Task(kind=TaskKind.VALUES, channels=2)
    losses = adapt(model, task, [example], replace(OPTIONS, steps=20, color_weight=0.0)).losses
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.5 * losses[0]


def test_unlabelled_pixels_do_not_count(model: OmniRecon) -> None:
    blank = replace(examples()[0], truth=torch.full((HEIGHT, WIDTH), UNKNOWN))
    losses = adapt(model, TASK, [blank], replace(OPTIONS, steps=2, color_weight=0.0)).losses
    assert losses == (0.0, 0.0)


def test_cancelling_ends_the_training(model: OmniRecon) -> None:
    def stop(step: int, loss: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapt(model, TASK, examples(), replace(OPTIONS, on_step=stop))


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (torch.full((HEIGHT, WIDTH), 2), "-1 to 1, got 2 to 2"),
        (torch.zeros(HEIGHT, WIDTH), "whole numbers"),
        (torch.zeros(2, HEIGHT, WIDTH, dtype=torch.long), "whole numbers"),
    ],
)
def test_another_truth_is_told(model: OmniRecon, truth: torch.Tensor, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        adapt(model, TASK, [replace(examples()[0], truth=truth)], OPTIONS)


def test_no_examples_are_told(model: OmniRecon) -> None:
    with pytest.raises(ValueError, match="at least one example"):
        adapt(model, TASK, [], OPTIONS)


def _broken(path: Path, adapter: Adapter, change: str) -> None:
    from safetensors.torch import load_file, save_file

    save_adapter(adapter, path)
    tensors = load_file(path)
    header = {"format": "rowsplat omni-recon adapter 1", "kind": "classes", "channels": "2", "rank": "2"}
    header["alpha"] = "8.0"
    name = next(name for name in tensors if name.endswith(".down"))
    if change == "missing":
        del tensors[name]
    elif change == "shape":
        tensors[name] = tensors[name][:, :-1].contiguous()
    elif change == "unknown":
        tensors["more"] = torch.zeros(1)
    elif change == "rank":
        header["rank"] = "1000000"
    elif change == "header":
        header = {}
    save_file(tensors, path, header)
    if change == "cut":
        path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize("change", ["missing", "shape", "unknown", "rank", "header", "cut"])
def test_a_broken_adapter_is_one_line(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a.safetensors"
    _broken(path, learnt()[1], change)
    with pytest.raises(SceneFileError) as caught:
        load_adapter(path)
    assert "\n" not in str(caught.value)
    assert "a.safetensors" in str(caught.value)


def test_an_adapter_for_other_layers_is_refused(model: OmniRecon) -> None:
    change = next(iter(learnt()[1].changes.values()))
    with pytest.raises(ValueError, match="no layer elsewhere"):
        merged(model, {"elsewhere": change}, 1.0)
