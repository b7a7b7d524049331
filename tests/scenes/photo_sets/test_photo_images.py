"""Reading a photo: transparency, scaling, and lens distortion against a brute-force lens."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import Background, Photo, load_photo_set
from rowsplat.scenes.photo_sets.undistortion import distorted_points, undistorted_camera

from .conftest import HEIGHT, WIDTH, transforms

_BARREL = (-0.15, 0.03, 0.002, -0.001)
_PINCUSHION = (0.12, -0.02, -0.001, 0.002)


@pytest.fixture
def camera() -> Camera:
    return Camera.look_at([0, 0, -3], [0, 0, 0], width=WIDTH, height=HEIGHT, fov_deg=40)


def test_transparent_photos_lie_on_white_or_black(camera: Camera) -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., 0] = 255
    pixels[:, WIDTH // 2 :, 3] = 255
    pixels[0, 0, 3] = 51
    photo = Photo(name="a", camera=camera, source=pixels)
    white, black = photo.image(), photo.image(background=Background.BLACK)
    np.testing.assert_allclose(white.rgb[0, 0], [1, 0.8, 0.8], atol=1e-6)
    np.testing.assert_allclose(black.rgb[0, 0], [0.2, 0, 0], atol=1e-6)
    np.testing.assert_allclose(white.rgb[5, -1], [1, 0, 0])
    assert white.alpha is not None
    assert white.alpha[0, 0] == pytest.approx(0.2)


def test_colours_under_transparency_do_not_bleed_when_scaled_down(tmp_path: Path, camera: Camera) -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[::2] = (0, 200, 0, 255)
    pixels[1::2] = (255, 0, 255, 0)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    for source in (pixels, tmp_path / "a.png"):
        image = Photo(name="a", camera=camera, source=source).image(48, background=Background.BLACK)
        assert image.alpha is not None
        np.testing.assert_allclose(image.alpha, 0.5, atol=0.01)
        np.testing.assert_allclose(image.rgb, np.broadcast_to([0, 100 / 255, 0], image.rgb.shape), atol=0.01)


def test_scaling_down_averages_areas_and_never_scales_up(camera: Camera) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.random((HEIGHT, WIDTH, 3)).astype(np.float32)
    photo = Photo(name="a", camera=camera, source=pixels)
    half = photo.image(WIDTH // 2)
    mean = pixels.reshape(HEIGHT // 2, 2, WIDTH // 2, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(half.rgb, mean, atol=1e-6)
    assert half.camera.fx == pytest.approx(camera.fx / 2)
    assert photo.camera_at(WIDTH // 2).width == half.camera.width
    assert photo.image(4 * WIDTH).rgb.shape == pixels.shape


@pytest.mark.parametrize("distortion", [_BARREL, _PINCUSHION, (*_BARREL, 0.01, 0.1, -0.02, 0.001)])
def test_distorted_points_are_those_of_opencv(distortion: tuple[float, ...]) -> None:
    cv2 = pytest.importorskip("cv2")
    points = np.random.default_rng(0).uniform(-0.6, 0.6, (40, 2))
    ones = np.c_[points, np.ones(40)]
    expected, _ = cv2.projectPoints(ones, np.zeros(3), np.zeros(3), np.eye(3), np.array(distortion))
    np.testing.assert_allclose(distorted_points(points, distortion), expected[:, 0], atol=1e-12)


@pytest.mark.parametrize("distortion", [_BARREL, _PINCUSHION])
@pytest.mark.parametrize("max_side", [None, WIDTH // 2])
def test_an_undistorted_photo_shows_what_its_pinhole_camera_sees(
    camera: Camera, distortion: tuple[float, ...], max_side: int | None
) -> None:
    pytest.importorskip("cv2")
    big = replace(camera.resized(4 * WIDTH, 4 * HEIGHT), distortion=distortion, cx=200.0, cy=120.0)
    photo = Photo(name="a", camera=undistorted_camera(big), lens=big, source=_seen_by(big))
    image = photo.image(max_side)
    truth = _pattern(_plane_points(image.camera))
    inner = np.s_[3:-3, 3:-3]
    assert np.abs(image.rgb[inner] - truth[inner]).max() < 0.03


@pytest.mark.parametrize("distortion", [_BARREL, _PINCUSHION])
def test_the_undistorted_picture_is_filled_by_the_photo(
    camera: Camera, distortion: tuple[float, ...]
) -> None:
    lens = replace(camera, distortion=distortion)
    seen = distorted_points(_plane_points(undistorted_camera(lens)).reshape(-1, 2), distortion)
    pixels = seen * [lens.fx, lens.fy] + [lens.cx, lens.cy]
    assert (pixels >= 0).all()
    assert (pixels <= [WIDTH, HEIGHT]).all()


def _plane_points(camera: Camera) -> np.ndarray:
    """Where pixel centres look on the plane z = 1, `[H, W, 2]`."""
    x = (np.arange(camera.width) + 0.5 - camera.cx) / camera.fx
    y = (np.arange(camera.height) + 0.5 - camera.cy) / camera.fy
    return np.stack(np.meshgrid(x, y), axis=-1)


def _pattern(points: np.ndarray) -> np.ndarray:
    x, y = points[..., 0], points[..., 1]
    return np.stack(
        [0.5 + 0.5 * np.sin(20 * x), 0.5 + 0.5 * np.cos(15 * y), 0.5 + 0.4 * x - 0.3 * y], axis=-1
    )


def _seen_by(lens: Camera) -> np.ndarray:
    """The pattern through the lens: the inverse of the distortion by fixed-point iteration."""
    distorted = _plane_points(lens).reshape(-1, 2)
    points = distorted.copy()
    for _ in range(60):
        points += distorted - distorted_points(points, lens.distortion)
    return _pattern(points).reshape(lens.height, lens.width, 3).astype(np.float32)


def test_photos_of_a_file_with_distortion_have_pinhole_cameras(
    tmp_path: Path, cameras: tuple[Camera, ...]
) -> None:
    pytest.importorskip("cv2")
    photo = load_photo_set(transforms(tmp_path / "scene", cameras, k1=0.1, k2=-0.02)).photos[1]
    assert photo.lens is not None
    assert photo.lens.distortion == (0.1, -0.02)
    assert photo.camera.distortion == ()
    assert photo.image().rgb.shape == (HEIGHT, WIDTH, 3)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, rowsplat.scenes.photo_sets; "
        "print([m for m in ('cv2', 'PIL', 'scipy', 'torch', 'open3d') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
