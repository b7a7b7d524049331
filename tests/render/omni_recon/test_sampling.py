"""Samples: everywhere evenly, then as often as the weights say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon.sampling import merged_samples, uniform_samples, weighted_samples

_NEAR, _FAR = torch.tensor([1.0, 2.0, 0.5]), torch.tensor([3.0, 2.5, 9.0])


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("seed", [None, 0])
def test_each_of_equal_intervals_holds_one_uniform_sample(seed: int | None) -> None:
    ts = uniform_samples(_NEAR, _FAR, 10, None if seed is None else _generator(seed))
    interval = torch.floor((ts - _NEAR[:, None]) / (_FAR - _NEAR)[:, None] * 10)
    assert torch.equal(interval, torch.arange(10.0).expand(3, 10))


def test_samples_follow_a_histogram_of_the_weights() -> None:
    ts = torch.tensor([[1.0, 2.0, 4.0, 5.0]])
    weights = torch.tensor([[0.1, 0.6, 0.0, 0.3]])
    near, far = torch.tensor([0.5]), torch.tensor([6.5])
    drawn = weighted_samples(ts, weights, near, far, 200_000, _generator())
    edges = [0.5, 1.5, 3.0, 4.5, 6.5]
    counts, _ = np.histogram(drawn.numpy(), bins=edges)
    np.testing.assert_allclose(counts / 200_000, weights[0].numpy(), atol=5e-3)
    inside, _ = np.histogram(drawn.numpy(), bins=np.linspace(1.5, 3.0, 6))
    np.testing.assert_allclose(inside / counts[1], 0.2, atol=0.01)  # even within a bin


def test_quantiles_without_a_generator_are_evenly_spread() -> None:
    ts = torch.linspace(0.05, 0.95, 10)[None]
    drawn = weighted_samples(ts, torch.ones(1, 10), torch.zeros(1), torch.ones(1), 8, None)
    torch.testing.assert_close(drawn[0], (torch.arange(8) + 0.5) / 8, atol=1e-4, rtol=0)


def test_a_ray_without_weights_is_searched_evenly() -> None:
    ts = uniform_samples(_NEAR, _FAR, 6, None)
    drawn = weighted_samples(ts, torch.zeros(3, 6), _NEAR, _FAR, 12, None)
    torch.testing.assert_close(drawn, uniform_samples(_NEAR, _FAR, 12, None))


def test_samples_stay_in_range_even_where_one_weight_is_all() -> None:
    ts = uniform_samples(_NEAR, _FAR, 6, None)
    weights = torch.zeros(3, 6)
    weights[:, 5] = 1.0
    drawn = weighted_samples(ts, weights, _NEAR, _FAR, 500, _generator())
    assert bool((drawn >= _NEAR[:, None]).all() and (drawn <= _FAR[:, None]).all())
    assert float((drawn > ts[:, 4:5]).float().mean()) > 0.99


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    first, second, third = (uniform_samples(_NEAR, _FAR, 5, _generator(seed)) for seed in (4, 4, 5))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_merged_samples_ascend_and_lose_none() -> None:
    first, second = torch.rand(3, 5, generator=_generator()), torch.rand(3, 4, generator=_generator(1))
    merged = merged_samples(first, second)
    assert bool((merged[:, 1:] >= merged[:, :-1]).all())
    assert set(merged.flatten().tolist()) == {*first.flatten().tolist(), *second.flatten().tolist()}
