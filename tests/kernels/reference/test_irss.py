"""The IRSS row maths against brute force on every pixel of many random rows."""

from __future__ import annotations

import math
from typing import Any

import torch
from rowsplat.kernels.constants import ALPHA_THRESHOLD, EPS2D
from rowsplat.kernels.reference import (
    ProjectedGaussians,
    render_reference,
    row_constants,
    row_intervals,
)
from rowsplat.kernels.types import Blend
from torch import Tensor

_COLUMNS = 256


def _random_projected(count: int, seed: int) -> ProjectedGaussians:
    """2D Gaussians of every size and direction around a 256-pixel row; axis ratios up to 1000."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=generator, dtype=torch.float64)

    major = torch.exp(uniform(math.log(0.3), math.log(300.0)))
    minor = major * torch.exp(uniform(math.log(1e-3), 0.0))
    cos, sin = torch.cos(uniform(0, math.pi)), torch.sin(uniform(0, math.pi))
    norm = torch.hypot(cos, sin)
    cos, sin = cos / norm, sin / norm
    xx = (cos * major) ** 2 + (sin * minor) ** 2 + EPS2D
    yy = (sin * major) ** 2 + (cos * minor) ** 2 + EPS2D
    xy = cos * sin * (major**2 - minor**2)
    determinant = xx * yy - xy**2
    zeros = torch.zeros(count, dtype=torch.float64)
    return ProjectedGaussians(
        means2d=torch.stack([uniform(-60, _COLUMNS + 60), uniform(-40, 56)], -1),
        covars2d=torch.stack([xx, xy, yy], -1),
        conics=torch.stack([yy, -xy, xx], -1) / determinant[:, None],
        depths=zeros + 1,
        opacities=uniform(0.001, 1.0),
        in_front=zeros == 0,
        radii=torch.ones(count, dtype=torch.int32),
    )


def _alphas_by_conic(projected: ProjectedGaussians, y: float) -> Tensor:
    """o exp(-E) of all pixels of a row, `[N, columns]`, by the full quadratic form."""
    dx = torch.arange(_COLUMNS) + 0.5 - projected.means2d[:, :1]
    dy = y - projected.means2d[:, 1:]
    xx, xy, yy = (part[:, None] for part in projected.conics.unbind(-1))
    return projected.opacities[:, None] * torch.exp(-0.5 * (xx * dx * dx + yy * dy * dy) - xy * dx * dy)


def test_row_intervals_equal_brute_force_on_every_pixel() -> None:
    projected = _random_projected(4000, seed=21)
    rows = row_constants(projected, torch.arange(4000))
    columns = torch.arange(_COLUMNS)
    alive = 0
    for y in (0.5, 3.5, 8.5, 15.5):
        first, last = row_intervals(rows, y)
        inside = (columns >= first[:, None]) & (columns <= last[:, None])
        alphas = _alphas_by_conic(projected, y)
        on_the_edge = (alphas / ALPHA_THRESHOLD - 1).abs() < 1e-9  # rounding may decide either way
        assert ((inside == (alphas >= ALPHA_THRESHOLD)) | on_the_edge).all()
        alive += int(inside.any(1).sum())
    assert alive > 4000


def test_two_step_form_equals_the_full_quadratic_form() -> None:
    projected = _random_projected(4000, seed=22)
    rows = row_constants(projected, torch.arange(4000))
    dx, dy = 7.5 - rows.means2d[:, 0], 2.5 - rows.means2d[:, 1]
    two_step = ((dx - rows.k * dy) / rows.s) ** 2 + (dy * rows.y_scale) ** 2
    xx, xy, yy = projected.conics.unbind(-1)
    torch.testing.assert_close(two_step, xx * dx**2 + 2 * xy * dx * dy + yy * dy**2, rtol=1e-8, atol=1e-8)


def test_a_gaussian_too_faint_to_see_has_no_row() -> None:
    projected = _random_projected(50, seed=23)
    projected.opacities[:] = 0.99 * ALPHA_THRESHOLD
    first, last = row_intervals(row_constants(projected, torch.arange(50)), 3.5)
    assert (first > last).all()


def test_irss_draws_what_brute_force_draws_with_far_fewer_fragments(
    make_scene: Any, make_camera: Any
) -> None:
    scene, camera = make_scene(300, seed=24, sh_degree=1), make_camera(75, 41)
    rows = render_reference(**scene, **camera, blend=Blend.IRSS).images
    pixels = render_reference(**scene, **camera, blend=Blend.BASELINE_EXACT).images
    for name in (
        "rgb",
        "alphas",
        "depths",
        "median_depths",
        "normals",
        "fragments_contributing",
        "transmittance",
    ):
        torch.testing.assert_close(getattr(rows, name), getattr(pixels, name), rtol=0, atol=1e-9)
    assert float(pixels.alphas.mean()) > 0.3
    assert int(rows.fragments_evaluated.sum()) < 0.5 * int(pixels.fragments_evaluated.sum())
    assert (
        rows.fragments_evaluated - rows.fragments_contributing <= 1
    ).all()  # only the one that stops a pixel
