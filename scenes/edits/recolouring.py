"""The maths of recolouring splats whose colour depends on the direction.

Notation: colour in direction d, before it is clamped at 0, c(d) = 1/2 + sum_k Y_k(d) c_k with the
coefficients c_k in RGB, Y_0 = SH_C0. Every change here is a linear map of colours,

    c'(d) = A c(d),      A = brightness * S * diag(tint),      S = saturation I + (1 - saturation) 1 w^T

with the weights w of Rec. 709's luma, so that saturation 0 is grey of the same luma. A does not depend on d, so
it acts on the coefficients one by one; the constant 1/2 goes to degree 0:

    c'_0 = A c_0 + (A - I) (1/2, 1/2, 1/2) / SH_C0,      c'_k = A c_k   for k > 0

and is exact in every direction. An offset b, c'(d) = A c(d) + b, adds b / SH_C0 to c'_0.

Painting keeps the largest channel m of each Gaussian, the value of HSV, and replaces hue and saturation by those of a
tone t whose largest channel is 1: c'(d) = (1 - a) c(d) + a t c_m(d). Which channel is largest is judged by degree 0,
so that the map is linear for each Gaussian and shading that depends on the direction is kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...kernels.constants import SH_C0
from ..formats.activations import logits, opacities
from ..gaussians import FloatArray

REC709_LUMA = (0.2126, 0.7152, 0.0722)


def colour_matrix(
    tint: tuple[float, float, float], saturation: float, brightness: float
) -> NDArray[np.float64]:
    """The matrix A `[3, 3]` that acts on colours (columns R, G, B)."""
    if saturation == 1.0:
        return brightness * np.diag(tint)  # exactly diagonal: a channel of tint 1 keeps every bit
    grey = np.ones((3, 1)) * np.array(REC709_LUMA)
    return brightness * (saturation * np.eye(3) + (1.0 - saturation) * grey) * np.array(tint)


def recoloured_sh(sh_coeffs: FloatArray, matrix: NDArray[np.float64]) -> FloatArray:
    """The coefficients `[N, K, 3]` of the colours that `matrix [3, 3]` makes of those of `sh_coeffs`."""
    return mapped_sh(sh_coeffs, matrix, np.zeros(3))


def mapped_sh(sh_coeffs: FloatArray, matrix: NDArray[np.float64], offset: NDArray[np.float64]) -> FloatArray:
    """The coefficients `[N, K, 3]` of the colours `matrix [3, 3]` c + `offset [3]`."""
    flat = sh_coeffs.reshape(-1, 3)  # one large product: numpy does [N, K, 3] @ [3, 3] one Gaussian at a time
    recoloured = (flat @ matrix.T.astype(np.float32)).reshape(sh_coeffs.shape)
    constant = (matrix - np.eye(3)) @ np.full(3, 0.5 / SH_C0) + offset / SH_C0
    recoloured[:, 0] = sh_coeffs[:, 0].astype(np.float64) @ matrix.T + constant
    return recoloured


def painted_sh(sh_coeffs: FloatArray, tone: NDArray[np.float64], amount: float) -> FloatArray:
    """The coefficients `[N, K, 3]` with hue and saturation of `tone [3]`, mixed by `amount` with what they are."""
    largest = np.argmax(sh_coeffs[:, 0], axis=1)
    value = np.take_along_axis(sh_coeffs, largest[:, None, None], axis=2)  # [N, K, 1]
    painted = (1.0 - amount) * sh_coeffs + amount * tone.astype(np.float32) * value
    painted[:, 0] += (amount * (tone - 1.0) * 0.5 / SH_C0).astype(np.float32)
    return painted.astype(np.float32)


def scaled_opacities(logit_opacities: FloatArray, factor: float) -> FloatArray:
    """The logits `[N]` of the opacities times `factor`, held just inside 0 and 1."""
    return logits(opacities(logit_opacities) * factor).astype(np.float32)
