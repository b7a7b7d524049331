"""Adapting to labels of photos: what is learned from them, what is kept, and what is seen from other cameras."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from rowsplat.kernels.errors import RowsplatError, SceneFileError
from rowsplat.render.omni_recon import OmniRecon, ReconstructionOptions
from rowsplat.render.omni_recon.adaptation import (
    UNKNOWN,
    Adapter,
    AdaptOptions,
    Task,
    TaskKind,
    adapt,
    adapting,
    load_adapter,
    save_adapter,
)
from rowsplat.render.omni_recon.adaptation.adapted_views import AdaptedViews
from rowsplat.render.omni_recon.adaptation.label_examples import LabelledTask, labelled_task
from rowsplat.scenes.photo_sets import Photo, PhotoSet

from ..sphere_scene import orbiting, sphere_distances, sphere_picture

LOOKING = ReconstructionOptions(max_side=32, volume_resolution=8, samples=4, planes=16)
OPTIONS = AdaptOptions(rank=2, steps=3, rays=64, planes=16)
BALL, AROUND = 3, 7


@cache
def photos() -> PhotoSet:
    return PhotoSet(
        name="sphere",
        photos=tuple(
            Photo(
                name=f"p{index}",
                camera=camera,
                source=np.rint(255 * sphere_picture(camera)).astype(np.uint8),
                near_far=(4.0, 9.5),
            )
            for index, camera in enumerate(orbiting(4, step_deg=9.0))
        ),
    )


@cache
def network() -> OmniRecon:
    torch.manual_seed(5)
    made = OmniRecon(LOOKING.config(0.0)).eval()
    made.start_at_prior()
    return made


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Of photos 1 and 2: the sphere and what is around it; the upper rows are not labelled."""
    for index in (1, 2):
        misses = np.isnan(sphere_distances(photos().cameras[index]))
        numbers = np.where(misses, AROUND, BALL).astype(np.uint8)
        numbers[:9] = 255
        Image.fromarray(numbers).save(tmp_path / f"p{index}.png")
    channels = [{"name": "the ball", "color": [200, 10, 10], "value": BALL}]
    (tmp_path / "legend.json").write_text(json.dumps({"channels": channels}))
    return tmp_path


def _task(labels: Path) -> LabelledTask:
    return labelled_task(labels, photos(), LOOKING, on_example=lambda *_: None)


def _adapter(labels: Path, options: AdaptOptions = OPTIONS) -> Adapter:
    found = _task(labels)
    return replace(adapt(network(), found.task, found.examples, options), names=found.legend)


