"""The scenes of a measurement: short names, hashes, and how long reading took."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...scenes import Gaussians
from ..opening import load_scene

_INDEX_NAMES = {"meta.json", "lod-meta.json"}


@dataclass(frozen=True, eq=False, kw_only=True)
class MeasuredScene:
    """A scene that was read for a measurement.

    Args:
        name: Short name, unique among the scenes of one measurement.
        path: Where it was read from.
        sha256: Hash of its file, or of all files of its folder in order of their names.
        gaussians: The scene.
        parse_ms: Time to read and decode it [ms].
    """

    name: str
    path: Path
    sha256: str
    gaussians: Gaussians
    parse_ms: float


def read_scene(path: Path, name: str, *, lod: int | None) -> MeasuredScene:
    """Read a scene and measure how long it takes; errors as in `load_scene`."""
    started = time.perf_counter()
    gaussians = load_scene(path, lod=lod)
    parse_ms = (time.perf_counter() - started) * 1000.0
    return MeasuredScene(name=name, path=path, sha256=hash_of(path), gaussians=gaussians, parse_ms=parse_ms)


def short_names(paths: Sequence[Path]) -> list[str]:
    """The last parts of the paths, as few as tell all of them apart; equal paths get a number."""
    parts = [_naming_parts(path) for path in paths]
    depth = 1
    while depth < max(map(len, parts)) and _has_doubles(["/".join(p[-depth:]) for p in parts]):
        depth += 1
    names = ["/".join(p[-depth:]) for p in parts]
    return [
        f"{name}#{names[:k].count(name) + 1}" if names.count(name) > 1 else name
        for k, name in enumerate(names)
    ]


def hash_of(path: Path) -> str:
    """SHA-256 of a file; of a folder or a folder's index file, of all its files' names and contents."""
    folder = path if path.is_dir() else path.parent if path.name in _INDEX_NAMES else None
    if folder is None:
        return _hash_of_file(path)
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{_hash_of_file(file)}\n".encode())
    return digest.hexdigest()


def _hash_of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _naming_parts(path: Path) -> tuple[str, ...]:
    return path.parts[:-1] if path.name in _INDEX_NAMES and len(path.parts) > 1 else path.parts


def _has_doubles(names: list[str]) -> bool:
    return len(set(names)) < len(names)
