"""Damaged, hostile and mistaken files give one clear line and allocate next to nothing."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes import Gaussians
from rowsplat.scenes.formats import describe_file, load_gaussians, save_gaussians

from .encoders import encode_ksplat, encode_sog_v1, glb_from_parts, glb_parts
from .sample_scenes import ARRAYS, random_gaussians

_WRITABLE = ("ply", "compressed.ply", "splat", "spz", "sog", "glb")


def _scene_bytes(tmp_path: Path, ending: str) -> bytes:
    path = tmp_path / f"original.{ending}"
    save_gaussians(random_gaussians(20, sh_degree=1), path, overwrite=True)
    return path.read_bytes()


def _error(path: Path, data: bytes | None = None, lod: int | None = None) -> str:
    """The one line that reading `path` gives."""
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(SceneFileError) as caught:
        load_gaussians(path, lod=lod)
    message = str(caught.value)
    assert message.startswith(str(caught.value.path))
    assert "\n" not in message
    assert message.endswith(".")
    assert caught.value.remedy
    return message


@pytest.mark.parametrize("ending", ["ply", "compressed.ply", "splat", "ksplat", "spz", "sog", "glb", "gltf"])
def test_text_with_a_scene_name_is_called_text(tmp_path: Path, ending: str) -> None:
    message = _error(tmp_path / f"notes.{ending}", b"Dear diary, today I trained a splat.\n" * 40)
    assert "found text 'Dear diary" in message


def test_missing_empty_and_unknown_files_are_named(tmp_path: Path) -> None:
    assert "No such file" in _error(tmp_path / "nowhere.ply")
    assert "is empty" in _error(tmp_path / "empty.ply", b"")
    assert "expected one of the scene formats" in _error(tmp_path / "photo.jpg", b"\xff\xd8\xff\xe0" * 9)
    (tmp_path / "folder").mkdir()
    assert "found none" in _error(tmp_path / "folder")


@pytest.mark.parametrize("ending", sorted({*_WRITABLE} - {"splat"}))  # .splat has no mark of its own
def test_content_counts_more_than_the_name(tmp_path: Path, ending: str) -> None:
    misnamed = tmp_path / "scene.dat"
    misnamed.write_bytes(_scene_bytes(tmp_path, ending))
    assert len(load_gaussians(misnamed)) == 20


@pytest.mark.parametrize("ending", _WRITABLE)
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
def test_truncated_files_are_refused(tmp_path: Path, ending: str, keep: float) -> None:
    data = _scene_bytes(tmp_path, ending)
    _error(tmp_path / f"cut.{ending}", data[: int(len(data) * keep) // 32 * 32 + 5])  # .splat has rows of 32


def _with_counts(tmp_path: Path) -> dict[str, bytes]:
    """Files whose headers promise four billion Gaussians."""
    huge = 0xFFFFFFF0
    ply = _scene_bytes(tmp_path, "ply").replace(b"element vertex 20", b"element vertex 999999999999")
    text = (
        b"ply\nformat ascii 1.0\n" + ply[ply.index(b"element") : ply.index(b"end_header") + 11] + b"1 2 3\n"
    )
    compressed = _scene_bytes(tmp_path, "compressed.ply").replace(b"vertex 20", b"vertex 4294967280")
    old_spz = gzip.compress(struct.pack("<IIIBBBB", 0x5053474E, 2, huge, 3, 12, 0, 0) + bytes(1000))
    spz = bytearray(_scene_bytes(tmp_path, "spz"))
    struct.pack_into("<I", spz, 8, huge)
    ksplat = bytearray(encode_ksplat(random_gaussians(20, sh_degree=1), 1))
    struct.pack_into("<II", ksplat, 4096, huge, huge)
    sections = bytearray(ksplat)
    struct.pack_into("<I", sections, 4, huge)
    document, binary = glb_parts(_scene_bytes(tmp_path, "glb"))
    for accessor in document["accessors"]:
        accessor["count"] = huge
    return {
        "a.ply": ply,
        "text.ply": text,
        "b.compressed.ply": compressed,
        "old.spz": old_spz,
        "new.spz": bytes(spz),
        "splats.ksplat": bytes(ksplat),
        "sections.ksplat": bytes(sections),
        "c.glb": glb_from_parts(document, binary),
        "d.sog": _rezipped(_scene_bytes(tmp_path, "sog"), lambda meta: meta.update(count=huge)),
    }


def _rezipped(sog: bytes, change: Callable[[dict], object]) -> bytes:
    """A .sog whose meta.json was changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sog)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "meta.json":
                meta = json.loads(data)
                change(meta)
                data = json.dumps(meta).encode()
            new.writestr(name, data)
    return buffer.getvalue()


