"""Our readers against files and decoded values that an independent program wrote."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from rowsplat.scenes import Gaussians
from rowsplat.scenes.formats import load_gaussians, save_gaussians

from .sample_scenes import ARRAYS, angles_between, covariances

pytestmark = pytest.mark.shared_data

_SAME_FILE = (
    "playbot_3k.ply",
    "playbot_3k.compressed.ply",
    "playbot_3k.sog",
    "playbot_3k.v3.spz",
    "playbot_3k.v4.spz",
)


@pytest.fixture
def folder(shared_data_dir: Path) -> Path:
    return shared_data_dir / "formats"


def _decoded(path: Path) -> Gaussians:
    """The independent program's decoding of a file, from its CSV."""
    with gzip.open(path, "rt") as file:
        names = file.readline().strip().split(",")
        table = np.loadtxt(file, delimiter=",")
    columns = dict(zip(names, table.T, strict=True))
    rest = [columns[f"f_rest_{i}"] for i in range(sum(name.startswith("f_rest_") for name in names))]
    dc = np.stack([columns[f"f_dc_{i}"] for i in range(3)], axis=1)
    harmonics = np.stack(rest, axis=1).reshape(len(dc), 3, -1).transpose(0, 2, 1)
    return Gaussians(
        means=np.stack([columns[axis] for axis in "xyz"], axis=1),
        quats=np.stack([columns[f"rot_{i}"] for i in range(4)], axis=1),
        log_scales=np.stack([columns[f"scale_{i}"] for i in range(3)], axis=1),
        logit_opacities=columns["opacity"],
        sh_coeffs=np.concatenate([dc[:, None], harmonics], axis=1),
    )


def _oracle(folder: Path, name: str) -> Gaussians:
    csv = "playbot_3k.csv.gz" if name in ("playbot_3k.ply", "playbot_3k.glb") else f"{name}.csv.gz"
    return _decoded(folder / csv)


@pytest.mark.parametrize("name", [*_SAME_FILE, "playbot_3k.glb"])
def test_decoded_values_agree_to_float_rounding(folder: Path, name: str) -> None:
    ours, theirs = load_gaussians(folder / name), _oracle(folder, name)
    for array in ARRAYS:
        a, b = getattr(ours, array).astype(np.float64), getattr(theirs, array).astype(np.float64)
        if array == "quats":  # q and -q are one rotation
            b = b * np.sign(np.einsum("ij,ij->i", a, b))[:, None]
        assert np.abs(a - b).max() < 1e-6, array


@pytest.mark.parametrize("name", [*_SAME_FILE, "playbot_3k.glb"])
def test_shapes_agree_whatever_the_axes(folder: Path, name: str) -> None:
    ours, theirs = covariances(load_gaussians(folder / name)), covariances(_oracle(folder, name))
    size = np.trace(theirs, axis1=1, axis2=2)
    assert (np.abs(ours - theirs).max(axis=(1, 2)) / size).max() < 1e-5


@pytest.mark.parametrize("name", ["playbot_3k.v3.spz", "playbot_3k.v4.spz"])
def test_lossy_files_agree_with_the_source_within_their_steps(folder: Path, name: str) -> None:
    source, lossy = load_gaussians(folder / "playbot_3k.ply"), load_gaussians(folder / name)
    assert np.abs(lossy.means - source.means).max() <= 0.5 / 4096
    assert np.abs(lossy.log_scales - source.log_scales).max() <= 0.5 / 16
    assert angles_between(lossy.quats, source.quats).max() < 0.006
    inside = np.clip(source.sh_coeffs[:, 1:], -1, 1)
    assert np.abs(lossy.sh_coeffs[:, 1:] - inside).max() <= 15.5 / 128


def test_our_compressed_ply_is_the_same_but_for_the_comment(folder: Path, tmp_path: Path) -> None:
    save_gaussians(load_gaussians(folder / "playbot_3k.ply"), tmp_path / "ours.compressed.ply")
    ours, theirs = (
        path.read_bytes().partition(b"end_header\n")[2]
        for path in (tmp_path / "ours.compressed.ply", folder / "playbot_3k.compressed.ply")
    )
    assert len(ours) > 100_000
    assert ours == theirs


@pytest.mark.parametrize("version", [3, 4])
def test_our_spz_holds_the_same_numbers(folder: Path, tmp_path: Path, version: int) -> None:
    source = load_gaussians(folder / "playbot_3k.ply")
    save_gaussians(source, tmp_path / "ours.spz", spz_version=version)  # type: ignore[arg-type]
    ours, theirs = (
        load_gaussians(tmp_path / "ours.spz"),
        load_gaussians(folder / f"playbot_3k.v{version}.spz"),
    )
    for array in ARRAYS:
        assert np.array_equal(getattr(ours, array), getattr(theirs, array)), array


def test_our_sog_is_no_worse_than_the_independent_one(folder: Path, tmp_path: Path) -> None:
    source = load_gaussians(folder / "playbot_3k.ply")
    save_gaussians(source, tmp_path / "ours.sog")
    order = load_gaussians(tmp_path / "ours.sog"), load_gaussians(folder / "playbot_3k.sog")
    errors = [_nearest_error(scene, source) for scene in order]
    assert (errors[0] <= errors[1] + 1e-6).all()
    assert (tmp_path / "ours.sog").stat().st_size < 1.1 * (folder / "playbot_3k.sog").stat().st_size


def _nearest_error(scene: Gaussians, source: Gaussians) -> np.ndarray:
    """Root mean square error of positions, scales and harmonics; both scenes sorted along the same curve."""
    from rowsplat.scenes.formats.morton import morton_order

    like = source.select(morton_order(source.means))
    names = ("means", "log_scales", "sh_coeffs")
    return np.array([np.sqrt(np.mean((getattr(scene, n) - getattr(like, n)) ** 2)) for n in names])


@pytest.mark.parametrize(
    ("file", "count", "sh_degree"),
    [
        ("plant/plant.splat", 113648, 0),
        ("guitar/guitar.compressed.ply", 90854, 0),
        ("tabletop/scene.spz", 213944, 0),
        ("statues/angel.sog", 71359, 0),
        ("playbot/0_0", 500_000, 2),
        ("plant", 113648, 0),
    ],
)
def test_real_scenes_open(shared_data_dir: Path, file: str, count: int, sh_degree: int) -> None:
    gaussians = load_gaussians(shared_data_dir / "gaussians" / file)
    assert (len(gaussians), gaussians.sh_degree) == (count, sh_degree)


@pytest.mark.parametrize(("lod", "count"), [(None, 500_000), (0, 500_000), (3, 31_000), (6, 1873)])
def test_levels_of_detail_can_be_chosen(shared_data_dir: Path, lod: int | None, count: int) -> None:
    assert len(load_gaussians(shared_data_dir / "gaussians" / "playbot", lod=lod)) == count
