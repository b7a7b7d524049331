"""Planes are found in noise, and outlines stay where they are."""

from __future__ import annotations

import pytest
import torch
from rowsplat.render.omni_recon.depth_prior.plane_fitting import fitted_planes

_HEIGHT, _WIDTH = 24, 30


def _plane(constant: float, x: float, y: float) -> torch.Tensor:
    rows, columns = torch.meshgrid(torch.arange(_HEIGHT), torch.arange(_WIDTH), indexing="ij")
    return constant + x * columns + y * rows


def _grey() -> torch.Tensor:
    return torch.full((3, _HEIGHT, _WIDTH), 0.5)


@pytest.mark.parametrize("spacing", [1, 3])
def test_a_plane_stays_as_it_is(spacing: int) -> None:
    plane = _plane(1.0, 2e-3, -1e-3)
    fitted = fitted_planes(plane, torch.ones_like(plane), _grey(), reach=1.0, spacing=spacing)
    # near the border neighbours are on one side, and flat planes are preferred
    inner = (slice(9, -9), slice(9, -9))
    torch.testing.assert_close(fitted[inner], plane[inner], atol=2e-6, rtol=0.0)
    assert (fitted - plane).abs().max() < 2.5e-3


def test_noise_on_a_plane_becomes_less() -> None:
    plane = _plane(1.0, 2e-3, -1e-3)
    noisy = plane + 1e-3 * torch.randn(_HEIGHT, _WIDTH, generator=torch.Generator().manual_seed(0))
    fitted = fitted_planes(noisy, torch.ones_like(plane), _grey(), reach=0.1, spacing=1)
    before, after = ((values - plane).square().mean().sqrt() for values in (noisy, fitted))
    assert after < 0.5 * before


def test_surfaces_farther_apart_than_the_reach_do_not_mix() -> None:
    step = torch.where(torch.arange(_WIDTH) < _WIDTH // 2, 1.0, 2.0).expand(_HEIGHT, _WIDTH)
    ones = torch.ones_like(step)
    apart = fitted_planes(step, ones, _grey(), reach=0.5, spacing=2)
    torch.testing.assert_close(apart, step, atol=1e-6, rtol=0.0)
    assert (fitted_planes(step, ones, _grey(), reach=5.0, spacing=2) - step).abs().max() > 0.1


def test_an_outline_in_the_guide_is_kept() -> None:
    step = torch.where(torch.arange(_WIDTH) < _WIDTH // 2, 1.0, 1.1).expand(_HEIGHT, _WIDTH)
    guide = torch.where(torch.arange(_WIDTH) < _WIDTH // 2, 0.0, 1.0).expand(3, _HEIGHT, _WIDTH)
    ones = torch.ones_like(step)
    kept, crossed = (
        (fitted_planes(step, ones, picture, reach=1.0, spacing=1) - step).abs().max()
        for picture in (guide, _grey())
    )
    assert kept < 1e-2 * crossed


def test_who_is_not_believed_counts_little() -> None:
    plane = _plane(1.0, 0.0, 0.0)
    plane[10, 15] = 1.5
    confidence = torch.ones_like(plane)
    believed = fitted_planes(plane, confidence, _grey(), reach=1.0, spacing=1)[10, 14]
    confidence[10, 15] = 0.0
    doubted = fitted_planes(plane, confidence, _grey(), reach=1.0, spacing=1)[10, 14]
    assert abs(doubted - 1.0) < 0.1 * abs(believed - 1.0)