def test_absurd_counts_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    for name, data in _with_counts(tmp_path).items():
        path = tmp_path / name
        path.write_bytes(data)
        load_gaussians_peak = _peak_of_failure(path)
        assert load_gaussians_peak < 16 << 20, name


def _peak_of_failure(path: Path) -> int:
    tracemalloc.start()
    try:
        _error(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_scenes_of_no_gaussians_are_refused(tmp_path: Path) -> None:
    spz = bytearray(_scene_bytes(tmp_path, "spz"))
    struct.pack_into("<I", spz, 8, 0)
    ksplat = bytearray(encode_ksplat(random_gaussians(20, sh_degree=1), 0))
    struct.pack_into("<I", ksplat, 4096, 0)
    files = {
        "a.ply": _scene_bytes(tmp_path, "ply").replace(b"vertex 20", b"vertex 0"),
        "a.compressed.ply": _scene_bytes(tmp_path, "compressed.ply").replace(b"vertex 20", b"vertex 0"),
        "new.spz": bytes(spz),
        "old.spz": gzip.compress(struct.pack("<IIIBBBB", 0x5053474E, 2, 0, 1, 12, 0, 0)),
        "a.ksplat": bytes(ksplat),
    }
    for name, data in files.items():
        assert "expected at least one Gaussian, found none" in _error(tmp_path / name, data), name


def test_decompression_bombs_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    gigabyte_of_zeros = 30_000_000
    header = struct.pack("<IIIBBBB", 0x5053474E, 3, gigabyte_of_zeros, 0, 12, 0, 0)
    squeezed = gzip.compress(header + bytes(100 << 20), 9)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meta.json", b" " * (100 << 20))
    webp = b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f" + (16382 | 16382 << 14).to_bytes(4, "little")
    folder = tmp_path / "sog"
    folder.mkdir()
    for name, data in encode_sog_v1(random_gaussians(50)).items():
        (folder / name).write_bytes(webp + bytes(64) if name == "quats.webp" else data)
    (tmp_path / "bomb.spz").write_bytes(squeezed)
    (tmp_path / "bomb.sog").write_bytes(zipped.getvalue())
    assert len(squeezed) < 1 << 20
    for path in (tmp_path / "bomb.spz", tmp_path / "bomb.sog", folder):
        assert _peak_of_failure(path) < 16 << 20, path


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
@pytest.mark.parametrize(
    ("array", "place"),
    [("means", "Gaussian 7, y"), ("quats", "Gaussian 7, rot_1"), ("log_scales", "Gaussian 7, scale_1")],
)
def test_numbers_that_are_not_finite_are_named(tmp_path: Path, array: str, place: str, value: float) -> None:
    gaussians = random_gaussians(20)
    arrays = {name: getattr(gaussians, name).copy() for name in ARRAYS}
    arrays[array][7, 1] = value
    save_gaussians(Gaussians(**arrays), tmp_path / "scene.ply")
    assert place in _error(tmp_path / "scene.ply")


def test_opacities_and_harmonics_that_are_not_finite_are_named(tmp_path: Path) -> None:
    gaussians = random_gaussians(20)
    for array, index, place in (
        ("logit_opacities", (3,), "Gaussian 3, opacity"),
        ("sh_coeffs", (4, 2, 1), "Gaussian 4, spherical harmonic 2, channel G"),
    ):
        arrays = {name: getattr(gaussians, name).copy() for name in ARRAYS}
        arrays[array][index] = np.nan
        save_gaussians(Gaussians(**arrays), tmp_path / "scene.ply", overwrite=True)
        assert place in _error(tmp_path / "scene.ply")


def test_zero_quaternions_are_named(tmp_path: Path) -> None:
    gaussians = random_gaussians(20)
    quats = gaussians.quats.copy()
    quats[5] = 0
    arrays = {name: getattr(gaussians, name) for name in ARRAYS}
    save_gaussians(Gaussians(**{**arrays, "quats": quats}), tmp_path / "scene.ply")
    assert "Gaussian 5, rotation: expected a quaternion, found all zeros" in _error(tmp_path / "scene.ply")
    rows = bytearray(_scene_bytes(tmp_path, "splat"))
    rows[2 * 32 + 28 : 3 * 32] = bytes([128] * 4)
    assert "Gaussian 2, rotation" in _error(tmp_path / "zero.splat", bytes(rows))


def test_negative_sizes_are_named(tmp_path: Path) -> None:
    rows = bytearray(_scene_bytes(tmp_path, "splat"))
    struct.pack_into("<f", rows, 3 * 32 + 16, -0.5)
    assert "Gaussian 3, scale_1: expected a size of at least 0, found -0.5" in _error(
        tmp_path / "n.splat", bytes(rows)
    )
    ksplat = bytearray(encode_ksplat(random_gaussians(20, sh_degree=0), 0))
    struct.pack_into("<f", ksplat, 5120 + 4 * 44 + 12, -2)
    assert "Gaussian 4, scale_0" in _error(tmp_path / "n.ksplat", bytes(ksplat))


@pytest.mark.parametrize(
    "name", ["../secret.webp", "/etc/passwd", "a/../../b", "..\\b", "C:x", "", "a\0b", "x" * 300]
)
def test_references_cannot_leave_their_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.webp").write_bytes(b"secret")
    scene = tmp_path / "scene"
    scene.mkdir()
    files = encode_sog_v1(random_gaussians(20))
    meta = json.loads(files["meta.json"])
    meta["quats"]["files"] = [name]
    for file, data in {**files, "meta.json": json.dumps(meta).encode()}.items():
        (scene / file).write_bytes(data)
    assert "expected a plain file name" in _error(scene)
    sog = _rezipped(_scene_bytes(tmp_path, "sog"), lambda meta: meta["quats"].update(files=[name]))
    assert "expected a plain file name" in _error(tmp_path / "a.sog", sog)
    lod = {"lodLevels": 1, "filenames": [name], "tree": {"lods": {"0": {"file": 0, "offset": 0, "count": 1}}}}
    assert "expected a plain file name" in _error(tmp_path / "lod-meta.json", json.dumps(lod).encode())
    document, _ = glb_parts(_scene_bytes(tmp_path, "glb"))
    document["buffers"][0]["uri"] = name
    assert "expected a plain file name" in _error(tmp_path / "a.gltf", json.dumps(document).encode())


def test_archive_members_cannot_leave_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "evil.sog"
    path.write_bytes(_scene_bytes(tmp_path, "sog"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../evil.txt", b"evil")
    assert "expected a plain file name" in _error(path)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_cannot_leave_their_folder(tmp_path: Path) -> None:
    (tmp_path / "scene").mkdir()
    files = encode_sog_v1(random_gaussians(20))
    (tmp_path / "outside.webp").write_bytes(files["quats.webp"])
    for name, data in files.items():
        (tmp_path / "scene" / name).write_bytes(data)
    (tmp_path / "scene" / "quats.webp").unlink()
    (tmp_path / "scene" / "quats.webp").symlink_to(tmp_path / "outside.webp")
    assert "leads out of the scene's folder" in _error(tmp_path / "scene")


def test_nodes_cannot_multiply_a_mesh_without_end(tmp_path: Path) -> None:
    document, binary = glb_parts(_scene_bytes(tmp_path, "glb"))
    for count in (500, 100_000):
        document["nodes"] = [{"children": list(range(1, count))}] + [{"mesh": 0}] * (count - 1)
        assert "cannot come from" in _error(tmp_path / "many.glb", glb_from_parts(document, binary))
    document["nodes"] = [{"children": [1]}, {"mesh": 0, "children": [0]}]
    assert "expected a tree" in _error(tmp_path / "loop.glb", glb_from_parts(document, binary))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("colorSpace", "lin_rec709_display"),
        ("kernel", "customShape"),
        ("extensions", {"KHR_gaussian_splatting_compression_spz_2": {}}),
    ],
)
def test_gltf_that_needs_more_than_we_know_is_refused(tmp_path: Path, key: str, value: object) -> None:
    document, binary = glb_parts(_scene_bytes(tmp_path, "glb"))
    document["meshes"][0]["primitives"][0]["extensions"]["KHR_gaussian_splatting"][key] = value
    _error(tmp_path / "other.glb", glb_from_parts(document, binary))


def test_a_mesh_is_not_taken_for_splats(tmp_path: Path) -> None:
    axes = b"".join(b"property float %c\n" % axis for axis in b"xyz")
    mesh = b"ply\nformat ascii 1.0\nelement vertex 1\n" + axes + b"end_header\n"
    assert "Open a splat scene, not a point cloud or mesh" in _error(tmp_path / "mesh.ply", mesh + b"1 2 3\n")
    document = {
        "asset": {"version": "2.0"},
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {}}]}],
    }
    assert "found none" in _error(tmp_path / "mesh.gltf", json.dumps(document).encode())


