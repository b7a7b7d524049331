"""Real spherical harmonics up to degree 3 in the basis and with the signs of INRIA's 3D Gaussian splatting.

Notation: a colour is `f(d) = sum_k c_k Y_k(d)` for a unit direction d; degree l owns the 2l + 1 coefficients
`l^2 ... (l + 1)^2 - 1`. A rotation R of the scene turns f into `f'(d) = f(R^-1 d)`, again band-limited, so
`c' = D c` with one (2l + 1) x (2l + 1) matrix D per degree.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from .constants import SH_C0

if TYPE_CHECKING:
    import torch

_Array = TypeVar("_Array", NDArray[np.float64], "torch.Tensor")

MAX_SH_DEGREE = 3
"""Highest degree of the scenes' spherical harmonics."""

SH_C1 = math.sqrt(3.0 / (4.0 * math.pi))
SH_C2 = (0.5 * math.sqrt(15.0 / math.pi), 0.25 * math.sqrt(5.0 / math.pi), 0.25 * math.sqrt(15.0 / math.pi))
SH_C3 = (
    0.25 * math.sqrt(35.0 / (2.0 * math.pi)),
    0.5 * math.sqrt(105.0 / math.pi),
    0.25 * math.sqrt(21.0 / (2.0 * math.pi)),
    0.25 * math.sqrt(7.0 / math.pi),
    0.25 * math.sqrt(105.0 / math.pi),
)


def sh_basis_terms(x: _Array, y: _Array, z: _Array, degree: int) -> list[_Array]:
    """The basis functions Y_0 ... Y_{K-1} at unit directions.

    Args:
        x: First component of the directions, any shape; numpy array or torch tensor.
        y: Second component.
        z: Third component.
        degree: Highest degree, 0-3.

    Returns:
        K = (degree + 1)^2 arrays of that shape.
    """
    terms = [0.0 * x + SH_C0]
    if degree >= 1:
        terms += [-SH_C1 * y, SH_C1 * z, -SH_C1 * x]
    if degree >= 2:
        a, b, c = SH_C2
        terms += [a * (x * y), -a * (y * z), b * (3.0 * z * z - 1.0), -a * (x * z), c * (x * x - y * y)]
    if degree >= 3:
        a, b, c, d, e = SH_C3
        terms += [
            -a * y * (3.0 * x * x - y * y),
            b * x * y * z,
            -c * y * (5.0 * z * z - 1.0),
            d * z * (5.0 * z * z - 3.0),
            -c * x * (5.0 * z * z - 1.0),
            e * z * (x * x - y * y),
            -a * x * (x * x - 3.0 * y * y),
        ]
    return terms


def sh_basis(directions: NDArray[np.float64], degree: int) -> NDArray[np.float64]:
    """The basis functions at `directions [M, 3]` (unit length), as `[M, K]`."""
    x, y, z = np.asarray(directions, dtype=np.float64).T
    return np.stack(sh_basis_terms(x, y, z, degree), axis=-1)


def sh_rotation_matrices(rotation: NDArray[np.float64], degree: int) -> list[NDArray[np.float64]]:
    """The matrices D that carry coefficients into the rotated frame, one per degree.

    Solved by least squares from sampled directions. That is exact, for the rotated function lies in the span
    of the basis and there are more well-spread samples than unknowns.

    Args:
        rotation: Orthogonal matrix `[3, 3]`, old frame -> new frame; reflections are allowed.
        degree: Highest degree, 0-3.

    Returns:
        `degree + 1` matrices, `[2l + 1, 2l + 1]` each.
    """
    directions = _spread_directions(64)
    new, old = (
        sh_basis(directions, degree),
        sh_basis(directions @ rotation, degree),
    )  # rows of d @ R are R^-1 d
    bands = [slice(band * band, (band + 1) ** 2) for band in range(degree + 1)]
    solutions = [np.linalg.lstsq(new[:, band], old[:, band], rcond=None)[0] for band in bands]
    return [np.asarray(solution, dtype=np.float64) for solution in solutions]


def rotate_sh(sh_coeffs: NDArray[np.float32], rotation: NDArray[np.float64]) -> NDArray[np.float32]:
    """Coefficients of the same colours after the scene was turned by `rotation`.

    Args:
        sh_coeffs: `[N, K, 3]`, K in 1, 4, 9, 16.
        rotation: Orthogonal matrix `[3, 3]`, old frame -> new frame; reflections are allowed.

    Returns:
        `[N, K, 3]`: its colour in direction `rotation @ d` is the old colour in direction d.
    """
    degree = math.isqrt(sh_coeffs.shape[1]) - 1
    rotated = np.array(sh_coeffs, dtype=np.float32)
    for band, matrix in enumerate(sh_rotation_matrices(rotation, degree)):
        rows = slice(band * band, (band + 1) ** 2)
        if band > 0:  # degree 0 is a constant and stays bit for bit
            rotated[:, rows] = matrix.astype(np.float32) @ sh_coeffs[:, rows]
    return rotated


def _spread_directions(count: int) -> NDArray[np.float64]:
    """`count` unit directions `[count, 3]`, evenly spread (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    z = 1.0 - 2.0 * index / count
    azimuth = index * math.pi * (1.0 + math.sqrt(5.0))
    radius = np.sqrt(1.0 - z * z)
    return np.stack([radius * np.cos(azimuth), radius * np.sin(azimuth), z], axis=-1)
