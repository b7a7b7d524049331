"""`rowsplat bake`: a file that holds the mesh, or no file at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rowsplat.render.mesh_baking
from rowsplat.render.mesh_baking import BakeStage
from rowsplat.scenes import Gaussians, save_gaussians
from rowsplat.scenes.formats.mesh_files import MESH_SUFFIXES, load_mesh


@pytest.fixture
def ball_file(tmp_path: Path) -> Path:
    """A scene of opaque Gaussians on the unit sphere."""
    directions = np.random.default_rng(1).normal(size=(1500, 3))
    n = len(directions)
    ball = Gaussians(
        means=directions / np.linalg.norm(directions, axis=1, keepdims=True),
        quats=np.tile([1.0, 0.0, 0.0, 0.0], (n, 1)),
        log_scales=np.full((n, 3), np.log(0.06)),
        logit_opacities=np.full(n, 6.0),
        sh_coeffs=np.full((n, 1, 3), 0.5),
    )
    path = tmp_path / "ball.ply"
    save_gaussians(ball, path)
    return path


_QUICK = ("--voxel", "0.08", "--views", "24", "--backend", "cpu")


@pytest.mark.parametrize("suffix", MESH_SUFFIXES)
def test_the_file_holds_the_baked_mesh(cli: Any, tmp_path: Path, ball_file: Path, suffix: str) -> None:
    outcome = cli("bake", ball_file, "--out", f"mesh{suffix}", *_QUICK)
    assert outcome.code == 0, outcome.err
    mesh = load_mesh(tmp_path / f"mesh{suffix}")
    assert outcome.out.startswith(f"mesh{suffix}: {len(mesh.faces)} triangles, {len(mesh.vertices)} vertices")
    assert np.abs(np.linalg.norm(mesh.vertices, axis=1) - 1.0).max() < 0.2
    assert "fuse views" in outcome.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ball.ply", f"mesh{suffix}"]


def test_cameras_of_a_file_and_a_target_are_followed(
    cli: Any, tmp_path: Path, ball_file: Path, camera_file: Path
) -> None:
    outcome = cli(
        "bake", ball_file, "--out", "mesh.ply", "--camera", camera_file, "--voxel", "0.15", "--backend", "cpu",
        "--max-triangles", "50", "--depth", "expected",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert "from 3 views at voxel 0.15" in outcome.out
    assert 0 < len(load_mesh(tmp_path / "mesh.ply").faces) <= 50


@pytest.mark.parametrize("stage", BakeStage)
def test_cancelling_at_any_stage_leaves_the_old_file(
    cli: Any, tmp_path: Path, ball_file: Path, monkeypatch: pytest.MonkeyPatch, stage: BakeStage
) -> None:
    bake = rowsplat.render.mesh_baking.bake_mesh

    def _interrupted(*arguments: Any, on_progress: Any, **options: Any) -> Any:
        def _stop(current: BakeStage, done: int, total: int) -> None:
            on_progress(current, done, total)
            if current is stage:
                raise KeyboardInterrupt

        return bake(*arguments, on_progress=_stop, **options)

    monkeypatch.setattr(rowsplat.render.mesh_baking, "bake_mesh", _interrupted)
    (tmp_path / "mesh.glb").write_bytes(b"old")
    outcome = cli("bake", ball_file, "--out", "mesh.glb", *_QUICK, "--max-triangles", "100")
    assert outcome.code == 130
    assert outcome.err.endswith("cancelled; nothing was written\n")
    assert (tmp_path / "mesh.glb").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ball.ply", "mesh.glb"]


def test_voxels_that_do_not_fit_are_one_line_with_a_remedy(cli: Any, tmp_path: Path, ball_file: Path) -> None:
    outcome = cli("bake", ball_file, "--out", "mesh.glb", "--voxel", "1e-7", "--backend", "cpu")
    assert outcome.code == 2
    assert outcome.err.startswith("error: --voxel 1e-07: needs about ")
    assert "Take --voxel " in outcome.err
    assert outcome.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["ball.ply"]


def test_a_scene_that_hides_nothing_is_one_line(cli: Any, tmp_path: Path, gaussians: Gaussians) -> None:
    faint = replace(gaussians, logit_opacities=np.full(len(gaussians), -5.0))
    save_gaussians(faint, tmp_path / "faint.ply")
    outcome = cli("bake", "faint.ply", "--out", "mesh.glb", *_QUICK)
    assert outcome.code == 2
    assert "no surface was found" in outcome.err.splitlines()[-1]
    assert not (tmp_path / "mesh.glb").exists()


def test_without_open3d_the_command_says_how_to_get_it(
    cli: Any, ball_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "open3d", None)  # as if it were not installed
    outcome = cli("bake", ball_file, "--out", "mesh.glb", *_QUICK)
    assert outcome.code == 2
    assert outcome.err == (
        "error: Baking and drawing meshes needs open3d, which is not installed: "
        'pip install "rowsplat[mesh]".\n'
    )
