"""Stored parameters against the bytes and linear values that file formats hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...kernels.constants import SH_C0
from .byte_source import ByteSource

OPACITY_MARGIN = 1e-6
"""Opacities 0 and 1 have infinite logits; they are read as this far inside."""

SMALLEST_SCALE = 1e-10
"""A linear scale of 0 (a flat Gaussian) has no logarithm; it is read as this [scene units]."""


def logits(opacities: NDArray[Any]) -> NDArray[np.float64]:
    """Inverse sigmoid of opacities in 0-1, clamped by `OPACITY_MARGIN`."""
    inside = np.clip(np.asarray(opacities, dtype=np.float64), OPACITY_MARGIN, 1.0 - OPACITY_MARGIN)
    return np.log(inside / (1.0 - inside))


LOGITS_OF_BYTES = logits(np.arange(256) / 255.0).astype(np.float32)
"""Logit opacity of each 8-bit opacity, `[256]`."""

DC_OF_BYTES = ((np.arange(256) / 255.0 - 0.5) / SH_C0).astype(np.float32)
"""Degree-0 coefficient of each 8-bit display colour, `[256]`."""


def opacities(logit_opacities: NDArray[Any]) -> NDArray[np.float64]:
    """Sigmoid of logit opacities, without overflow."""
    half = 0.5 * np.asarray(logit_opacities, dtype=np.float64)
    return 0.5 + 0.5 * np.tanh(half)


def base_colors(dc: NDArray[Any]) -> NDArray[np.float64]:
    """Display colour (0-1 where the scene is) of degree-0 coefficients."""
    return 0.5 + SH_C0 * np.asarray(dc, dtype=np.float64)


def to_bytes(unit: NDArray[Any]) -> NDArray[np.uint8]:
    """Nearest 8-bit value of numbers in 0-1; what lies outside is clamped."""
    return np.clip(np.floor(unit * 255.0 + 0.5), 0, 255).astype(np.uint8)


def logs_of_scales(source: ByteSource, scales: NDArray[Any]) -> NDArray[np.float64]:
    """Natural logarithm of the linear scales `[N, 3]` of a file.

    Raises:
        SceneFileError: A scale is negative or not a number.
    """
    if len(scales) and not scales.min() >= 0:  # true for NaN too
        row, axis = np.argwhere(~(scales >= 0))[0]
        problem = f"expected a size of at least 0, found {scales[row, axis]:g}"
        raise source.error(
            f"Gaussian {row}, scale_{axis}", problem, "Remove it in a splat editor, or export again"
        )
    return np.log(np.maximum(np.asarray(scales, dtype=np.float64), SMALLEST_SCALE))
