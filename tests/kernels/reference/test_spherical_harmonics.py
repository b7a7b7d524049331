"""View-dependent colour against gsplat and the definition of the basis."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from gsplat.cuda._torch_impl import _spherical_harmonics
from rowsplat.kernels.reference import view_colors
from rowsplat.kernels.reference.spherical_harmonics import sh_sums
from rowsplat.kernels.spherical_harmonics import sh_basis


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_sums_equal_those_of_gsplat(degree: int) -> None:
    generator = torch.Generator().manual_seed(degree)
    directions = torch.randn(100, 3, generator=generator, dtype=torch.float64)
    coeffs = torch.randn(100, 16, 3, generator=generator, dtype=torch.float64)
    expected = _spherical_harmonics(degree, directions, coeffs)
    torch.testing.assert_close(sh_sums(coeffs, directions, degree), expected, rtol=0, atol=1e-7)


def test_basis_is_orthonormal_on_the_sphere() -> None:
    z, z_weights = np.polynomial.legendre.leggauss(8)  # exact for the products, which have degree 6
    azimuth = 2 * np.pi * np.arange(16) / 16
    z, azimuth = (grid.ravel() for grid in np.meshgrid(z, azimuth, indexing="ij"))
    directions = np.stack(
        [np.sqrt(1 - z**2) * np.cos(azimuth), np.sqrt(1 - z**2) * np.sin(azimuth), z], axis=-1
    )
    basis = sh_basis(directions, 3)
    gram = basis.T @ (np.repeat(z_weights, 16)[:, None] * basis) * (2 * np.pi / 16)
    np.testing.assert_allclose(gram, np.eye(16), atol=1e-12)


def test_colour_is_half_grey_without_coefficients_and_never_negative() -> None:
    means = torch.tensor([[0.0, 0.0, 3.0], [1.0, 2.0, 3.0]], dtype=torch.float64)
    coeffs = torch.zeros(2, 4, 3, dtype=torch.float64)
    coeffs[1, 0] = torch.tensor([-10.0, 0.0, 10.0], dtype=torch.float64)
    colors = view_colors(means, coeffs, torch.zeros(3, dtype=torch.float64))
    torch.testing.assert_close(colors[0], torch.full((3,), 0.5, dtype=torch.float64))
    assert float(colors[1, 0]) == 0.0
    assert float(colors[1, 2]) > 1.0  # bright colours are not clamped


def test_colour_depends_on_the_direction_from_the_camera_alone() -> None:
    coeffs = torch.randn(1, 16, 3, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    eye, ray = (
        torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64),
        torch.tensor([0.3, 0.4, 1.2], dtype=torch.float64),
    )
    near, far = view_colors(eye + ray[None], coeffs, eye), view_colors(eye + 9 * ray[None], coeffs, eye)
    torch.testing.assert_close(near, far)
    assert not torch.allclose(near, view_colors(eye - ray[None], coeffs, eye))


def test_degrees_above_the_limit_are_ignored() -> None:
    coeffs = torch.randn(6, 16, 3, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    means = torch.randn(6, 3, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    eye = torch.zeros(3, dtype=torch.float64)
    torch.testing.assert_close(view_colors(means, coeffs, eye, 1), view_colors(means, coeffs[:, :4], eye))
    assert not torch.allclose(view_colors(means, coeffs, eye, 1), view_colors(means, coeffs, eye))
