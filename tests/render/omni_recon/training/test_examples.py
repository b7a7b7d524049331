"""What training steps look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon.training import GeneratedExamples, PictureSize, TrainingExample, examples
from rowsplat.render.omni_recon.training.examples import example_of, nearest_views, random_example
from rowsplat.render.omni_recon.training.scene_views import SceneViews


def _same(first: TrainingExample, second: TrainingExample) -> bool:
    return (
        torch.equal(first.sources.images, second.sources.images)
        and torch.equal(first.image, second.image)
        and torch.equal(first.depth, second.depth)
        and first.bounds == second.bounds
        and (first.reference is None) == (second.reference is None)
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, sphere: SceneViews) -> list[int]:
    """Seeds of the scenes that were asked of the cache, which always gives the sphere."""
    seeds: list[int] = []

    def _scene(_folder: Path, seed: int, _width: int, _height: int) -> SceneViews:
        seeds.append(seed)
        return sphere

    monkeypatch.setattr(examples, "cached_scene", _scene)
    return seeds


def test_seed_and_step_say_all(asked: list[int], tmp_path: Path) -> None:
    first, again = (GeneratedExamples(cache=tmp_path, seed=3) for _ in range(2))
    other = GeneratedExamples(cache=tmp_path, seed=4)
    for step in (7, 2, 30):  # in any order
        assert _same(first(step), again(step))
        assert not _same(first(step), other(step))
    assert not _same(first(7), first(8))


def test_the_pool_grows_to_its_size_and_no_further(asked: list[int], tmp_path: Path) -> None:
    source = GeneratedExamples(cache=tmp_path, pool=40)
    for step in range(30):
        source(step)
    assert max(asked) < 30
    for step in range(10_000, 10_200):
        source(step)
    assert 30 < max(asked) < 40


def test_scenes_are_asked_for_once_while_they_are_remembered(asked: list[int], tmp_path: Path) -> None:
    source = GeneratedExamples(cache=tmp_path, pool=3)
    for step in range(50):
        source(step)
    assert sorted(asked) == [0, 1, 2]


def test_sources_are_near_the_target_and_never_it(sphere: SceneViews) -> None:
    for step in range(40):
        example = random_example(np.random.default_rng(step), sphere)
        target = sphere.cameras.index(example.camera)
        sources = [sphere.cameras.index(camera) for camera in example.sources.cameras]
        assert len(set(sources)) == len(sources) in (3, 4)
        assert target not in sources
        distances = np.linalg.norm(
            [camera.position - example.camera.position for camera in sphere.cameras], axis=1
        )
        assert distances[sources].max() <= np.sort(distances)[min(len(sources) + 2, 5)]
        assert torch.equal(example.image, torch.from_numpy(sphere.images[target]) / 255.0)
        for image, source in zip(example.sources.images, sources, strict=True):
            assert torch.equal(image.permute(1, 2, 0), torch.from_numpy(sphere.images[source]) / 255.0)


def test_the_range_holds_all_depths_of_the_sources(sphere: SceneViews) -> None:
    for step in range(40):
        example = random_example(np.random.default_rng(step), sphere)
        sources = [sphere.cameras.index(camera) for camera in example.sources.cameras]
        depths = sphere.depths[sources].astype(np.float64)
        low, high = depths[depths > 0].min(), depths.max()
        assert 0.6 * low <= example.bounds.near <= 0.98 * low
        assert 1.02 * high <= example.bounds.far <= 1.6 * high


def test_margins_are_factors_on_the_true_range(sphere: SceneViews) -> None:
    example = example_of(sphere, 0, [1, 2], (0.5, 2.0))
    depths = sphere.depths[[1, 2]].astype(np.float64)
    assert example.bounds.near == 0.5 * depths[depths > 0].min()
    assert example.bounds.far == 2.0 * depths.max()
    assert example.reference is None


def test_views_without_any_depth_still_have_a_range(sphere: SceneViews) -> None:
    empty = SceneViews(images=sphere.images, depths=np.zeros_like(sphere.depths), cameras=sphere.cameras)
    assert example_of(empty, 0, [1, 2], (0.9, 1.1)).bounds.near > 0.0


def test_nearest_views_are_ordered_by_distance(sphere: SceneViews) -> None:
    order = nearest_views(sphere.cameras, 2)
    assert sorted(order) == [0, 1, 3, 4, 5]
    distances = [np.linalg.norm(sphere.cameras[k].position - sphere.cameras[2].position) for k in order]
    assert distances == sorted(distances)


def test_a_generated_example_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("open3d")
    pytest.importorskip("manifold3d")
    size = PictureSize(width=24, height=16)
    example = GeneratedExamples(cache=tmp_path, size=size, pool=1)(0)
    again = GeneratedExamples(cache=tmp_path, size=size, pool=1)(0)  # this time from the file
    assert example.image.shape == (16, 24, 3)
    assert example.sources.images.shape[1:] == (3, 16, 24)
    assert len(list(tmp_path.iterdir())) == 1
    assert _same(example, again)
