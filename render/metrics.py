"""How far two pictures are apart.

Notation: mse = mean((a - b)^2) over all pixels and channels; PSNR = 10 log10(peak^2 / mse) [dB].
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WINDOW = 7  # of SSIM [px]


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


def ssim(a: NDArray[np.floating], b: NDArray[np.floating], *, peak: float = 1.0) -> float:
    """Structural similarity of two pictures, 1 for equal ones (Wang et al. 2004, eq. 13).

    The mean over all windows of 7 x 7 pixels that lie inside, of all channels, with sample (co)variances: what
    `skimage.metrics.structural_similarity` computes by default.

    Args:
        a: Picture `[H, W]` or `[H, W, C]`, at least 7 x 7.
        b: Picture of the same shape.
        peak: As in `psnr`.

    Raises:
        ValueError: The shapes differ, or the pictures are smaller than a window.
    """
    from scipy.ndimage import uniform_filter

    if a.shape != b.shape or a.ndim not in (2, 3) or min(a.shape[:2]) < _WINDOW:
        raise ValueError(f"pictures must have one shape of at least 7 x 7, got {a.shape} and {b.shape}")
    size: Any = (_WINDOW, _WINDOW) + (1,) * (a.ndim - 2)  # its stub knows one number only
    half = _WINDOW // 2

    def mean(values: NDArray[np.floating]) -> NDArray[np.floating]:
        return uniform_filter(values, size)[half:-half, half:-half]

    x, y = (np.asarray(values, np.float32) for values in (a, b))
    unbiased = _WINDOW**2 / (_WINDOW**2 - 1)
    mean_x, mean_y = mean(x), mean(y)
    var_x, var_y = (unbiased * (mean(v * v) - m * m) for v, m in ((x, mean_x), (y, mean_y)))
    covariance = unbiased * (mean(x * y) - mean_x * mean_y)
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    luminance = (2.0 * mean_x * mean_y + c1) / (mean_x * mean_x + mean_y * mean_y + c1)
    similar = luminance * (2.0 * covariance + c2) / (var_x + var_y + c2)
    return min(float(np.mean(similar, dtype=np.float64)), 1.0)


def _difference(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    if a.shape != b.shape:
        raise ValueError(f"pictures must have the same shape, got {list(a.shape)} and {list(b.shape)}")
    if a.size == 0:
        raise ValueError(f"pictures must have pixels, got shape {list(a.shape)}")
    return np.subtract(a, b, dtype=np.float64)
