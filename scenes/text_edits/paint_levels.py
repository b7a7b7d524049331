"""How bright painted things are to be: measured on what is painted, so that navy ends darker than blue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..edits import IndexMask
from ..edits.recolouring import REC709_LUMA
from ..formats.activations import base_colors, opacities
from ..gaussians import Gaussians

_LIT_WHITE = 0.9  # what white paint looks like in ordinary light
_DARKEST_LIT, _DARKEST_PAINT = (
    0.45,
    0.04,
)  # so that paint shows on black things, and black paint has some shade left
_LARGEST_GAIN = 20.0
_BRIGHTEST, _BRIGHT_SHARE = 0.98, 0.95  # brightness that this share of the Gaussians stays below


def paint_gain(gaussians: Gaussians, mask: IndexMask, color: tuple[float, float, float]) -> float:
    """Factor of the brightness of what is painted.

    Strong colours keep the light as it is: their own value of HSV is the factor, 1 for pure blue. Pale colours and
    greys say how light the thing should be: white ends as white whatever was there.

    Args:
        gaussians: The scene.
        mask: What is painted, not empty.
        color: sRGB, 0 to 1.
    """
    value = max(color)
    saturation = (value - min(color)) / value if value > 0.0 else 0.0
    values = np.clip(_colors(gaussians, mask), 0.0, 1.0).max(axis=1)
    typical = max(_mean(values, gaussians, mask), 1e-3)
    lit = (1.0 - saturation) * _LIT_WHITE + saturation * max(typical, _DARKEST_LIT)
    gain = min(max(value * lit, _DARKEST_PAINT) / typical, _LARGEST_GAIN)
    # paint that is made lighter must not lose its shading where it is light already
    return min(gain, max(1.0, _BRIGHTEST / max(float(np.quantile(values, _BRIGHT_SHARE)), 1e-3)))


def contrast_pivot(gaussians: Gaussians, mask: IndexMask) -> float:
    """The grey about which contrast changes: the mean luma of the Gaussians of `mask`, 0 to 1."""
    lumas = np.clip(_colors(gaussians, mask), 0.0, 1.0) @ np.array(REC709_LUMA)
    return min(max(_mean(lumas, gaussians, mask), 0.0), 1.0)


def _colors(gaussians: Gaussians, mask: IndexMask) -> NDArray[np.float64]:
    """Colours of the mask without their dependence on the direction, `[M, 3]`."""
    return base_colors(gaussians.sh_coeffs[mask.indices(), 0])


def _mean(values: NDArray[np.float64], gaussians: Gaussians, mask: IndexMask) -> float:
    """Mean of `values [M]` by opacity."""
    weights = opacities(gaussians.logit_opacities[mask.indices()]) + 1e-9
    return float(np.average(values, weights=weights))
