"""`rowsplat reconstruct`: posed photos into depth maps, a mesh, a report and a project."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro import conf

from ...kernels.errors import RowsplatError
from ..checks import require_between
from .flags import flag

if TYPE_CHECKING:
    from ...render.omni_recon import FusionOptions, ReconstructionOptions
    from ...scenes.photo_sets import PhotoSet

EXAMPLES = (
    "rowsplat reconstruct photos --out reconstruction",
    "rowsplat reconstruct photos/transforms.json --out reconstruction --quality full --views 24",
    "rowsplat reconstruct colmap --out reconstruction --near 0.5 --far 6 --resolution 320x240",
)


@dataclass(frozen=True, kw_only=True)
class Reconstruct:
    """Reconstruct a scene from photos with cameras (Omni-Recon): depth maps, a mesh, a report, a project to open.

    Stopped or killed, the same line again goes on with the views that are missing. A finished folder is left alone.
    """

    photos: Annotated[
        Path,
        conf.Positional,
        flag(
            "Photos with cameras: COLMAP, transforms.json, NeRF-synthetic, LLFF, DTU or IDR cameras.npz, .npz with K "
            "and poses; a folder or the file with the cameras.",
            "PHOTOS",
        ),
    ]
    out: Annotated[Path, flag("Folder for the results, new, empty or of an earlier run.", "DIR")]
    views: Annotated[
        int | None,
        flag("Photos that get a depth map, spread over the set. Without it: all.", "N"),
    ] = None
    source_views: Annotated[int, flag("Photos that a depth map is made from, its own too, 2 to 16.", "N")] = 3
    resolution: Annotated[
        str | None,
        flag(
            "Longer side of the depth maps [px], or WxH that they fit into, 16 to 2048. Without it: 320.",
            "PX",
        ),
    ] = None
    quality: Annotated[
        Literal["fast", "full"],
        flag("Full: the network corrects the depths that the photos agree on; many times the time."),
    ] = "fast"
    weights: Annotated[
        Path | None,
        flag(
            "Weights of the network: .safetensors or PyTorch. Without it: those of the installation.", "FILE"
        ),
    ] = None
    near: Annotated[
        float | None,
        flag(
            "Where the scene begins, along the view axis [scene units]. Without it: found for each photo.",
            "Z",
        ),
    ] = None
    far: Annotated[float | None, flag("Where the scene ends. Without it: found for each photo.", "Z")] = None
    skip_check: Annotated[bool, flag("Do not compare the cameras with the photos.")] = False
    least_confidence: Annotated[float, flag("Depths of less confidence are dropped, 0 to 1.", "C")] = 0.5
    tolerance: Annotated[
        float,
        flag("Depths of two views agree when they differ by so much of themselves, 1e-6 to 1.", "T"),
    ] = 0.03
    voxel: Annotated[
        float | None,
        flag(
            "Side of a voxel of the mesh [scene units]. Without it: the width of a pixel on the scene.",
            "SIZE",
        ),
    ] = None
    max_triangles: Annotated[
        int | None, flag("Decimate the mesh to so many triangles. Without it: all are kept.", "N")
    ] = None
    device: Annotated[str, flag("PyTorch device: cpu or cuda.", "DEVICE")] = "cpu"
    force: Annotated[bool, flag("Begin anew in a folder that holds a reconstruction, and replace it.")] = (
        False
    )


def run(command: Reconstruct) -> None:
    """Reconstruct, write the folder and say what is in it.

    Raises:
        RowsplatError: A flag, the photos, their cameras, the weights or the folder is at fault.
        SystemExit: Ctrl-C (130) when some views had been found, which are kept.
    """
    from ..omni.network import calm_threads, require_weights
    from ..omni.photos import open_photos
    from ..omni.run_folder import RunFolder

    _check(command)
    folder = RunFolder(command.out)
    weights = require_weights(command.weights)
    photo_set = open_photos(command.photos)
    calm_threads()
    from ..omni.reconstructing import Reconstructing

    work = Reconstructing(
        path=command.photos.absolute(),
        photo_set=photo_set,
        folder=folder,
        weights=weights,
        weights_are_default=command.weights is None,
        options=_options(command, photo_set),
        fusion=_fusion(command),
        depths=(command.near, command.far),
        skip_check=command.skip_check,
        device=command.device,
    )
    finished = None if command.force else work.finished()
    if finished is not None:
        print(f"{command.out}: finished already, on {finished}; --force does it again")
        return
    if command.force:
        folder.forget_unfinished()
    try:
        print(work.run())
    except KeyboardInterrupt:
        if not folder.views_kept:
            raise
        print(
            f"cancelled; {folder.views_kept} views are kept in {folder.unfinished}: the same line goes on from there",
            file=sys.stderr,
        )
        raise SystemExit(130) from None
    finally:
        folder.remove_if_empty()


def _check(command: Reconstruct) -> None:
    require_between("--views", command.views, 1, 100_000)
    require_between("--source-views", command.source_views, 2, 16)
    require_between("--near", command.near, 1e-9, 1e9)
    require_between("--far", command.far, 1e-9, 1e9)
    require_between("--least-confidence", command.least_confidence, 0.0, 1.0)
    require_between("--tolerance", command.tolerance, 1e-6, 1.0)
    require_between("--voxel", command.voxel, 1e-9, 1e9)
    require_between("--max-triangles", command.max_triangles, 4, 10**9)
    if command.near is not None and command.far is not None and command.near >= command.far:
        raise RowsplatError(f"--near must be less than --far, got {command.near:g} and {command.far:g}.")
    if command.device not in ("cpu", "cuda"):
        raise RowsplatError(f"--device must be cpu or cuda, got {command.device!r}.")


def _options(command: Reconstruct, photo_set: PhotoSet) -> ReconstructionOptions:
    from ...render.omni_recon import Quality, ReconstructionOptions
    from ..omni.resolution import longer_side

    options = ReconstructionOptions.of_quality(
        Quality(command.quality), views=command.views, source_views=command.source_views
    )
    side = options.max_side if command.resolution is None else longer_side(command.resolution, photo_set)
    return replace(options, max_side=side, least_confidence=command.least_confidence)


def _fusion(command: Reconstruct) -> FusionOptions:
    from ...render.omni_recon import FusionOptions

    return FusionOptions(
        voxel_size=command.voxel, tolerance=command.tolerance, max_triangles=command.max_triangles
    )
