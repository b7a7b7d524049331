"""SOG scenes in levels of detail: `lod-meta.json` names parts of SOG folders for each level, 0 the finest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...kernels.errors import SceneFileError
from ..gaussians import Gaussians
from ..transforms import merge
from .byte_source import ByteSource
from .sog import describe_sog, read_sog
from .sog_members import open_sog_folder
from .untrusted_text import check_member_name, parse_json

LOD_META = "lod-meta.json"
"""Name of the file that makes a folder a scene with levels of detail."""

_MAX_LEVELS = 64
_MAX_PARTS = 1 << 20


@dataclass(frozen=True, order=True)
class _Part:
    """Gaussians `offset` to `offset + count` of one file."""

    file: int
    offset: int
    count: int


def read_sog_lod(path: Path, lod: int | None) -> Gaussians:
    """Gaussians of level `lod` (None: 0, the finest), with the environment if the scene has one.

    Args:
        path: The lod-meta.json.
        lod: Level of detail.

    Raises:
        SceneFileError: There is no such level, or a file is missing or damaged.
    """
    meta = parse_json(ByteSource.open(path))
    files, levels = _files(path, meta), _level_count(path, meta)
    level = 0 if lod is None else lod
    if not 0 <= level < levels:
        problem = f"expected a level of detail from 0 (finest) to {levels - 1}, found {level}"
        raise SceneFileError(path, "", problem, "Choose one of those levels")
    scenes = _scenes(path, files, sorted(_parts(path, meta, level)))
    if isinstance(meta.get("environment"), str):
        scenes.append(_read_part(path, meta["environment"]))
    if not scenes:
        raise SceneFileError(
            path, f"level {level}", "expected at least one Gaussian, found none", "Choose another level"
        )
    if len(scenes) == 1:
        return scenes[0]
    antialiased = all(scene.antialiased for scene in scenes)
    return merge(*(replace(scene, antialiased=antialiased) for scene in scenes))


def describe_sog_lod(path: Path) -> dict[str, object]:
    """Facts of every level from lod-meta.json, and those of the finest level's first file."""
    meta = parse_json(ByteSource.open(path))
    files, levels = _files(path, meta), _level_count(path, meta)
    parts = [_parts(path, meta, level) for level in range(levels)]
    first = min((part.file for part in parts[0]), default=0)
    member = describe_sog(open_sog_folder(path.parent / check_member_name(path, files[first])))
    counts = [sum(part.count for part in level) for level in parts]
    return {**member, "num_gaussians": counts[0], "lod_levels": levels, "lod_num_gaussians": counts}


def _files(path: Path, meta: dict[str, Any]) -> list[Any]:
    files = meta.get("filenames")
    if not isinstance(files, list) or not files:
        raise SceneFileError(
            path, "filenames", "expected a list of meta.json files", "Export the scene again"
        )
    return files


def _level_count(path: Path, meta: dict[str, Any]) -> int:
    levels = meta.get("lodLevels")
    if type(levels) is not int or not 1 <= levels <= _MAX_LEVELS:
        problem = f"expected a number of levels from 1 to {_MAX_LEVELS}, found {str(levels)[:30]}"
        raise SceneFileError(path, "lodLevels", problem, "Export the scene again")
    return levels


def _parts(path: Path, meta: dict[str, Any], level: int) -> list[_Part]:
    """Parts of `level` in all leaves of the tree; a leaf without that level has nothing to show there."""
    parts: list[_Part] = []
    nodes: list[Any] = [meta.get("tree")]
    while nodes:
        node = nodes.pop()
        if not isinstance(node, dict) or len(parts) > _MAX_PARTS:
            raise SceneFileError(
                path, "tree", "expected a tree of nodes with 'children' or 'lods'", "Export it again"
            )
        children = node.get("children", [])
        nodes.extend(children if isinstance(children, list) else [None])
        lods = node.get("lods", {})
        entry = lods.get(str(level)) if isinstance(lods, dict) else {}
        if entry is not None:
            parts.append(_part(path, meta, entry))
    return parts


def _part(path: Path, meta: dict[str, Any], entry: Any) -> _Part:
    values = [entry.get(key) for key in ("file", "offset", "count")] if isinstance(entry, dict) else []
    numbers = [value for value in values if type(value) is int and value >= 0]
    if len(numbers) != 3 or numbers[0] >= len(meta["filenames"]):
        problem = f"expected a file, offset and count, found {str(entry)[:60]}"
        raise SceneFileError(path, "tree", problem, "Export the scene again")
    return _Part(*numbers)


def _scenes(path: Path, files: list[Any], parts: list[_Part]) -> list[Gaussians]:
    """The parts' Gaussians, each file read once."""
    scenes: list[Gaussians] = []
    for file in sorted({part.file for part in parts}):
        whole = _read_part(path, files[file])
        mine = [part for part in parts if part.file == file]
        end = max(part.offset + part.count for part in mine)
        if end > len(whole):
            problem = f"expected {end} Gaussians in {files[file]}, found {len(whole)}"
            raise SceneFileError(path, "tree", problem, "Export the scene again")
        if sum(part.count for part in mine) > len(whole):
            raise SceneFileError(path, "tree", f"parts of {files[file]} overlap", "Export the scene again")
        rows = np.concatenate([np.arange(part.offset, part.offset + part.count) for part in mine])
        everything = len(rows) == len(whole) and np.array_equal(rows, np.arange(len(whole)))
        scenes.append(whole if everything else whole.select(rows))
    return [scene for scene in scenes if len(scene)]


def _read_part(path: Path, name: Any) -> Gaussians:
    return read_sog(open_sog_folder(path.parent / check_member_name(path, name)))
