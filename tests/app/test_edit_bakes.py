"""`rowsplat edit` on bakes: styles are painted into the photos, anything else is one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rowsplat.render.omni_recon.baked import Bake, BakedView
from rowsplat.render.omni_recon.baked.files import load_bake, save_bake
from rowsplat.render.omni_recon.baked.types import APPEARANCE_SHAPES, feature_cells
from rowsplat.scenes import Camera
from rowsplat.scenes.mesh import TriangleMesh

STYLE = 'style everything like "embers"'


def _view(number: int) -> BakedView:
    camera = Camera.look_at((0.3 * number, 0.0, -3.0), (0.0, 0.0, 0.0), width=24, height=20)
    pixels = np.random.default_rng(number).integers(60, 200, (20, 24, 3)).astype(np.uint8)
    cells = (*feature_cells(20, 24), 32)
    return BakedView(
        name=f"photo {number}", camera=camera, pixels=pixels, features=np.zeros(cells, np.float32)
    )


@pytest.fixture
def bake_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A square, two photos of it, and a folder of styles beside it; no weights are installed that it could be of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rowsplat.app.edit_bakes.omni_recon_weights_path", lambda: Path("none"))
    mesh = TriangleMesh(
        vertices=np.float32([[-0.6, -0.6, 0], [0.6, -0.6, 0], [0.6, 0.6, 0], [-0.6, 0.6, 0]]),
        faces=np.int32([[0, 1, 2], [0, 2, 3]]),
        vertex_colors=np.full((4, 3), 0.5, np.float32),
    )
    appearance = {name: np.zeros(shape, np.float32) for name, shape in APPEARANCE_SHAPES.items()}
    save_bake(Bake(mesh=mesh, views=(_view(0), _view(1)), appearance=appearance), tmp_path / "mesh.bake")
    (tmp_path / "styles").mkdir()
    reference = np.uint8([[[230, 60, 10], [120, 20, 0], [250, 120, 40]]])
    Image.fromarray(reference).save(tmp_path / "styles" / "embers.png")
    return Path("mesh.bake")


def test_a_style_is_painted_into_the_photos(cli: Any, bake_file: Path) -> None:
    outcome = cli(
        "edit", bake_file, "--prompt", STYLE, "--styles", "styles", "--out", "styled.bake",
        "--preview", "pair.png", "--json", "log.json",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("styled.bake: 1 step, 2 photos of a bake")
    before, after = load_bake(bake_file), load_bake(Path("styled.bake"))
    np.testing.assert_array_equal(before.mesh.vertices, after.mesh.vertices)
    for first, second in zip(before.views, after.views, strict=True):
        np.testing.assert_array_equal(first.pixels[0, 0], second.pixels[0, 0])  # beside the square
        red, _, blue = second.pixels[10, 12].astype(int)
        assert red - blue > 60
    with Image.open("pair.png") as picture:
        assert picture.width == 2 * 24 + 4
    (entry,) = json.loads(Path("log.json").read_text())["scenes"]
    assert (entry["photos"], entry["program"]) == (2, [STYLE])


def test_a_dry_run_prints_the_plan_and_writes_nothing(cli: Any, bake_file: Path) -> None:
    outcome = cli("edit", bake_file, "--prompt", STYLE, "--styles", "styles", "--dry-run")
    assert outcome.code == 0
    assert f"1. {STYLE}   [2 photos, 1 round]" in outcome.out
    assert sorted(path.name for path in Path().iterdir()) == ["mesh.bake", "styles"]


@pytest.mark.parametrize(
    ("prompt", "flags", "words"),
    [
        ("remove the floor", [], 'step 1, "remove the floor", needs Gaussians. Only this'),
        (f"{STYLE}, then make it brighter", [], "step 2"),
        ('style the robot like "embers"', [], "no named parts"),
        ('style everything like "winter"', [], "Known styles are embers"),
        (STYLE, ["--out", "scene.ply"], "must end in .bake"),
        (STYLE, ["--lod", "1"], "--lod does not go with a bake"),
        (STYLE, ["--weights", "nowhere.safetensors"], "nowhere.safetensors"),
    ],
)
def test_what_a_bake_cannot_have_done_is_one_line(
    cli: Any, bake_file: Path, prompt: str, flags: list[str], words: str
) -> None:
    outcome = cli("edit", bake_file, "--prompt", prompt, "--styles", "styles", "--out", "styled.bake", *flags)
    assert outcome.code == 2
    assert words in outcome.err
    assert outcome.err.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == ["mesh.bake", "styles"]


def test_a_file_that_is_no_bake_is_one_line(cli: Any, bake_file: Path) -> None:
    Path("broken.bake").write_bytes(b"no zip")
    outcome = cli("edit", "broken.bake", "--prompt", STYLE, "--styles", "styles", "--out", "styled.bake")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "is no bake" in outcome.err
    assert not Path("styled.bake").exists()
