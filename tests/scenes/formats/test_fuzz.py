"""Seeded mutations of every format: each gives a valid scene or one SceneFileError, with little memory."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes import Gaussians
from rowsplat.scenes.formats import load_gaussians, save_gaussians

from .encoders import (
    encode_ksplat,
    encode_old_spz,
    encode_sog_v1,
    glb_from_parts,
    glb_parts,
    gltf_with_embedded_buffer,
)
from .sample_scenes import ARRAYS, random_gaussians

_MUTATIONS_PER_SUBJECT = 60
_MAX_PEAK = 48 << 20

Files = dict[str, bytes]
"""A scene as files by name; the first is the one to open."""

_EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FC00000, 0x7F800000)
_JSON_EXTREMES = (
    -1,
    0,
    1,
    2**31,
    2**63,
    10**30,
    1e308,
    float("nan"),
    None,
    True,
    "",
    "../x",
    "x",
    [],
    {},
    [1],
    0.5,
)


def _mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """One to three small disasters, half of them near the beginning, where headers are."""
    mutable = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        reach = min(len(mutable), 128) if rng.random() < 0.5 else len(mutable)
        at = rng.randrange(max(1, reach))
        match rng.randrange(7):
            case 0:
                del mutable[at:]
            case 1:
                mutable[at : at + 1] = bytes([mutable[at] ^ 1 << rng.randrange(8)]) if mutable else b""
            case 2:
                mutable[at : at + 4] = rng.choice(_EXTREMES).to_bytes(4, "little")
            case 3:
                del mutable[at : at + rng.randint(1, 64)]
            case 4:
                mutable[at:at] = rng.randbytes(rng.randint(1, 64))
            case 5:
                mutable[at : at + 16] = rng.choice((b"\0", b"\xff")) * 16
            case _:
                mutable[at : at + 32] = mutable[:32]
        mutable = mutable or bytearray(b"\0")
    return bytes(mutable)


def _mutate_json(data: bytes, rng: random.Random) -> bytes:
    """One value anywhere in the tree is replaced or removed."""
    document = json.loads(data)
    owner, key = document, rng.choice(list(document))
    while isinstance(owner[key], dict | list) and owner[key] and rng.random() < 0.85:
        owner = owner[key]
        key = rng.choice(list(owner)) if isinstance(owner, dict) else rng.randrange(len(owner))
    if rng.random() < 0.2:
        del owner[key]
    else:
        owner[key] = rng.choice(_JSON_EXTREMES)
    return json.dumps(document).encode()


def _mutate_any(files: Files, rng: random.Random) -> Files:
    """One of the files is damaged, JSON mostly by its values."""
    name = rng.choice([*files, next(iter(files))])
    is_json = name.endswith(("json", ".gltf"))
    mutate = _mutate_json if is_json and rng.random() < 0.8 else _mutate_bytes
    return {**files, name: mutate(files[name], rng)}


def _mutate_inside_gzip(files: Files, rng: random.Random) -> Files:
    """The content changes and the checksum is made to agree."""
    ((name, data),) = files.items()
    return {name: gzip.compress(_mutate_bytes(gzip.decompress(data), rng), 1, mtime=0)}


def _mutate_inside_zip(files: Files, rng: random.Random) -> Files:
    ((name, data),) = files.items()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    meta = {"meta.json": members.pop("meta.json")}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, content in _mutate_any({**meta, **members}, rng).items():
            archive.writestr(member, content)
    return {name: buffer.getvalue()}


def _mutate_glb_json(files: Files, rng: random.Random) -> Files:
    ((name, data),) = files.items()
    document, binary = glb_parts(data)
    return {name: glb_from_parts(json.loads(_mutate_json(json.dumps(document).encode(), rng)), binary)}


def _written(scene: Gaussians, folder: Path, ending: str, version: int = 4) -> Files:
    path = folder / f"scene.{ending}"
    save_gaussians(scene, path, overwrite=True, spz_version=version)  # type: ignore[arg-type]
    return {path.name: path.read_bytes()}


def _text_ply(scene: Gaussians, folder: Path) -> Files:
    from plyfile import PlyData

    binary = PlyData.read(io.BytesIO(_written(scene, folder, "ply")["scene.ply"]))
    buffer = io.BytesIO()
    PlyData(binary.elements, text=True).write(buffer)
    return {"scene.ply": buffer.getvalue()}


def _lod_folder(scene: Gaussians, folder: Path) -> Files:
    half = len(scene) // 2
    parts = [{"file": 0, "offset": start, "count": half} for start in (0, half)]
    meta = {"lodLevels": 1, "filenames": ["meta.json"], "environment": None}
    meta["tree"] = {"children": [{"lods": {"0": part}} for part in parts]}
    return {"lod-meta.json": json.dumps(meta).encode(), **encode_sog_v1(scene)}


def _with_nodes(files: Files) -> Files:
    """The same splats under a chain of nodes with every kind of transform, without a scene."""
    ((name, data),) = files.items()
    document, binary = glb_parts(data)
    turned = {"rotation": [0, 0.6, 0, 0.8], "translation": [1, 2, 3], "scale": [2, 2, 2]}
    moved = {"matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1]}
    document["nodes"] = [{"children": [1, 2], **turned}, {"mesh": 0, **moved}, {"children": []}]
    del document["scenes"], document["scene"]
    return {name: glb_from_parts(document, binary)}


def _subjects(folder: Path) -> dict[str, tuple[Files, Callable[[Files, random.Random], Files]]]:
    scene = random_gaussians(200, sh_degree=2)
    small = scene.select(np.arange(20))
    glb = _written(scene, folder, "glb")
    gltf = {"scene.gltf": gltf_with_embedded_buffer(_written(small, folder, "glb")["scene.glb"])}
    folder_v1 = encode_sog_v1(scene)
    meta_first = {"meta.json": folder_v1["meta.json"], **folder_v1}
    subjects: dict[str, tuple[Files, Callable[[Files, random.Random], Files]]] = {
        "ply": (_written(scene, folder, "ply"), _mutate_any),
        "text ply": (_text_ply(small, folder), _mutate_any),
        "compressed ply": (_written(scene, folder, "compressed.ply"), _mutate_any),
        "splat": (_written(scene, folder, "splat"), _mutate_any),
        "spz 4": (_written(scene, folder, "spz"), _mutate_any),
        "spz 3 inside": (_written(scene, folder, "spz", 3), _mutate_inside_gzip),
        "spz 3": (_written(scene, folder, "spz", 3), _mutate_any),
        "sog": (_written(scene, folder, "sog"), _mutate_any),
        "sog inside": (_written(scene, folder, "sog"), _mutate_inside_zip),
        "sog folder 1": (meta_first, _mutate_any),
        "sog levels": (_lod_folder(scene, folder), _mutate_any),
        "glb": (glb, _mutate_any),
        "glb json": (glb, _mutate_glb_json),
        "glb nodes": (_with_nodes(glb), _mutate_glb_json),
        "gltf": (gltf, _mutate_any),
    }
    for version in (1, 2):
        old = {"scene.spz": encode_old_spz(scene, version)}
        subjects[f"spz {version} inside"] = (old, _mutate_inside_gzip)
    for level in (0, 1, 2):
        subjects[f"ksplat {level}"] = ({"scene.ksplat": encode_ksplat(scene, level, sections=2)}, _mutate_any)
    return subjects


def _is_valid(gaussians: Gaussians) -> bool:
    arrays = [getattr(gaussians, name) for name in ARRAYS]
    rotated = np.linalg.norm(gaussians.quats.astype(np.float64), axis=1).min() > 0
    return len(gaussians) > 0 and all(np.isfinite(array).all() for array in arrays) and bool(rotated)


def _outcome(path: Path) -> tuple[str, int]:
    """ "scene", "error" or what went wrong; and the peak of memory [bytes]."""
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        outcome = "scene" if _is_valid(load_gaussians(path)) else "an invalid scene"
    except SceneFileError as error:
        outcome = "error" if "\n" not in str(error) else f"a message of several lines: {error}"
    except BaseException as error:
        outcome = repr(error)
    return outcome, tracemalloc.get_traced_memory()[1] - before


def test_mutated_files_give_a_scene_or_one_clear_error(tmp_path: Path) -> None:
    outcomes: dict[str, list[str]] = {}
    failures: list[str] = []
    tracemalloc.start()
    try:
        for name, (files, mutate) in _subjects(tmp_path).items():
            folder = tmp_path / name
            folder.mkdir()
            for seed in range(_MUTATIONS_PER_SUBJECT):
                mutated = mutate(files, random.Random(f"{name} {seed}"))
                for file, data in mutated.items():
                    (folder / file).write_bytes(data)
                outcome, peak = _outcome(folder / next(iter(files)))
                outcomes.setdefault(name, []).append(outcome)
                if outcome not in ("scene", "error"):
                    failures.append(f"{name} {seed}: {outcome}")
                if peak > _MAX_PEAK:
                    failures.append(f"{name} {seed}: {peak} bytes of memory")
    finally:
        tracemalloc.stop()
    assert failures == []
    assert sum(map(len, outcomes.values())) >= 500
    # Neither all refused nor all accepted, or nothing was tested.
    assert all("error" in results for results in outcomes.values())
    assert sum("scene" in results for results in outcomes.values()) > len(outcomes) // 2


@pytest.mark.parametrize("value", _EXTREMES)
def test_any_extreme_word_in_a_ksplat_header_is_survived(tmp_path: Path, value: int) -> None:
    data = encode_ksplat(random_gaussians(40, sh_degree=1), 1)
    path = tmp_path / "scene.ksplat"
    for offset in (*range(0, 48, 4), *range(4096, 4096 + 44, 4)):
        path.write_bytes(data[:offset] + value.to_bytes(4, "little") + data[offset + 4 :])
        with contextlib.suppress(SceneFileError):
            assert _is_valid(load_gaussians(path))
