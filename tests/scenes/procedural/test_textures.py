"""Noise, patterns and textures."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.scenes.procedural.noise import fractal_noise, square_wave, value_noise
from rowsplat.scenes.procedural.patterns import (
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
from rowsplat.scenes.procedural.random_textures import random_palette, random_texture

_PATTERNS: tuple[Pattern, ...] = (
    Flat(level=0.3),
    Clouds(octaves=5, gain=0.8, sharpness=4.0),
    Marble(turbulence=0.4),
    Wood(rings=4.0, wobble=0.4),
    Checker(),
    Stripes(count=3.0, varied=False),
    Stripes(count=3.0, varied=True),
    Dots(radius=0.4, per_unit=3.0, jitter=0.7),
    Cells(per_unit=3.0, joint=0.05),
    Bricks(mortar=0.01),
    Glyphs(per_unit=3.0, mirrored=True),
    Gradient(),
)
_BLURRED = (_PATTERNS[1], Checker(), Stripes(count=3.0, varied=False), Glyphs(per_unit=3.0, mirrored=False))


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(0).uniform(-9.0, 9.0, size=(20_000, 3)).astype(np.float32)


def test_noise_has_mean_0_and_variance_1(points: np.ndarray) -> None:
    for channels in (1, 3):
        noise = fractal_noise(
            points, np.zeros(len(points), np.float32), octaves=6, gain=0.8, channels=channels
        )
        assert noise.shape == (len(points), channels)
        np.testing.assert_allclose(noise.mean(axis=0), 0.0, atol=0.06)
        np.testing.assert_allclose(noise.var(axis=0), 1.0, atol=0.15)


def test_noise_is_the_trilinear_mix_of_its_lattice_at_eased_positions() -> None:
    at = np.array([[3.25, 7.5, 30.9]], dtype=np.float32)
    floor, t = np.floor(at), at - np.floor(at)
    t = t * t * (3.0 - 2.0 * t)
    mixed = 0.0
    for corner in np.ndindex(2, 2, 2):
        weight = np.where(np.array(corner) == 1, t, 1.0 - t).prod()
        mixed += weight * value_noise((floor + corner).astype(np.float32))[0, 0]
    assert value_noise(at)[0, 0] == pytest.approx(mixed, abs=1e-5)


def test_noise_repeats_after_its_period(points: np.ndarray) -> None:
    np.testing.assert_allclose(value_noise(points + np.float32(32.0)), value_noise(points), atol=1e-3)


def test_what_a_pixel_cannot_resolve_is_not_there(points: np.ndarray) -> None:
    coarse = np.full(len(points), 1.0, dtype=np.float32)
    np.testing.assert_array_equal(fractal_noise(points, coarse, octaves=4, gain=0.9), 0.0)
    half = np.full(len(points), 0.5, dtype=np.float32)
    one, four = (fractal_noise(points, half, octaves=octaves, gain=0.9) for octaves in (1, 4))
    np.testing.assert_allclose(four / four.std(), one / one.std(), atol=1e-4)  # only the first octave is left


def test_a_square_wave_is_one_in_the_first_half() -> None:
    t = np.array([0.1, 0.4, 0.6, 0.9, -0.6, -0.1], dtype=np.float32)
    np.testing.assert_array_equal(square_wave(t, np.zeros_like(t)), [1, 1, 0, 0, 1, 0])
    assert square_wave(np.array([0.25], np.float32), np.array([1e3], np.float32))[0] == pytest.approx(
        0.5, abs=1e-3
    )


@pytest.mark.parametrize("pattern", _PATTERNS, ids=lambda pattern: type(pattern).__name__)
def test_patterns_stay_between_0_and_1(pattern: Pattern, points: np.ndarray) -> None:
    for width in (0.0, 0.05, 2.0):
        values = pattern.values(points, np.full(len(points), width, dtype=np.float32))
        assert values.shape == (len(points),)
        assert values.min() >= -1e-6
        assert values.max() <= 1.0 + 1e-6


@pytest.mark.parametrize("pattern", _PATTERNS[1:], ids=lambda pattern: type(pattern).__name__)
def test_patterns_vary_where_they_are_resolved(pattern: Pattern, points: np.ndarray) -> None:
    assert pattern.values(points, np.full(len(points), 1e-3, dtype=np.float32)).std() > 0.1


@pytest.mark.parametrize("pattern", _BLURRED, ids=lambda pattern: type(pattern).__name__)
def test_wide_pixels_see_the_mean(pattern: Pattern, points: np.ndarray) -> None:
    values = pattern.values(points, np.full(len(points), 8.0, dtype=np.float32))
    assert values.std() < 0.05


def test_palettes_and_textures_are_albedos(points: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    world, footprint = points[:500].astype(np.float64), np.full(500, 0.01, dtype=np.float32)
    for _ in range(80):
        palette = random_palette(rng, 4)
        assert 0.0 < palette.min() <= palette.max() < 1.0
        colors = random_texture(rng, origin=np.zeros(3), size=1.0).colors(world, footprint)
        assert colors.shape == (500, 3)
        assert np.isfinite(colors).all()
        assert 0.0 <= colors.min() <= colors.max() <= 1.0
