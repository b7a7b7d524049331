"""`rowsplat convert`: from one scene format to another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro import conf

from ..checks import require_between, require_exists
from ..opening import load_scene
from .flags import Lod, MaxShDegree, flag

EXAMPLES = (
    "rowsplat convert scene.ply scene.sog",
    "rowsplat convert scene.ply small.spz --max-sh-degree 1",
    "rowsplat convert lod-meta.json level2.ply --lod 2 --overwrite",
)


@dataclass(frozen=True, kw_only=True)
class Convert:
    """Convert a scene to another format; the names' endings say from which and to which."""

    source: Annotated[Path, conf.Positional, flag("Scene to read.", "IN")]
    target: Annotated[
        Path, conf.Positional, flag("Scene to write: .ply, .compressed.ply, .splat, .spz, .sog, .glb.", "OUT")
    ]
    max_sh_degree: MaxShDegree = 3
    lod: Lod = None
    overwrite: Annotated[bool, flag("Replace OUT if it exists.")] = False


def run(command: Convert) -> None:
    """Convert a scene and say what was written.

    Raises:
        RowsplatError: A file cannot be read or written, or OUT exists.
    """
    from ...scenes.formats import save_gaussians

    require_between("--max-sh-degree", command.max_sh_degree, 0, 3)
    require_between("--lod", command.lod, 0, 255)
    require_exists(command.source)
    gaussians = load_scene(command.source, lod=command.lod).with_max_sh_degree(command.max_sh_degree)
    save_gaussians(gaussians, command.target, overwrite=command.overwrite)
    megabytes = _size(command.target) / 1e6
    print(
        f"{command.target}: {len(gaussians):,} Gaussians, SH degree {gaussians.sh_degree}, {megabytes:.1f} MB"
    )


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file())
