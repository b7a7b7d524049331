"""Losses, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from rowsplat.render.omni_recon import RayOutput
from rowsplat.render.omni_recon.training import Schedule, training_losses
from rowsplat.render.omni_recon.training.losses import TargetRays, counted_rays


def _output(colors: list[list[float]], depths: list[float], views_seen: list[int]) -> RayOutput:
    """Rays of 4 samples in 3 views; all samples of ray r are seen by the first `views_seen[r]`."""
    count = len(depths)
    visible = torch.zeros(count, 4, 3, dtype=torch.bool)
    for ray, seen in enumerate(views_seen):
        visible[ray, :, :seen] = True
    return RayOutput(
        colors=torch.tensor(colors),
        depths=torch.tensor(depths),
        opacities=torch.ones(count),
        weights=torch.full((count, 4), 0.25),
        view_weights=torch.full((count, 4, 3), 1 / 3),
        visible=visible,
        ts=torch.arange(4.0).expand(count, 4),
    )


def _rays(colors: list[list[float]], distances: list[float]) -> TargetRays:
    count = len(distances)
    return TargetRays(
        origins=torch.zeros(count, 3),
        dirs=torch.zeros(count, 3),
        near=torch.full((count,), 1.0),
        far=torch.full((count,), 9.0),
        colors=torch.tensor(colors),
        distances=torch.tensor(distances),
    )


def test_losses_are_means_over_the_rays_that_count() -> None:
    grey = [0.5, 0.5, 0.5]
    output = _output([[0.5, 0.7, 0.9], grey, [1.0, 1.0, 1.0], grey], [5.0, 2.0, 3.0, 4.0], [3, 2, 1, 3])
    #                 counts               no depth, still colour   one view: no      outside the range: no
    rays = _rays([grey, [0.5, 0.5, 0.8], grey, [0.0, 0.0, 0.0]], [4.0, 0.0, 8.0, 20.0])
    losses = training_losses(output, rays, scale=2.0)
    assert losses.color.item() == pytest.approx((0.04 + 0.16 + 0.09) / 2)
    assert losses.depth.item() == pytest.approx(1.0 / 2.0)
    assert losses.total.item() == pytest.approx(0.145 + 0.5)


def test_coarse_and_fine_are_added() -> None:
    coarse = _output([[0.2, 0.0, 0.0]], [3.0], [3])
    output = replace(_output([[0.1, 0.0, 0.0]], [5.5], [3]), coarse=coarse)
    losses = training_losses(output, _rays([[0.0, 0.0, 0.0]], [5.0]), scale=1.0)
    assert losses.color.item() == pytest.approx(0.04 + 0.01)
    assert losses.depth.item() == pytest.approx(2.0 + 0.5)


def test_a_ray_counts_where_two_views_see_a_quarter_of_its_samples() -> None:
    output = _output([[0.0] * 3] * 3, [5.0] * 3, [3, 3, 0])
    output.visible[0, 1:] = False  # one of four is left
    output.visible[1] = False
    output.visible[1, :, 0] = True  # all by one view
    colored, deep = counted_rays(output, _rays([[0.0] * 3] * 3, [5.0] * 3))
    assert colored.tolist() == deep.tolist() == [True, False, False]


def test_no_ray_that_counts_is_no_loss_and_a_finite_gradient() -> None:
    output = _output([[0.1] * 3], [5.0], [0])
    output.colors.requires_grad_()
    losses = training_losses(output, _rays([[0.0] * 3], [5.0]), scale=1.0)
    losses.total.backward()
    assert losses.total.item() == 0.0
    assert output.colors.grad is not None
    assert not output.colors.grad.any()


def test_the_rate_rises_stays_and_falls() -> None:
    schedule = Schedule(rate=1.0, warmup=10, cooldown=20, steps=100, last=0.01)
    rates = [schedule.at(step) for step in range(100)]
    assert rates[:10] == pytest.approx([0.1 * k for k in range(1, 11)])
    assert rates[10:80] == [1.0] * 70
    assert rates[89] == pytest.approx(0.505)  # half way down
    assert rates[80:] == sorted(rates[80:], reverse=True)
    assert rates[-1] == pytest.approx(0.01)


def test_a_run_without_fall_can_be_prolonged() -> None:
    short, long = Schedule(steps=500), Schedule(steps=5000)
    assert [short.at(step) for step in range(500)] == [long.at(step) for step in range(500)]
    assert long.at(4999) == long.rate
