"""Maps lifted to Gaussians: what was painted on them comes back, and nothing where nothing was seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rowsplat.render.blending_weights import BlendingWeights
from rowsplat.render.map_lifting import lift_maps
from rowsplat.scenes import Camera, Gaussians

from ..kernels.taichi.random_scenes import camera, random_scene


def _ring(views: int = 4) -> list[Camera]:
    return [
        Camera.orbit(np.zeros(3), distance=3.0, azimuth_deg=360.0 * k / views, width=50, height=40)
        for k in range(views)
    ]


def test_a_map_of_one_value_is_that_value_wherever_something_was_drawn() -> None:
    scene, cameras = random_scene(seed=1), _ring()
    lifted = lift_maps(scene, cameras, [np.full((40, 50), 0.7, np.float32)] * 4)
    seen = lifted.weights > 0
    assert lifted.values.shape == (len(scene), 1)
    assert 0.3 < seen.mean() < 1.0
    np.testing.assert_allclose(lifted.values[seen], 0.7, rtol=1e-4)
    assert not lifted.values[~seen].any()


def test_labels_painted_on_far_apart_halves_come_back() -> None:
    scene = random_scene(300, seed=2)
    left = np.arange(300) < 150
    means = 0.4 * np.tanh(scene.means) + np.where(left, -0.7, 0.7)[:, None].astype(np.float32) * (1, 0, 0)
    scene = replace(scene, means=means, log_scales=np.full((300, 3), -4.5, np.float32))
    seen_from = Camera.look_at((0, 0, -3), (0, 0, 0), width=60, height=40)
    columns = np.broadcast_to(np.arange(60) < 30, (40, 60))
    one_hot = np.stack([columns, ~columns], axis=-1).astype(np.float32)
    lifted = lift_maps(scene, [seen_from], [one_hot])
    sure = lifted.weights > 1e-3
    assert sure.sum() > 100
    np.testing.assert_array_equal(lifted.values[sure].argmax(1) == 0, left[sure])


def test_many_channels_are_lifted_like_one_by_one() -> None:
    scene, cameras = random_scene(seed=3), _ring(2)
    rng = np.random.default_rng(0)
    maps = [rng.normal(size=(40, 50, 7)).astype(np.float32) for _ in cameras]
    together = lift_maps(scene, cameras, maps)
    for channel in range(7):
        alone = lift_maps(scene, cameras, [values[..., channel] for values in maps])
        np.testing.assert_allclose(together.values[:, channel], alone.values[:, 0], atol=1e-6)
        np.testing.assert_array_equal(together.weights, alone.weights)


@pytest.mark.parametrize("memory_limit", [0, 1 << 30])
def test_weights_that_are_there_already_give_the_same_whether_kept_or_not(memory_limit: int) -> None:
    scene, cameras = random_scene(seed=4), _ring(3)
    maps = [np.random.default_rng(k).random((40, 50, 3)).astype(np.float32) for k in range(3)]
    weights = BlendingWeights(scene, cameras, memory_limit=memory_limit)
    first, second = (lift_maps(scene, cameras, maps, weights=weights) for _ in range(2))
    fresh = lift_maps(scene, cameras, maps)
    for lifted in (first, second):
        np.testing.assert_array_equal(lifted.values, fresh.values)
        np.testing.assert_array_equal(lifted.weights, fresh.weights)


def test_weights_over_all_gaussians_are_the_opacity_of_the_picture() -> None:
    scene: Gaussians = random_scene(seed=5)
    weights = BlendingWeights(scene, [camera()])
    ones = np.ones((len(weights.visible(0)), 3), np.float32)
    lifted = lift_maps(scene, [camera()], [np.zeros((37, 53), np.float32)], weights=weights)
    assert lifted.weights.sum() == pytest.approx(weights.blend(0, ones).alpha.sum(), rel=1e-4)


def test_maps_that_do_not_fit_are_refused() -> None:
    scene, cameras = random_scene(seed=6), _ring(2)
    right, wrong = np.zeros((40, 50), np.float32), np.zeros((50, 40), np.float32)
    for maps in ([], [right], [right, np.zeros((40, 50, 2), np.float32)]):
        with pytest.raises(ValueError, match="expected a map for each of 2 cameras"):
            lift_maps(scene, cameras, maps)
    with pytest.raises(ValueError, match="values must have shape"):
        lift_maps(scene, cameras, [right, wrong])
