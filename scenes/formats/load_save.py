"""Open, describe and save scenes in whatever format a path holds or asks for."""

from __future__ import annotations

from pathlib import Path

from ...kernels.errors import SceneFileError
from ..gaussians import Gaussians
from .atomic_writing import refuse_existing, write_atomically
from .file_formats import HANDLERS, SceneFormat, SpzVersion, format_to_write
from .recognition import recognise
from .sog_lod import read_sog_lod


def load_gaussians(path: str | Path, *, lod: int | None = None) -> Gaussians:
    """Read a scene of any supported format.

    Args:
        path: A .ply, .compressed.ply, .splat, .ksplat, .spz, .sog, .glb or .gltf file, a SOG folder or its
            meta.json or lod-meta.json, or a folder that holds one scene file. The content decides, the name
            only where the content has no mark of its own.
        lod: Level of detail, 0 the finest; None takes the finest. Only for scenes with several levels.

    Returns:
        The Gaussians in the world frame of INRIA .ply files as stored; other axes are converted.

    Raises:
        SceneFileError: The file is missing, damaged or of no known format; the message is one line.
    """
    found, file = recognise(Path(path))
    if found is SceneFormat.SOG_LOD:
        return read_sog_lod(file, lod)
    if lod is not None:
        problem = f"expected a scene with levels of detail, found {found.value}"
        raise SceneFileError(file, "", problem, "Leave the level of detail out")
    return HANDLERS[found].read(file)


def describe_file(path: str | Path) -> dict[str, object]:
    """Facts about a scene file, from its headers alone.

    Returns:
        `format`, `path`, `file_bytes`, `num_gaussians`, `sh_degree`, `compression`, and what else the format
        says (`version`, `lod_levels`, `antialiased`, `generator`): strings, numbers, booleans or lists.

    Raises:
        SceneFileError: As `load_gaussians`, as far as the headers show it.
    """
    found, file = recognise(Path(path))
    folder = found in (SceneFormat.SOG_FOLDER, SceneFormat.SOG_LOD)
    size = (
        sum(f.stat().st_size for f in file.parent.rglob("*") if f.is_file())
        if folder
        else file.stat().st_size
    )
    return {"format": found.value, "path": str(path), "file_bytes": size, **HANDLERS[found].describe(file)}


def save_gaussians(
    gaussians: Gaussians, path: str | Path, *, overwrite: bool = False, spz_version: SpzVersion = 4
) -> None:
    """Write a scene, completely or not at all.

    Args:
        gaussians: What to write.
        path: Its ending chooses the format: .ply, .compressed.ply, .splat, .spz, .sog or .glb. Only .ply and
            .glb keep every number; .splat drops harmonics above degree 0.
        overwrite: Replace a file that is there.
        spz_version: 4, or 3 for older readers of .spz.

    Raises:
        SceneFileError: The file is there, cannot be written, or its ending names no format that can be.
    """
    path = Path(path)
    handler = HANDLERS[format_to_write(path)]
    refuse_existing(path, overwrite=overwrite)  # before the work, and again before the move
    if len(gaussians) == 0:
        raise SceneFileError(path, "", "there are no Gaussians to write", "Check what was selected")
    assert handler.encode is not None
    write_atomically(path, handler.encode(gaussians, spz_version), overwrite=overwrite)