def test_deeply_nested_json_is_refused(tmp_path: Path) -> None:
    _error(tmp_path / "meta.json", b'{"a":' + b"[" * 200_000)
    _error(tmp_path / "deep.gltf", b'{"a":' + b"[" * 200_000)


def test_a_level_of_detail_must_exist(tmp_path: Path) -> None:
    (tmp_path / "scene.ply").write_bytes(_scene_bytes(tmp_path, "ply"))
    assert "expected a scene with levels of detail" in _error(tmp_path / "scene.ply", lod=0)


@pytest.mark.parametrize("ending", _WRITABLE)
def test_a_file_that_is_there_is_not_replaced_unless_asked(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"scene.{ending}"
    path.write_bytes(b"precious")
    with pytest.raises(SceneFileError, match="already exists"):
        save_gaussians(random_gaussians(3), path)
    assert path.read_bytes() == b"precious"
    save_gaussians(random_gaussians(3), path, overwrite=True)
    assert len(load_gaussians(path)) == 3


@pytest.mark.parametrize("name", ["scene.ksplat", "scene.gltf", "scene.obj", "scene", "meta.json"])
def test_names_of_formats_that_are_not_written_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SceneFileError, match="expected a name that ends in"):
        save_gaussians(random_gaussians(3), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(SceneFileError, match="No space left"):
        save_gaussians(random_gaussians(3), tmp_path / "scene.ply")
    assert list(tmp_path.iterdir()) == []


def test_writing_needs_gaussians_and_a_folder(tmp_path: Path) -> None:
    empty = random_gaussians(3).select(np.array([], dtype=np.intp))
    with pytest.raises(SceneFileError, match="no Gaussians"):
        save_gaussians(empty, tmp_path / "scene.ply")
    with pytest.raises(SceneFileError, match="cannot be written"):
        save_gaussians(random_gaussians(3), tmp_path / "nowhere" / "scene.ply")
    (tmp_path / "folder.ply").mkdir()
    with pytest.raises(SceneFileError, match="is a folder"):
        save_gaussians(random_gaussians(3), tmp_path / "folder.ply")


@pytest.mark.parametrize("ending", _WRITABLE)
def test_describing_gives_plain_values(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"scene.{ending}"
    path.write_bytes(_scene_bytes(tmp_path, ending))
    facts = describe_file(path)
    assert {"format", "path", "file_bytes", "num_gaussians", "sh_degree", "compression"} <= facts.keys()
    assert facts["file_bytes"] == path.stat().st_size
    assert json.loads(json.dumps(facts)) == facts
