"""How far two pictures are apart.

Notation: mse = mean((a - b)^2) over all pixels and channels; PSNR = 10 log10(peak^2 / mse) [dB].
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def mean_squared_error(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Mean over all elements of the squared difference, summed in float64.

    Args:
        a: Picture of any shape, for example `[H, W, C]`.
        b: Picture of the same shape.

    Raises:
        ValueError: The shapes differ, or the pictures are empty.
    """
    return float(np.mean(np.square(_difference(a, b))))


def max_abs_error(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Largest absolute difference of an element; arguments and errors as in `mean_squared_error`."""
    return float(np.max(np.abs(_difference(a, b))))


def psnr(a: NDArray[np.floating], b: NDArray[np.floating], *, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio [dB], `inf` for equal pictures.

    Args:
        a: Picture of any shape, for example `[H, W, C]`.
        b: Picture of the same shape.
        peak: Largest value a picture may have: 1 for float pictures, 255 for 8-bit ones.

    Raises:
        ValueError: The shapes differ, the pictures are empty, or `peak` is not positive.
    """
    return psnr_of_error(mean_squared_error(a, b), peak=peak)


def psnr_of_error(mse: float, *, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio [dB] of a mean squared error, `inf` for 0."""
    if peak <= 0:
        raise ValueError(f"peak must be positive, got {peak}")
    return math.inf if mse == 0 else 10.0 * math.log10(peak * peak / mse)


def _difference(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    if a.shape != b.shape:
        raise ValueError(f"pictures must have the same shape, got {list(a.shape)} and {list(b.shape)}")
    if a.size == 0:
        raise ValueError(f"pictures must have pixels, got shape {list(a.shape)}")
    return np.subtract(a, b, dtype=np.float64)