def test_photos_with_labels_are_learned_from_without_themselves_and_with_them(labels: Path) -> None:
    found = _task(labels)
    assert found.names == ("p1", "p2")
    assert [channel.name for channel in found.legend.channels] == ["the ball", str(AROUND)]
    for example, index, itself in zip(found.examples, (1, 1, 2, 2), (False, True) * 2, strict=True):
        own = photos().cameras[index].position
        np.testing.assert_allclose(example.camera.position, own)
        distances = [np.linalg.norm(camera.position - own) for camera in example.sources.cameras]
        assert (min(distances) < 1e-9) == itself
        truth, height = example.truth, example.camera.height
        assert (truth[: height // 5] == UNKNOWN).all()
        assert truth[height // 2, example.camera.width // 2] == 0
        assert truth[-1, 0] == 1


def test_an_adapter_keeps_the_names_of_its_classes_and_whose_weights_it_changes(labels: Path) -> None:
    made = _adapter(labels)
    save_adapter(made, labels / "a.safetensors")
    read = load_adapter(labels / "a.safetensors")
    assert (read.legend, read.weights, read.task) == (made.legend, made.weights, made.task)
    assert len(read.weights) == 64
    AdaptedViews(photos(), network(), read, LOOKING)
    torch.manual_seed(6)
    with pytest.raises(RowsplatError, match="for other weights of the network"):
        AdaptedViews(photos(), OmniRecon(LOOKING.config(0.0)), read, LOOKING)


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "{}",
        '{"title": "t", "kind": "labels", "channels": []}',
        '{"title": "t", "kind": "labels", "channels": [{"name": "a", "color": [0, 0, 300], "value": 1}]}',
        '{"title": "t", "kind": "labels", "channels": [{"name": "a", "color": [0, 0, 0], "value": -1}]}',
        '{"title": "t", "kind": "other", "channels": [{"name": "a", "color": [0, 0, 0], "value": 1}]}',
        '{"title": "t", "kind": "labels", "channels": [{"name": "a", "color": [0, 0, 0], "value": 1}]}',
        "[" * 100_000,
    ],
)
def test_a_damaged_legend_is_one_line(labels: Path, text: str) -> None:
    from safetensors.torch import load_file, save_file

    task = Task(kind=TaskKind.CLASSES, channels=2)
    head = adapting._new_head(task, 0).state_dict()
    empty = Adapter(task=task, rank=0, alpha=1.0, changes={}, head=head)
    path = labels / "a.safetensors"
    save_adapter(empty, path)
    metadata = {
        "format": "rowsplat omni-recon adapter 1",
        "kind": "classes",
        "channels": "2",
        "rank": "0",
        "alpha": "1.0",
        "legend": text,
    }
    assert load_adapter(path).names is None
    save_file(load_file(path), path, metadata)
    with pytest.raises(SceneFileError, match="is no legend") as caught:
        load_adapter(path)
    assert "\n" not in str(caught.value)


def test_what_was_best_is_given_back_and_a_stop_ends_the_work(
    labels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[tuple[float, dict[str, torch.Tensor]]] = []
    one_loss = adapting._Adapting._loss

    def _loss(self: Any, index: int, count: int, generator: torch.Generator) -> torch.Tensor:
        loss = one_loss(self, index, count, generator)
        if not torch.is_grad_enabled():
            state = {name: value.clone() for name, value in self._head.state_dict().items()}
            checked.append((float(loss), state))
        return loss

    def _step(self: Any, factor: float) -> None:
        one_step(self, factor)
        if len(self._losses) > 3:  # from here on it gets worse
            with torch.no_grad():
                self._head.layers[-1].bias += torch.tensor([40.0, -40.0]) * len(self._losses)

    one_step = adapting._Adapting._step
    monkeypatch.setattr(adapting._Adapting, "_step", _step)
    monkeypatch.setattr(adapting._Adapting, "_loss", _loss)
    monkeypatch.setattr(adapting, "_CHECK_EVERY", 1)
    found = _task(labels)
    asked = iter([False] * 4 + [True])
    stopping = replace(OPTIONS, rank=0, steps=1000, should_stop=lambda: next(asked))
    made = adapt(network(), found.task, found.examples[:1], stopping)
    assert len(made.losses) == len(checked) == 5
    best = min(checked, key=lambda entry: entry[0])
    assert best[0] < checked[-1][0]
    assert all(torch.equal(value, best[1][name]) for name, value in made.head.items())


def test_minutes_end_the_work_before_the_steps(labels: Path) -> None:
    made = _adapter(labels, replace(OPTIONS, steps=100_000, minutes=1e-3))
    assert 1 <= len(made.losses) < 1000


def test_a_learned_ball_is_seen_with_and_without_the_photo_that_it_was_learned_from(labels: Path) -> None:
    made = _adapter(labels, replace(OPTIONS, steps=120, rate=2e-2))
    camera = photos().cameras[1].resized(32, 26)
    truth = np.where(np.isnan(sphere_distances(camera)), 1, 0)
    assert 0.3 < truth[8:].mean() < 0.7
    views = AdaptedViews(photos(), network(), made, LOOKING)
    for exclude in ((), ("p1",)):
        seen = views.view(camera, exclude=exclude)
        assert ("p1" in seen.sources) == (not exclude)
        assert seen.map.shape == (2, 26, 32)
        known = seen.classes >= 0
        np.testing.assert_allclose(seen.map.sum(axis=0)[known], 1.0, atol=1e-5)
        assert (seen.classes == truth)[8:].mean() > 0.75


def test_no_labels_are_one_line(tmp_path: Path) -> None:
    for folder, words in ((tmp_path / "none", "no such folder"), (tmp_path, "found none")):
        with pytest.raises(RowsplatError, match=words):
            labelled_task(folder, photos(), LOOKING, on_example=lambda *_: None)
