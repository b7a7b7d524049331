"""The light of the scene: a soft warm key light, a cool fill, a sky above a dim floor, all at infinity.

Radiance is linear RGB. A lobe shines `colour * exp(sharpness * (d . axis - 1))` towards direction `d`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .shapes import GOLDEN_ANGLE
from .surfels import Array

EXPOSURE = 0.80


@dataclass(frozen=True, eq=False, kw_only=True)
class Lobe:
    """A soft light in a direction.

    Args:
        axis: Where it is, seen from the scene `[3]`, need not be normalised.
        sharpness: Inverse square of its angular radius.
        colour: Radiance at its middle, linear RGB `[3]`.
    """

    axis: Array
    sharpness: float
    colour: Array

    def radiance(self, directions: Array) -> Array:
        """Light from `directions` `[N, 3]`, unit length: `[N, 3]`."""
        cosine = directions @ (self.axis / np.linalg.norm(self.axis))
        return np.exp(self.sharpness * (cosine - 1.0))[:, None] * self.colour


KEY = Lobe(axis=np.array([-1.0, 1.10, 0.22]), sharpness=44.0, colour=np.array([40.0, 34.0, 26.0]))
KEY_IN_MIRRORS = Lobe(axis=KEY.axis, sharpness=0.4 * KEY.sharpness, colour=0.4 * KEY.colour)
"""The key light as glossy surfaces show it: wider and dimmer, since harmonics cannot draw it any sharper."""

_FILLS = (
    Lobe(axis=np.array([0.75, 0.50, 0.75]), sharpness=10.0, colour=np.array([0.75, 0.95, 1.30])),
    Lobe(axis=np.array([0.25, 0.50, -1.0]), sharpness=14.0, colour=np.array([2.4, 2.0, 1.8])),
)


def sky(directions: Array) -> Array:
    """Everything but the key light, from unit `directions` `[N, 3]`: `[N, 3]`."""
    up = directions[:, 1:2]
    zenith, horizon, floor = (
        np.array([0.20, 0.26, 0.38]),
        np.array([0.10, 0.10, 0.11]),
        np.array([0.075, 0.060, 0.055]),
    )
    above = horizon + (zenith - horizon) * np.clip(up, 0.0, 1.0)
    base = np.where(up > 0, above, horizon + (floor - horizon) * np.clip(-3.0 * up, 0.0, 1.0))
    return base + sum(light.radiance(directions) for light in _FILLS)


def key_samples(count: int) -> tuple[Array, Array]:
    """Directions into the key light `[count, 3]`, and the light that each one carries, `[3]`."""
    # Inverse of the lobe's distribution over the cosine, on a golden spiral around the axis.
    share = (np.arange(count) + 0.5) / count
    cosine = 1.0 + np.log(1.0 - share * (1.0 - np.exp(-2.0 * KEY.sharpness))) / KEY.sharpness
    axis = KEY.axis / np.linalg.norm(KEY.axis)
    side = np.cross(axis, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    angle, radius = GOLDEN_ANGLE * np.arange(count), np.sqrt(1.0 - cosine**2)
    around = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(axis, side)
    power = 2.0 * np.pi / KEY.sharpness * KEY.colour / count
    return cosine[:, None] * axis + radius[:, None] * around, power


def sphere_directions(count: int) -> Array:
    """Evenly spread unit vectors `[count, 3]`, each standing for a solid angle of 4 pi / count."""
    y = 1.0 - 2.0 * (np.arange(count) + 0.5) / count
    angle, ring = GOLDEN_ANGLE * np.arange(count), np.sqrt(1.0 - y**2)
    return np.column_stack([ring * np.cos(angle), y, ring * np.sin(angle)])


def displayed(radiance: Array) -> Array:
    """Linear radiance to display values in [0, 1]: exposure, a soft shoulder, the sRGB curve."""
    x = np.maximum(EXPOSURE * radiance, 0.0)
    x = np.clip(x * (1.6 * x + 0.06) / (x * (1.55 * x + 0.50) + 0.10), 0.0, 1.0)
    return np.where(x < 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
