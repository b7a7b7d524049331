"""What is written is read again, within each format's own quantisation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rowsplat.scenes import Gaussians
from rowsplat.scenes.formats import describe_file, load_gaussians, save_gaussians

from .sample_scenes import ARRAYS, angles_between, covariances, in_order_of, random_gaussians

_DEGREES = (0, 1, 2, 3)


def _round_trip(gaussians: Gaussians, path: Path, **options: int) -> Gaussians:
    save_gaussians(gaussians, path, **options)  # type: ignore[arg-type]
    loaded = load_gaussians(path)
    assert len(loaded) == len(gaussians)
    facts = describe_file(path)
    assert facts["num_gaussians"] == len(gaussians)
    assert facts["sh_degree"] == loaded.sh_degree
    return in_order_of(loaded, gaussians)


def _opacities(gaussians: Gaussians) -> np.ndarray:
    return 1 / (1 + np.exp(-gaussians.logit_opacities.astype(np.float64)))


def _largest_difference(a: Gaussians, b: Gaussians, name: str) -> float:
    return float(np.abs(getattr(a, name).astype(np.float64) - getattr(b, name)).max())


@pytest.mark.parametrize("degree", _DEGREES)
def test_ply_keeps_every_bit(tmp_path: Path, degree: int) -> None:
    gaussians = random_gaussians(sh_degree=degree)
    loaded = _round_trip(gaussians, tmp_path / "scene.ply")
    for name in ARRAYS:
        assert np.array_equal(getattr(loaded, name), getattr(gaussians, name)), name


def test_ply_keeps_quaternions_that_are_not_normalised(tmp_path: Path) -> None:
    original = random_gaussians(5)
    stretched = Gaussians(
        **{n: getattr(original, n) for n in ARRAYS if n != "quats"}, quats=original.quats * 3
    )
    save_gaussians(stretched, tmp_path / "scene.ply")
    assert np.array_equal(load_gaussians(tmp_path / "scene.ply").quats, stretched.quats)


@pytest.mark.parametrize("degree", _DEGREES)
def test_glb_loses_only_rounding(tmp_path: Path, degree: int) -> None:
    gaussians = random_gaussians(sh_degree=degree)
    loaded = _round_trip(gaussians, tmp_path / "scene.glb")
    assert np.array_equal(loaded.means, gaussians.means)
    assert np.array_equal(loaded.sh_coeffs, gaussians.sh_coeffs)
    assert angles_between(loaded.quats, gaussians.quats).max() < 1e-6
    assert _largest_difference(loaded, gaussians, "log_scales") < 1e-6
    assert _largest_difference(loaded, gaussians, "logit_opacities") < 1e-4


@pytest.mark.parametrize("degree", _DEGREES)
def test_compressed_ply_stays_within_its_steps(tmp_path: Path, degree: int) -> None:
    gaussians = random_gaussians(700, sh_degree=degree)
    loaded = _round_trip(gaussians, tmp_path / "scene.compressed.ply")
    assert _largest_difference(loaded, gaussians, "means") < 6 / 1023 / 2 * 1.001
    assert _largest_difference(loaded, gaussians, "log_scales") < 5 / 1023 / 2 * 1.001
    assert angles_between(loaded.quats, gaussians.quats).max() < 0.006
    assert np.abs(_opacities(loaded) - _opacities(gaussians)).max() < 0.5 / 255 * 1.001
    assert np.abs(loaded.sh_coeffs[:, 0] - gaussians.sh_coeffs[:, 0]).max() < 3.4 / 255 / 2 * 1.01
    assert np.abs(loaded.sh_coeffs[:, 1:] - gaussians.sh_coeffs[:, 1:]).max(initial=0) < 8 / 256 * 0.51


def test_splat_stays_within_its_bytes_and_drops_harmonics(tmp_path: Path) -> None:
    gaussians = random_gaussians()
    loaded = _round_trip(gaussians, tmp_path / "scene.splat")
    assert loaded.sh_degree == 0
    assert np.array_equal(loaded.means, gaussians.means)
    assert _largest_difference(loaded, gaussians, "log_scales") < 1e-6
    assert angles_between(loaded.quats, gaussians.quats).max() < 0.03
    assert np.abs(_opacities(loaded) - _opacities(gaussians)).max() < 0.5 / 255 * 1.001
    assert np.abs(loaded.sh_coeffs[:, 0] - gaussians.sh_coeffs[:, 0]).max() < 0.5 / 255 / 0.282 * 1.001


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("degree", _DEGREES)
def test_spz_stays_within_its_steps(tmp_path: Path, version: int, degree: int) -> None:
    gaussians = random_gaussians(sh_degree=degree, antialiased=True)
    loaded = _round_trip(gaussians, tmp_path / "scene.spz", spz_version=version)
    assert describe_file(tmp_path / "scene.spz")["version"] == version
    assert loaded.antialiased
    assert _largest_difference(loaded, gaussians, "means") <= 0.5 / 4096
    assert _largest_difference(loaded, gaussians, "log_scales") <= 0.5 / 16
    assert angles_between(loaded.quats, gaussians.quats).max() < 0.006
    assert np.abs(_opacities(loaded) - _opacities(gaussians)).max() < 0.5 / 255 * 1.001
    assert np.abs(loaded.sh_coeffs[:, 0] - gaussians.sh_coeffs[:, 0]).max() < 0.5 / 255 / 0.15 * 1.001
    inside = np.clip(gaussians.sh_coeffs[:, 1:], -1, 1)
    assert np.abs(loaded.sh_coeffs[:, 1:4] - inside[:, :3]).max(initial=0) <= 4.5 / 128
    assert np.abs(loaded.sh_coeffs[:, 4:] - inside[:, 3:]).max(initial=0) <= 15.5 / 128


def test_spz_trades_precision_for_range_in_large_scenes(tmp_path: Path) -> None:
    gaussians = random_gaussians(50)
    far = Gaussians(
        **{n: getattr(gaussians, n) for n in ARRAYS if n != "means"}, means=gaussians.means * 10_000
    )
    save_gaussians(far, tmp_path / "scene.spz")
    step = describe_file(tmp_path / "scene.spz")["position_step"]
    assert np.abs(load_gaussians(tmp_path / "scene.spz").means - far.means).max() <= step / 2 * 1.01


@pytest.mark.parametrize("degree", _DEGREES)
def test_sog_stays_within_its_steps(tmp_path: Path, degree: int) -> None:
    gaussians = random_gaussians(sh_degree=degree, antialiased=True)
    loaded = _round_trip(gaussians, tmp_path / "scene.sog")
    assert loaded.antialiased
    step = 2 * np.log(4) / 65535 * 4  # 16 bits between -log(1+3) and log(1+3), expanded by exp
    assert _largest_difference(loaded, gaussians, "means") < step / 2
    assert angles_between(loaded.quats, gaussians.quats).max() < 0.02
    assert np.abs(_opacities(loaded) - _opacities(gaussians)).max() < 0.5 / 255 * 1.001
    for difference, extent in (
        (loaded.log_scales - gaussians.log_scales, 5.0),
        (loaded.sh_coeffs[:, 0] - gaussians.sh_coeffs[:, 0], 3.4),
    ):  # a codebook of 256 is never worse than even steps
        assert np.sqrt(np.mean(difference**2)) < extent / 255 / np.sqrt(12)
        assert np.abs(difference).max() < 2 * extent / 255
    rest = np.abs(loaded.sh_coeffs[:, 1:] - gaussians.sh_coeffs[:, 1:])
    assert rest.max(initial=0) < 0.12
    assert np.sqrt(np.mean(rest**2)) < 0.002 if degree else True


@pytest.mark.parametrize("ending", ["ply", "compressed.ply", "glb", "spz", "sog"])
@pytest.mark.parametrize("antialiased", [False, True])
def test_the_antialiased_tag_survives(tmp_path: Path, ending: str, antialiased: bool) -> None:
    path = tmp_path / f"scene.{ending}"
    save_gaussians(random_gaussians(10, antialiased=antialiased), path)
    assert load_gaussians(path).antialiased is antialiased


@pytest.mark.parametrize("ending", ["ply", "compressed.ply", "glb", "spz", "sog", "splat"])
def test_shapes_survive_the_change_of_axes(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"scene.{ending}"
    gaussians = random_gaussians(150)
    save_gaussians(gaussians, path)
    before, after = covariances(gaussians), covariances(in_order_of(load_gaussians(path), gaussians))
    size = np.trace(before, axis1=1, axis2=2)
    assert (np.abs(after - before).max(axis=(1, 2)) / size).max() < 0.08


@pytest.mark.parametrize("ending", ["compressed.ply", "sog", "spz"])
def test_a_second_trip_changes_no_more_than_rounding(tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
    save_gaussians(random_gaussians(300), first)
    once = load_gaussians(first)
    save_gaussians(once, second)
    twice = in_order_of(load_gaussians(second), once)
    for name in ("means", "log_scales", "sh_coeffs"):
        step = 0.03 if ending == "compressed.ply" else 1e-4
        assert _largest_difference(once, twice, name) < step, name


@pytest.mark.parametrize("ending", ["ply", "compressed.ply", "glb", "spz", "sog", "splat"])
def test_the_same_scene_gives_the_same_bytes(tmp_path: Path, ending: str) -> None:
    files = [tmp_path / f"{name}.{ending}" for name in ("a", "b")]
    for file in files:
        save_gaussians(random_gaussians(), file)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("ending", ["ply", "compressed.ply", "glb", "spz", "sog", "splat"])
def test_extreme_but_legal_values_survive(tmp_path: Path, ending: str) -> None:
    """One Gaussian, all at one point, fully opaque, fully transparent: no division by a zero extent."""
    gaussians = Gaussians(
        means=np.zeros((3, 3), dtype=np.float32),
        quats=np.array([[1, 0, 0, 0], [0, 0, 0, -1], [1, 1, 1, 1]], dtype=np.float32),
        log_scales=np.full((3, 3), -9.0, dtype=np.float32),
        logit_opacities=np.array([-80, 80, 0], dtype=np.float32),
        sh_coeffs=np.zeros((3, 4, 3), dtype=np.float32),
    )
    path = tmp_path / f"scene.{ending}"
    save_gaussians(gaussians, path)
    loaded = load_gaussians(path)
    assert np.array_equal(loaded.means, gaussians.means)
    assert np.allclose(np.sort(_opacities(loaded)), [0, 0.5, 1], atol=0.003)
    for name in ARRAYS:
        assert np.isfinite(getattr(loaded, name)).all()


@pytest.mark.parametrize("ending", ["ply", "compressed.ply", "glb", "spz", "sog", "splat"])
def test_a_loaded_scene_does_not_hold_on_to_its_file(tmp_path: Path, ending: str) -> None:
    """One Gaussian: the columns of its row are contiguous, a careless reader would keep views of the file."""
    path = tmp_path / f"scene.{ending}"
    save_gaussians(random_gaussians(1, sh_degree=0), path)
    loaded = load_gaussians(path)
    for name in ARRAYS:
        base = getattr(loaded, name)
        while isinstance(base, np.ndarray) and base.base is not None:
            base = base.base
        assert type(base) is np.ndarray, name
