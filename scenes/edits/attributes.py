"""Numbers by which Gaussians are told apart: for histograms, and to select a range of one."""

from __future__ import annotations

import math
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ...kernels.constants import SH_C0
from ..camera import Camera
from ..formats.activations import opacities
from ..gaussians import FloatArray, Gaussians
from .edited_gaussians import BoolArray


class Attribute(Enum):
    """One number of each Gaussian.

    `OPACITY` 0 to 1. `LARGEST_SCALE` the largest standard deviation [scene units]. `VOLUME` of the ellipsoid of one
    standard deviation [cubic scene units]. `DEPTH` in front of the camera [scene units], negative behind it.
    `X`, `Y`, `Z` of the centre [scene units, world frame]. `RED`, `GREEN`, `BLUE` of the colour without its
    dependence on the direction, 0 to 1 where the scene is. `HUE` of that colour [degrees], 0 to 360; NaN for grey.
    """

    OPACITY = "opacity"
    LARGEST_SCALE = "largest scale"
    VOLUME = "volume"
    DEPTH = "depth"
    X = "x"
    Y = "y"
    Z = "z"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    HUE = "hue"


_AXES = {Attribute.X: 0, Attribute.Y: 1, Attribute.Z: 2}
_CHANNELS = {Attribute.RED: 0, Attribute.GREEN: 1, Attribute.BLUE: 2}


def attribute_values(gaussians: Gaussians, attribute: Attribute, camera: Camera | None = None) -> FloatArray:
    """The `attribute` of each Gaussian, `[N]`.

    Args:
        gaussians: The scene.
        attribute: Which number.
        camera: The view that `DEPTH` is for; the others need none.

    Raises:
        ValueError: `DEPTH` without a camera.
    """
    if attribute in _AXES:
        return gaussians.means[:, _AXES[attribute]]
    if attribute in _CHANNELS:
        return _channel(gaussians, _CHANNELS[attribute])
    if attribute is Attribute.OPACITY:
        return opacities(gaussians.logit_opacities).astype(np.float32)
    if attribute is Attribute.DEPTH:
        if camera is None:
            raise ValueError("the attribute depth needs a camera, got None")
        return (gaussians.means @ camera.viewmat[2, :3] + camera.viewmat[2, 3]).astype(np.float32)
    if attribute is Attribute.HUE:
        return _hues(*(_channel(gaussians, channel) for channel in range(3)))
    first, second, third = gaussians.log_scales.T
    if attribute is Attribute.LARGEST_SCALE:
        return np.exp(np.maximum(np.maximum(first, second), third))
    # float32 does not hold the volume of three scales of e^40
    volumes = (4.0 / 3.0 * math.pi) * np.exp(first.astype(np.float64) + second + third)
    return np.minimum(volumes, np.finfo(np.float32).max).astype(np.float32)


def in_value_range(
    gaussians: Gaussians, attribute: Attribute, low: float, high: float, camera: Camera | None = None
) -> BoolArray:
    """The Gaussians whose `attribute` is from `low` to `high`, both included, `[N]`.

    A range of `HUE` with `low` > `high` goes through 0, so that 340 to 20 is red; grey has no hue and is never
    selected by one.

    Raises:
        ValueError: `DEPTH` without a camera.
    """
    values = attribute_values(gaussians, attribute, camera)
    if attribute is Attribute.HUE and low > high:
        return (values >= low) | (values <= high)
    return (values >= low) & (values <= high)


def _channel(gaussians: Gaussians, channel: int) -> FloatArray:
    """One channel of the colour without its dependence on the direction, `[N]`."""
    return np.float32(0.5) + np.float32(SH_C0) * gaussians.sh_coeffs[:, 0, channel]


def _hues(red: FloatArray, green: FloatArray, blue: FloatArray) -> NDArray[np.float32]:
    """Hues [degrees] of the hexagonal colour circle (HSV) of channels `[N]`, NaN for grey."""
    largest = np.maximum(np.maximum(red, green), blue)
    chroma = largest - np.minimum(np.minimum(red, green), blue)
    safe = np.where(chroma > 0, chroma, np.float32(1.0))
    sixths = np.where(
        largest == red,
        ((green - blue) / safe) % 6,
        np.where(largest == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    return np.where(chroma > 0, 60 * sixths, np.float32(np.nan)).astype(np.float32)
