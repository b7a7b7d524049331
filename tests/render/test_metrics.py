"""Picture metrics against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rowsplat.render import max_abs_error, mean_squared_error, psnr, ssim


def _noise(seed: int, dtype: type = np.float32) -> np.ndarray:
    return np.random.default_rng(seed).random((17, 23, 3)).astype(dtype)


@pytest.mark.parametrize("offset", [0.5, 0.1, 1e-3])
def test_a_constant_offset_gives_minus_twenty_log10_of_it(offset: float) -> None:
    picture = np.zeros((8, 9, 3))
    assert psnr(picture, picture + offset) == pytest.approx(-20.0 * math.log10(offset))


def test_one_wrong_pixel_is_averaged_over_the_picture() -> None:
    a = np.zeros((10, 10, 1), dtype=np.float32)
    b = a.copy()
    b[3, 4, 0] = 1.0
    assert mean_squared_error(a, b) == pytest.approx(1 / 100)
    assert psnr(a, b) == pytest.approx(20.0)
    assert max_abs_error(a, b) == 1.0


def test_equal_pictures_are_infinitely_alike() -> None:
    assert psnr(_noise(0), _noise(0)) == math.inf


def test_psnr_does_not_depend_on_the_order_of_its_arguments() -> None:
    assert psnr(_noise(0), _noise(1)) == psnr(_noise(1), _noise(0))


def test_psnr_does_not_depend_on_the_unit_when_the_peak_goes_along() -> None:
    a, b = _noise(0, np.float64), _noise(1, np.float64)
    assert psnr(255 * a, 255 * b, peak=255.0) == pytest.approx(psnr(a, b))


def test_uniform_noise_has_the_error_that_integration_gives() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.random(200_000), rng.random(200_000)  # E (a - b)^2 = 1/6 for independent uniform values
    assert mean_squared_error(a, b) == pytest.approx(1 / 6, rel=0.01)


def test_eight_bit_pictures_do_not_wrap_around() -> None:
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    assert psnr(black, white, peak=255.0) == pytest.approx(0.0)


def test_tiny_errors_are_not_lost_in_float32() -> None:
    a = np.full((100, 100, 3), 0.5, dtype=np.float32)
    b = np.nextafter(a, np.float32(1.0))
    step = float(b[0, 0, 0]) - 0.5
    assert psnr(a, b) == pytest.approx(-20.0 * math.log10(step))


def test_pictures_of_different_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"got \[2, 3, 3\] and \[3, 2, 3\]"):
        psnr(np.zeros((2, 3, 3)), np.zeros((3, 2, 3)))


def test_empty_pictures_and_a_peak_of_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="must have pixels"):
        psnr(np.zeros((0, 3)), np.zeros((0, 3)))
    with pytest.raises(ValueError, match="peak must be positive"):
        psnr(_noise(0), _noise(1), peak=0.0)


def test_ssim_is_what_a_loop_over_windows_gives() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.random((12, 10)), rng.random((12, 10))
    b = 0.7 * a + 0.3 * b
    values = []
    for y in range(12 - 6):
        for x in range(10 - 6):
            p, q = a[y : y + 7, x : x + 7].ravel(), b[y : y + 7, x : x + 7].ravel()
            c = np.cov(p, q)
            c1, c2 = 0.01**2, 0.03**2
            values.append(
                (2 * p.mean() * q.mean() + c1)
                / (p.mean() ** 2 + q.mean() ** 2 + c1)
                * (2 * c[0, 1] + c2)
                / (c[0, 0] + c[1, 1] + c2)
            )
    assert ssim(a, b) == pytest.approx(np.mean(values), abs=1e-5)
    colours = np.stack([a, b, a], axis=2)
    assert ssim(colours, np.stack([b, b, b], axis=2)) == pytest.approx(
        (2 * np.mean(values) + 1) / 3, abs=1e-5
    )


def test_ssim_is_1_for_equal_pictures_and_wants_a_window() -> None:
    picture = np.random.default_rng(0).random((9, 9, 3))
    assert ssim(picture, picture) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="at least 7 x 7"):
        ssim(picture[:5], picture[:5])
