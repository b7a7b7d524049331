"""Bakes on disk come back as they were, and what is wrong with one is told in a line."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.render import RenderOptions, psnr
from rowsplat.render.omni_recon.baked import Bake, BakedRenderer
from rowsplat.render.omni_recon.baked.backdrop import COLUMNS, ROWS, Backdrop
from rowsplat.render.omni_recon.baked.files import is_bake, load_bake, save_bake

from .coloured_solids import around, baked, box


@pytest.fixture(scope="module")
def bake() -> Bake:
    colors = np.random.default_rng(1).integers(0, 256, (ROWS, COLUMNS, 3), dtype=np.uint8)
    backdrop = Backdrop(center=np.array([0.25, 0.1, -1 / 3]), radius=5.1, colors=colors)
    return replace(baked(box(), around(4, side=40), tolerance=0.0125), backdrop=backdrop)


@pytest.mark.parametrize("name", ["scene.bake", "folder"])
def test_a_bake_comes_back(bake: Bake, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for _ in range(2):  # the second replaces the first
        save_bake(bake, path)
    assert is_bake(path)
    back = load_bake(path)
    np.testing.assert_array_equal(back.mesh.vertices, bake.mesh.vertices)
    np.testing.assert_array_equal(back.mesh.faces, bake.mesh.faces)
    np.testing.assert_allclose(back.mesh.vertex_colors, bake.mesh.vertex_colors, atol=1e-4)
    assert back.tolerance == bake.tolerance
    assert back.backdrop is not None
    assert bake.backdrop is not None
    np.testing.assert_array_equal(back.backdrop.center, bake.backdrop.center)
    np.testing.assert_array_equal(back.backdrop.colors, bake.backdrop.colors)
    assert back.backdrop.radius == bake.backdrop.radius
    for ours, theirs in zip(bake.views, back.views, strict=True):
        assert ours.name == theirs.name
        np.testing.assert_array_equal(ours.pixels, theirs.pixels)
        np.testing.assert_array_equal(ours.camera.viewmat, theirs.camera.viewmat)
        np.testing.assert_array_equal(ours.camera.K, theirs.camera.K)
        np.testing.assert_allclose(ours.features, theirs.features, rtol=1e-3, atol=1e-6)
    for field, value in bake.appearance.items():
        np.testing.assert_array_equal(back.appearance[field], value)
    assert sorted(each.name for each in tmp_path.iterdir()) == [name]


def test_a_bake_without_backdrop_comes_back_without(bake: Bake, tmp_path: Path) -> None:
    save_bake(replace(bake, backdrop=None), tmp_path / "scene.bake")
    assert load_bake(tmp_path / "scene.bake").backdrop is None


def test_half_precision_changes_no_picture_by_a_level(bake: Bake, tmp_path: Path) -> None:
    save_bake(bake, tmp_path / "scene.bake")
    target = around(5, side=60, first_deg=20)[1]
    options = RenderOptions(background=(0.9, 0.1, 0.8))
    before, after = (
        BakedRenderer(each).render(target, options) for each in (bake, load_bake(tmp_path / "scene.bake"))
    )
    assert np.abs(before.image - after.image).max() < 1 / 255
    assert psnr(before.image, after.image) > 70


def _spoil_records(path: Path, **changes: object) -> None:
    content = json.loads((path / "bake.json").read_text())
    (path / "bake.json").write_text(json.dumps(content | changes))


_SPOILERS = {
    "no records": lambda path: (path / "bake.json").unlink(),
    "no JSON": lambda path: (path / "bake.json").write_text("{"),
    "a list": lambda path: (path / "bake.json").write_text("[]"),
    "deep nesting": lambda path: (path / "bake.json").write_text("[" * 100_000),
    "other version": lambda path: _spoil_records(path, version=2),
    "no tolerance": lambda path: _spoil_records(path, tolerance=None),
    "wild tolerance": lambda path: _spoil_records(path, tolerance=7),
    "no views": lambda path: _spoil_records(path, views=[]),
    "views without cameras": lambda path: _spoil_records(path, views=[{"name": "a"}]),
    "a photo lost": lambda path: (path / "photos" / "00001.png").unlink(),
    "a photo damaged": lambda path: (path / "photos" / "00001.png").write_bytes(b"\x89PNG\r\n\x1a\nno"),
    "weights lost": lambda path: (path / "weights.safetensors").unlink(),
    "weights cut off": lambda path: (path / "weights.safetensors").write_bytes(
        (path / "weights.safetensors").read_bytes()[:-100]
    ),
    "a backdrop without size": lambda path: _spoil_records(path, backdrop={"center": [0, 0, 0]}),
    "a backdrop of no size": lambda path: _spoil_records(path, backdrop={"center": [0, 0, 0], "radius": 0}),
    "a backdrop nowhere": lambda path: _spoil_records(path, backdrop={"center": [0, None, 0], "radius": 1}),
    "a backdrop that is a list": lambda path: _spoil_records(path, backdrop=[1]),
    "a backdrop's picture lost": lambda path: (path / "backdrop.png").unlink(),
    "a backdrop's picture of another size": lambda path: (path / "backdrop.png").write_bytes(
        (path / "photos" / "00000.png").read_bytes()
    ),
    "mesh damaged": lambda path: (path / "mesh.glb").write_bytes(b"glTF"),
}


@pytest.mark.parametrize("spoiler", list(_SPOILERS))
def test_what_is_wrong_is_told_in_one_line(bake: Bake, tmp_path: Path, spoiler: str) -> None:
    path = tmp_path / "folder"
    save_bake(bake, path)
    _SPOILERS[spoiler](path)
    with pytest.raises(SceneFileError) as error:
        load_bake(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_photo_of_another_size_than_its_camera_is_refused(bake: Bake, tmp_path: Path) -> None:
    path = tmp_path / "folder"
    save_bake(bake, path)
    content = json.loads((path / "bake.json").read_text())
    content["views"][2]["width"] -= 1  # as many cells of features as before
    (path / "bake.json").write_text(json.dumps(content))
    with pytest.raises(SceneFileError, match=r"00002\.png.*size 47x40"):
        load_bake(path)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 broken", b"no zip at all", None], ids=["empty", "cut", "text", "missing"]
)
def test_a_file_that_is_no_bake_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "scene.bake"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SceneFileError, match="is no bake"):
        load_bake(path)


def test_an_archive_that_would_expand_is_refused(bake: Bake, tmp_path: Path) -> None:
    save_bake(bake, tmp_path / "scene.bake")
    bomb = tmp_path / "bomb.bake"
    with zipfile.ZipFile(tmp_path / "scene.bake") as good, zipfile.ZipFile(bomb, "w") as bad:
        for info in good.infolist():
            kind = zipfile.ZIP_DEFLATED if info.filename == "weights.safetensors" else zipfile.ZIP_STORED
            bad.writestr(info.filename, good.read(info), compress_type=kind)
    with pytest.raises(SceneFileError, match="stored member"):
        load_bake(bomb)
