"""Compositing: a ray ends where the exact signed distance says."""

from __future__ import annotations

import pytest
import torch
from rowsplat.render.omni_recon.compositing import sample_alphas, sample_intervals, sample_weights

_SHARP = torch.tensor(2000.0, dtype=torch.float64)


def _rays(count: int, samples: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(count, samples, generator=generator, dtype=torch.float64).sort(dim=1).values * 4.0 + 1.0


def test_the_exact_distance_to_a_plane_gives_its_depth() -> None:
    ts = _rays(50, 400)
    depths = torch.linspace(1.5, 4.5, 50, dtype=torch.float64)
    weights = sample_weights(sample_alphas(depths[:, None] - ts, ts, _SHARP))
    gap = (ts[:, 1:] - ts[:, :-1]).max()
    assert (weights.sum(dim=1) - 1.0).abs().max() < 1e-3
    assert ((weights * ts).sum(dim=1) - depths).abs().max() < gap


def test_a_ray_that_never_gets_there_stays_empty() -> None:
    ts = _rays(5, 60)
    weights = sample_weights(sample_alphas(torch.full_like(ts, 3.0), ts, _SHARP))
    assert weights.sum(dim=1).max() < 60 * 2e-5


def test_nothing_behind_the_first_surface_counts() -> None:
    ts = torch.linspace(0.0, 4.0, 401, dtype=torch.float64)[None]
    slab_at_one_to_two = torch.where(ts < 1.5, 1.0 - ts, ts - 2.0)  # leaves the slab at 2
    with_second = torch.minimum(slab_at_one_to_two, (3.0 - ts).abs() * torch.sign(3.0 - ts))
    weights = sample_weights(sample_alphas(with_second, ts, _SHARP))
    assert abs(float((weights * ts).sum()) - 1.0) < 0.02
    assert float(weights[ts > 1.5].sum()) < 1e-3


def test_weights_are_those_of_a_loop_over_the_samples() -> None:
    alphas = torch.rand(7, 20, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    expected = torch.zeros_like(alphas)
    for ray in range(7):
        left = 1.0
        for sample in range(20):
            expected[ray, sample] = left * alphas[ray, sample]
            left *= 1.0 - float(alphas[ray, sample])
    torch.testing.assert_close(sample_weights(alphas), expected, atol=1e-6, rtol=0)


def test_an_interval_is_half_the_way_to_both_neighbours() -> None:
    ts = torch.tensor([[0.0, 1.0, 3.0, 3.5]])
    torch.testing.assert_close(sample_intervals(ts), torch.tensor([[1.0, 1.5, 1.25, 0.5]]))


@pytest.mark.parametrize("sharpness", [3.0, 20.0])
def test_gradients_are_those_of_finite_differences(sharpness: float) -> None:
    ts = _rays(2, 6)
    distances = (2.5 - ts + 0.1 * torch.randn(2, 6, generator=torch.Generator().manual_seed(3))).double()
    k = torch.tensor(sharpness, dtype=torch.float64, requires_grad=True)
    distances.requires_grad_()

    def composited(distances: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
        return sample_weights(sample_alphas(distances, ts, k))

    assert torch.autograd.gradcheck(composited, (distances, k))
