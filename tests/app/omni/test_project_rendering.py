"""`rowsplat render` of a project of photos: views that nobody photographed, or one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rowsplat.app.project import load_project
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.mesh_rendering import MeshRenderer
from rowsplat.scenes.formats.mesh_files import load_mesh

from .generated_photos import shots


@pytest.fixture
def project(finished: Path) -> Path:
    return finished / "project.rowsplat"


def test_views_are_drawn_from_files_orbits_and_where_the_project_looks(
    cli: Any, project: Path, tmp_path: Path
) -> None:
    sizes = {
        ("a.png",): (24, 18),
        ("b.png", "--width", "32"): (32, 24),
        ("c.png", "--orbit", "20", "10", "2", "--width", "20", "--height", "16"): (20, 16),
        (
            "d.png",
            "--camera",
            str(tmp_path / "photos" / "transforms.json"),
            "--frame",
            "1",
            "--source-views",
            "2",
        ): (
            24,
            18,
        ),
        ("e.png", "--mode", "depth"): (24, 18),
    }
    for (name, *flags), size in sizes.items():
        outcome = cli("render", project, "--out", name, *flags)
        assert outcome.code == 0, outcome.err
        assert f"of {size[0]}x{size[1]}" in outcome.out
        with Image.open(tmp_path / name) as picture:
            assert picture.size == size
            assert np.asarray(picture).max() > 0


def test_a_view_shows_colours_of_the_photos(cli: Any, project: Path, tmp_path: Path) -> None:
    assert cli("render", project, "--out", "a.npy", "--background", "0", "0", "0").code == 0
    assert cli("render", project, "--out", "o.npy", "--mode", "alpha").code == 0
    assert cli("render", project, "--out", "w.npy", "--background", "1", "1", "1").code == 0
    image, alpha, white = (np.load(tmp_path / f"{name}.npy") for name in "aow")
    np.testing.assert_allclose(white, image + (1.0 - alpha), atol=1e-5)
    assert image.max() <= max(shot.image.max() for shot in shots()[:3]) / 255.0 + 1e-5


def test_a_path_becomes_numbered_pictures(cli: Any, project: Path, tmp_path: Path) -> None:
    outcome = cli(
        "render", project, "--out", "f_%02d.png", "--camera", tmp_path / "photos" / "transforms.json"
    )
    assert outcome.code == 0, outcome.err
    assert sorted(path.name for path in tmp_path.glob("f_*.png")) == ["f_00.png", "f_01.png", "f_02.png"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--blend", "baseline"], "--blend does not go with a project of photos"),
        (["--mode", "normal"], "--mode normal does not go with a project of photos"),
        (["--source-views", "1"], "--source-views must be between 2 and 16"),
        (["--source-views", "2", "--renderer", "baked"], "--source-views goes with --renderer image-based"),
        (["--kernel-language", "taichi"], "--kernel-language goes with --renderer baked"),
    ],
)
def test_flags_of_gaussians_are_refused(cli: Any, project: Path, flags: list[str], words: str) -> None:
    outcome = cli("render", project, "--out", "a.png", *flags)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_project_without_photos_is_one_line(cli: Any, project: Path) -> None:
    content = json.loads(project.read_text())
    del content["omni_recon"]
    project.write_text(json.dumps(content))
    assert load_project(project).omni is None  # as older files are
    outcome = cli("render", project, "--out", "a.png")
    assert outcome.code == 2
    assert "holds no photos that were reconstructed" in outcome.err


@pytest.mark.parametrize(
    ("name", "value"), [("samples", 0), ("near", -1.0), ("weights", 3), ("volume_resolution", "x")]
)
def test_a_fault_in_the_project_is_told_with_its_place(project: Path, name: str, value: object) -> None:
    content = json.loads(project.read_text())
    content["omni_recon"][name] = value
    project.write_text(json.dumps(content))
    with pytest.raises(RowsplatError, match=f"omni_recon.{name}: "):
        load_project(project)


def test_the_baked_renderer_draws_the_mesh_with_the_photos(cli: Any, project: Path, tmp_path: Path) -> None:
    for name, mode in (("image.npy", "rgb"), ("depth.npy", "depth"), ("alpha.npy", "alpha")):
        outcome = cli(
            "render", project, "--out", name, "--mode", mode, "--renderer", "baked", "--width", "60"
        )
        assert outcome.code == 0, outcome.err
        assert "of 60x45, " in outcome.out
        assert ", baked, " in outcome.out
    image, depth, alpha = (np.load(tmp_path / f"{name}.npy") for name in ("image", "depth", "alpha"))
    mesh = MeshRenderer(load_mesh(project.parent / "mesh.ply")).render(shots()[0].camera.resized(60, 45))
    hit = mesh.depth > 0
    assert hit.any()
    assert (hit == (alpha[..., 0] > 0)).mean() > 0.98
    both = hit & (alpha[..., 0] > 0)
    np.testing.assert_allclose(np.median(depth[..., 0][both] / mesh.depth[both]), 1.0, atol=0.01)
    assert image[both].max() > 0
    assert not image[alpha[..., 0] == 0].any()


def test_a_project_without_a_mesh_cannot_be_drawn_baked(cli: Any, project: Path) -> None:
    content = json.loads(project.read_text())
    content["scenes"] = []
    project.write_text(json.dumps(content))
    outcome = cli("render", project, "--out", "a.png", "--renderer", "baked")
    assert outcome.code == 2
    assert outcome.err.splitlines()[-1].endswith("holds no mesh. Draw it with --renderer image-based.")
