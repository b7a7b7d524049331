"""Scenes with several levels of detail, made of parts of SOG folders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes import Gaussians
from rowsplat.scenes.formats import describe_file, load_gaussians

from .encoders import encode_sog_v1
from .sample_scenes import random_gaussians


@pytest.fixture
def scenes() -> list[Gaussians]:
    return [
        random_gaussians(60, sh_degree=1, seed=1),
        random_gaussians(20, sh_degree=1, seed=2),
        random_gaussians(15, sh_degree=0, seed=3),
    ]


@pytest.fixture
def folder(tmp_path: Path, scenes: list[Gaussians]) -> Path:
    """Level 0 is file 0; level 1 is 10 of file 1 and all of file 2, in two leaves; level 2 in one leaf."""
    for index, scene in enumerate(scenes):
        part = tmp_path / f"part_{index}"
        part.mkdir()
        for name, data in encode_sog_v1(scene).items():
            (part / name).write_bytes(data)
    leaves = [
        {"lods": {"0": _part(0, 0, 25), "1": _part(1, 5, 10)}},
        {"lods": {"0": _part(0, 25, 35), "1": _part(2, 0, 15), "2": _part(1, 0, 2)}},
    ]
    meta = {"lodLevels": 3, "environment": None, "tree": {"children": leaves}}
    meta["filenames"] = [f"part_{index}/meta.json" for index in range(3)]
    (tmp_path / "lod-meta.json").write_text(json.dumps(meta))
    return tmp_path


def _part(file: int, offset: int, count: int) -> dict[str, int]:
    return {"file": file, "offset": offset, "count": count}


@pytest.mark.parametrize("name", ["", "lod-meta.json"])
@pytest.mark.parametrize("lod", [None, 0])
def test_the_finest_level_is_the_default(
    folder: Path, scenes: list[Gaussians], name: str, lod: int | None
) -> None:
    loaded = load_gaussians(folder / name, lod=lod)
    assert np.allclose(loaded.means, scenes[0].means, atol=1e-4)


def test_a_level_joins_its_parts(folder: Path, scenes: list[Gaussians]) -> None:
    loaded = load_gaussians(folder, lod=1)
    expected = np.concatenate([scenes[1].means[5:15], scenes[2].means])
    assert np.allclose(loaded.means, expected, atol=1e-4)
    assert loaded.sh_degree == 1
    assert not loaded.sh_coeffs[10:, 1:].any()


def test_leaves_without_the_level_show_nothing(folder: Path) -> None:
    assert len(load_gaussians(folder, lod=2)) == 2


def test_the_environment_is_part_of_every_level(folder: Path) -> None:
    path = folder / "lod-meta.json"
    meta = json.loads(path.read_text())
    path.write_text(json.dumps({**meta, "environment": "part_2/meta.json"}))
    assert len(load_gaussians(folder, lod=2)) == 2 + 15


@pytest.mark.parametrize("lod", [-1, 3])
def test_levels_that_do_not_exist_are_refused(folder: Path, lod: int) -> None:
    with pytest.raises(SceneFileError, match=r"from 0 \(finest\) to 2"):
        load_gaussians(folder, lod=lod)


@pytest.mark.parametrize("part", [_part(0, 50, 11), _part(0, 0, 10**18), _part(3, 0, 1), _part(-1, 0, 1)])
def test_parts_that_are_not_there_are_refused(folder: Path, part: dict[str, int]) -> None:
    path = folder / "lod-meta.json"
    meta = json.loads(path.read_text())
    meta["tree"]["children"][0]["lods"]["0"] = part
    path.write_text(json.dumps(meta))
    with pytest.raises(SceneFileError, match="tree"):
        load_gaussians(folder)


def test_description_counts_every_level(folder: Path) -> None:
    facts = describe_file(folder)
    assert facts["lod_levels"] == 3
    assert facts["lod_num_gaussians"] == [60, 25, 2]
    assert facts["num_gaussians"] == 60
    assert facts["sh_degree"] == 1
