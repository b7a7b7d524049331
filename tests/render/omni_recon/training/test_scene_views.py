"""The cache of the generated scenes' pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rowsplat.render.omni_recon.training import scene_views
from rowsplat.render.omni_recon.training.scene_views import SceneViews, cached_scene


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, sphere: SceneViews) -> list[int]:
    """Seeds of the scenes that had to be cast; all are the sphere."""
    seeds: list[int] = []

    def _cast(seed: int, _width: int, _height: int) -> SceneViews:
        seeds.append(seed)
        return sphere

    monkeypatch.setattr(scene_views, "cast_scene", _cast)
    return seeds


def _same(first: SceneViews, second: SceneViews) -> bool:
    return (
        np.array_equal(first.images, second.images)
        and np.array_equal(first.depths, second.depths)
        and all(
            np.array_equal(one.viewmat, other.viewmat) and np.array_equal(one.K, other.K)
            for one, other in zip(first.cameras, second.cameras, strict=True)
        )
    )


def test_a_scene_is_cast_once(made: list[int], sphere: SceneViews, tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    for _ in range(3):
        assert _same(cached_scene(folder, 5, 44, 36), sphere)
    assert made == [5]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(100, len(content) // 2, 50):
        content[place] ^= 255
    path.write_bytes(bytes(content))


def _without_depths(path: Path) -> None:
    with np.load(path) as file:
        fields = {name: file[name] for name in file.files if name != "depths"}
    np.savez(path, **fields)


def _other_size(path: Path) -> None:
    with np.load(path) as file:
        fields = {name: file[name] for name in file.files}
    np.savez(path, **{**fields, "depths": fields["depths"][:, 1:]})


def _pickled(path: Path) -> None:
    with np.load(path) as file:
        fields = {name: file[name] for name in file.files}
    np.savez(path, **{**fields, "depths": np.array([{}] * 6, dtype=object)})


def _huge(path: Path) -> None:
    np.savez_compressed(path, images=np.zeros((400, 36, 44, 3), np.uint8))


def _bad_camera(path: Path) -> None:
    with np.load(path) as file:
        fields = {name: file[name] for name in file.files}
    np.savez(path, **{**fields, "intrinsics": -fields["intrinsics"]})


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    "damage", [_cut, _flip, _without_depths, _other_size, _pickled, _huge, _bad_camera, _empty]
)
def test_a_damaged_file_is_made_again(
    made: list[int], sphere: SceneViews, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    cached_scene(tmp_path, 5, 44, 36)
    (path,) = tmp_path.iterdir()
    damage(path)
    assert _same(cached_scene(tmp_path, 5, 44, 36), sphere)
    assert _same(cached_scene(tmp_path, 5, 44, 36), sphere)
    assert made == [5, 5]


def test_sizes_and_seeds_do_not_share_files(made: list[int], tmp_path: Path) -> None:
    cached_scene(tmp_path, 5, 44, 36)
    cached_scene(tmp_path, 6, 44, 36)
    cached_scene(tmp_path, 5, 45, 36)
    assert made == [5, 6, 5]
