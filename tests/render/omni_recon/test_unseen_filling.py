"""Gaps take colours from around; what is seen stays."""

from __future__ import annotations

import torch
from rowsplat.render.omni_recon.unseen_filling import filled_unseen


def test_what_is_seen_stays_as_it_is() -> None:
    image = torch.rand(3, 13, 17, generator=torch.Generator().manual_seed(1))
    assert torch.equal(filled_unseen(image, torch.ones(13, 17)), image)


def test_a_gap_in_one_colour_takes_that_colour() -> None:
    opacity = torch.ones(20, 24)
    opacity[3:15, 5:20] = 0.0
    image = torch.tensor([0.2, 0.5, 0.9])[:, None, None] * opacity
    assert torch.allclose(
        filled_unseen(image, opacity),
        torch.tensor([0.2, 0.5, 0.9])[:, None, None].expand(3, 20, 24),
        atol=1e-5,
    )


def test_a_gap_lies_between_the_colours_around_it() -> None:
    opacity = torch.ones(16, 16)
    opacity[:, 6:10] = 0.0
    image = torch.cat([torch.zeros(3, 16, 8), torch.ones(3, 16, 8)], dim=2) * opacity
    gap = filled_unseen(image, opacity)[:, :, 6:10]
    assert (gap >= 0.0).all()
    assert (gap <= 1.0).all()
    assert gap[:, :, -1].mean() > gap[:, :, 0].mean()


def test_a_picture_of_nothing_is_black() -> None:
    assert torch.equal(filled_unseen(torch.zeros(3, 5, 9), torch.zeros(5, 9)), torch.zeros(3, 5, 9))
