"""Draws palettes and textures at random, with statistics near those of photographed things."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.typing import NDArray

from .noise import Array
from .patterns import (
    Bricks,
    Cells,
    Checker,
    Clouds,
    Dots,
    Flat,
    Glyphs,
    Gradient,
    Marble,
    Pattern,
    Stripes,
    Wood,
)
from .textures import Blend, Painted, PhotoNoise, Placement, Ramp, Texture, Weathered

_FLAT_SHARE = 0.15
_PHOTO_SHARE = 0.28
_BLEND_SHARE = 0.2
_WEATHERED_SHARE = 0.75  # of what is painted
_FINEST = 0.004  # feature [radii of the subject]; 320 px across the subject show it as two pixels
_WARM, _COOL = 0.08, 0.58  # hues that natural and made things favour


def random_texture(
    rng: np.random.Generator, *, origin: NDArray[np.float64], size: float, upright: bool = False
) -> Texture:
    """A texture for a thing at `origin [3]` of radius `size` [scene units].

    Args:
        rng: Where the choices come from.
        origin: Middle of the thing, world frame.
        size: Its radius; the largest features are between a twentieth and all of it.
        upright: Keep the pattern's axes along the world's, as floors and walls do.
    """
    if rng.random() < _BLEND_SHARE:
        mask = Clouds(octaves=5, gain=0.6, sharpness=float(rng.uniform(2.0, 12.0)))
        return Blend(
            first=_single(rng, origin, size, upright),
            second=_single(rng, origin, size, upright),
            mask=mask,
            placement=_placement(rng, origin, size * rng.uniform(0.3, 1.0), upright=False),
        )
    return _single(rng, origin, size, upright)


def random_palette(rng: np.random.Generator, count: int) -> Array:
    """`count` albedos that go together, `[count, 3]`: mostly muted, of clearly different brightness."""
    hues = np.array([_WARM, _COOL, rng.random()])[rng.choice(3, size=2, p=[0.35, 0.2, 0.45])]
    vividness = rng.beta(1.3, 1.6) if rng.random() < 0.8 else rng.uniform(0.7, 1.0)
    low, high = np.sort(rng.uniform(0.08, 1.0, size=2))
    values = np.linspace(low, max(high, min(low + 0.3, 1.0)), count)
    rng.shuffle(values)
    colors = [
        colorsys.hsv_to_rgb(
            (rng.choice(hues) + rng.normal(0.0, 0.03)) % 1.0,
            float(np.clip(vividness * rng.uniform(0.5, 1.1), 0.0, 1.0)),
            float(value),
        )
        for value in values
    ]
    return np.clip(np.array(colors) ** 2.2, 0.015, 0.92).astype(np.float32)


def photo_noise(
    rng: np.random.Generator, *, origin: NDArray[np.float64], size: float, upright: bool = False
) -> PhotoNoise:
    """Photo-like noise, see `random_texture` for the arguments."""
    mean = np.log(random_palette(rng, 1)[0].clip(0.08, 0.5))
    brightness = np.ones(3) * rng.uniform(0.4, 0.8)
    warmth = np.array([1.0, 0.1, -1.0]) * rng.uniform(0.05, 0.5)
    greenness = np.array([-0.5, 1.0, -0.5]) * rng.uniform(0.02, 0.25)
    feature = size * rng.uniform(0.25, 1.0)
    return PhotoNoise(
        mean=mean.astype(np.float32),
        mixing=np.stack([brightness, warmth, greenness]).astype(np.float32),
        octaves=_octaves(feature),
        gain=float(rng.uniform(0.65, 1.0)),
        placement=_placement(rng, origin, feature, upright),
    )


def _single(rng: np.random.Generator, origin: NDArray[np.float64], size: float, upright: bool) -> Texture:
    kind = rng.random()
    if kind < _FLAT_SHARE:
        return Painted(
            pattern=Flat(level=0.0),
            ramp=Ramp(stops=random_palette(rng, 1)),
            placement=_placement(rng, origin, size, upright),
        )
    if kind < _FLAT_SHARE + _PHOTO_SHARE:
        return photo_noise(rng, origin=origin, size=size, upright=upright)
    pattern, feature = _random_pattern(rng, size)
    painted = Painted(
        pattern=pattern,
        ramp=Ramp(stops=random_palette(rng, int(rng.integers(2, 7))), stepped=bool(rng.random() < 0.2)),
        placement=_placement(rng, origin, feature, upright),
    )
    if rng.random() > _WEATHERED_SHARE:
        return painted
    wear = size * rng.uniform(0.1, 0.5)
    return Weathered(
        base=painted,
        strength=float(rng.uniform(0.08, 0.4)),
        octaves=_octaves(wear),
        placement=_placement(rng, origin, wear, upright=False),
    )


def _random_pattern(rng: np.random.Generator, size: float) -> tuple[Pattern, float]:
    """A pattern and the size of its largest feature [scene units]."""
    feature = size * float(np.exp(rng.uniform(np.log(0.12), np.log(0.9))))
    fine = int(rng.integers(2, 6))
    choices: tuple[Pattern, ...] = (
        Clouds(
            octaves=_octaves(feature), gain=float(rng.uniform(0.55, 0.95)), sharpness=float(rng.uniform(1, 6))
        ),
        Marble(turbulence=float(rng.uniform(0.1, 0.7))),
        Wood(rings=float(rng.uniform(2.0, 6.0)), wobble=float(rng.uniform(0.1, 0.8))),
        Checker(),
        Stripes(count=float(fine), varied=bool(rng.random() < 0.5)),
        Dots(radius=float(rng.uniform(0.25, 0.5)), per_unit=float(fine), jitter=float(rng.uniform(0.0, 1.0))),
        Cells(per_unit=float(fine), joint=float(rng.choice([0.0, 0.03, 0.06]))),
        Bricks(mortar=float(rng.uniform(0.006, 0.02))),
        Dots(radius=0.3, per_unit=4.0 * fine, jitter=1.0),  # speckle
        Glyphs(per_unit=float(fine), mirrored=bool(rng.random() < 0.5)),
        Gradient(),
    )
    weights = np.array([2.0, 1.0, 1.0, 0.8, 1.0, 0.8, 1.3, 0.9, 0.7, 1.0, 0.3])
    return choices[int(rng.choice(len(choices), p=weights / weights.sum()))], feature


def _placement(
    rng: np.random.Generator, origin: NDArray[np.float64], feature: float, upright: bool
) -> Placement:
    axes = np.eye(3)[rng.permutation(3)].T if upright else _random_rotation(rng)
    shift = rng.uniform(-8.0, 8.0, size=3) * feature
    stretch = np.exp(rng.uniform(-0.3, 0.3, size=3)) if rng.random() < 0.5 else np.ones(3)
    return Placement(origin=origin + shift, axes=axes * stretch, feature=float(feature))


def _random_rotation(rng: np.random.Generator) -> NDArray[np.float64]:
    """Even over all rotations, `[3, 3]`."""
    q, r = np.linalg.qr(rng.standard_normal((3, 3)))
    return q * np.sign(np.diag(r))


def _octaves(feature: float) -> int:
    """So many that the finest octave is near what high-resolution cameras still see."""
    return int(np.clip(np.ceil(np.log2(max(feature, 2.0 * _FINEST) / _FINEST)), 1, 8))
