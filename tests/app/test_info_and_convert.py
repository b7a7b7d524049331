"""`rowsplat info` and `rowsplat convert`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.scenes import load_gaussians


def test_info_json_has_the_facts_of_the_scene(cli: Any, scene_file: Path, gaussians: Any) -> None:
    outcome = cli("info", scene_file, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    facts = json.loads(outcome.out)
    assert facts["num_gaussians"] == len(gaussians)
    assert facts["sh_degree"] == 2
    assert facts["nbytes"] == gaussians.nbytes
    np.testing.assert_allclose(facts["bounds"]["min"], gaussians.means.min(axis=0), rtol=1e-6)
    np.testing.assert_allclose(facts["bounds"]["max"], gaussians.means.max(axis=0), rtol=1e-6)
    opacities = 1.0 / (1.0 + np.exp(-gaussians.logit_opacities))
    assert facts["opacity"]["p50"] == pytest.approx(float(np.median(opacities)), rel=1e-5)
    assert facts["opacity"]["max"] == pytest.approx(float(opacities.max()), rel=1e-5)
    assert facts["scale"]["mean"] == pytest.approx(float(np.exp(gaussians.log_scales).mean()), rel=1e-5)
    assert facts["largest_scale"]["min"] >= facts["scale"]["min"]
    assert facts["format"]["file_bytes"] == scene_file.stat().st_size


def test_robust_bounds_lie_within_the_bounds(cli: Any, scene_file: Path) -> None:
    facts = json.loads(cli("info", scene_file, "--json").out)
    for axis in range(3):
        assert facts["bounds"]["min"][axis] < facts["robust_bounds"]["min"][axis]
        assert facts["robust_bounds"]["max"][axis] < facts["bounds"]["max"][axis]


def test_info_text_tells_the_same(cli: Any, scene_file: Path) -> None:
    outcome = cli("info", scene_file)
    assert outcome.code == 0
    assert "Gaussians      50\n" in outcome.out
    assert "SH degree      2\n" in outcome.out
    assert "opacity        min" in outcome.out


@pytest.mark.parametrize("target", ["b.ply", "b.compressed.ply", "b.spz", "b.sog", "b.splat", "b.glb"])
def test_convert_writes_what_can_be_read_again(
    cli: Any, scene_file: Path, gaussians: Any, tmp_path: Path, target: str
) -> None:
    outcome = cli("convert", scene_file, target)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"{target}: 50 Gaussians, SH degree 2, ")
    assert len(load_gaussians(tmp_path / target)) == len(gaussians)


def test_convert_drops_harmonics_above_the_degree(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    assert cli("convert", scene_file, "b.ply", "--max-sh-degree", "1").code == 0
    assert load_gaussians(tmp_path / "b.ply").sh_degree == 1


def test_convert_replaces_a_scene_only_when_told_to(cli: Any, scene_file: Path, tmp_path: Path) -> None:
    (tmp_path / "b.ply").write_text("precious")
    refused = cli("convert", scene_file, "b.ply")
    assert refused.code == 2
    assert "already exists" in refused.err
    assert refused.err.count("\n") == 1
    assert (tmp_path / "b.ply").read_text() == "precious"
    assert cli("convert", scene_file, "b.ply", "--overwrite").code == 0
    assert len(load_gaussians(tmp_path / "b.ply")) == 50


@pytest.mark.shared_data
def test_info_and_convert_take_a_level_of_detail(cli: Any, shared_data_dir: Path, tmp_path: Path) -> None:
    scene = shared_data_dir / "gaussians" / "playbot" / "lod-meta.json"
    assert json.loads(cli("info", scene, "--lod", "5", "--json").out)["num_gaussians"] == 3000
    assert cli("convert", scene, "b.ply", "--lod", "6").code == 0
    assert len(load_gaussians(tmp_path / "b.ply")) == 1873
    assert cli("info", scene, "--lod", "7").code == 2
