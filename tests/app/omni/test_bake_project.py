"""`rowsplat bake PROJECT`: the mesh of a reconstruction, and beside it what draws it in real time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.render.omni_recon.baked import BakedRenderer
from rowsplat.render.omni_recon.baked.files import load_bake
from rowsplat.scenes.formats.mesh_files import load_mesh


def test_mesh_and_bake_are_written(cli: Any, finished: Path, tmp_path: Path) -> None:
    outcome = cli("bake", finished / "project.rowsplat", "--out", "mesh.glb", "--size", "48")
    assert outcome.code == 0, outcome.err
    mesh, bake = load_mesh(tmp_path / "mesh.glb"), load_bake(tmp_path / "mesh.bake")
    np.testing.assert_array_equal(mesh.faces, bake.mesh.faces)
    np.testing.assert_allclose(mesh.vertices, load_mesh(finished / "mesh.ply").vertices, atol=1e-6)
    assert len(bake.views) == 3
    assert max(bake.views[0].camera.width, bake.views[0].camera.height) == 48
    assert outcome.out.startswith(f"mesh.glb: {len(mesh.faces)} triangles")
    assert "mesh.bake: 3 photos" in outcome.out
    picture = BakedRenderer(bake).render(bake.views[0].camera)
    assert 0.0 < picture.alpha.mean() <= 1.0
    assert np.isfinite(picture.image).all()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--voxel", "0.1"), "--voxel does not go with a project"),
        (("--max-triangles", "50"), "--max-triangles does not go with a project"),
        (("--size", "4"), "--size must be between"),
        (("--tune", "0"), "--tune must be between"),
    ],
)
def test_flags_that_do_not_fit_are_refused_before_the_work(
    cli: Any, finished: Path, tmp_path: Path, flags: tuple[str, ...], said: str
) -> None:
    outcome = cli("bake", finished / "project.rowsplat", "--out", "mesh.glb", *flags)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.err.strip().count("\n") == 0
    assert not (tmp_path / "mesh.glb").exists()


def test_tuning_needs_more_photos(cli: Any, finished: Path, tmp_path: Path) -> None:
    outcome = cli("bake", finished / "project.rowsplat", "--out", "mesh.glb", "--size", "48", "--tune", "0.1")
    assert outcome.code == 2
    assert "at least 4 photos" in outcome.err
    assert not (tmp_path / "mesh.glb").exists()


def test_tuning_goes_with_projects_only(cli: Any, tmp_path: Path) -> None:
    outcome = cli("bake", "scene.ply", "--out", "mesh.glb", "--tune", "1")
    assert outcome.code == 2
    assert "--tune goes with a project" in outcome.err
