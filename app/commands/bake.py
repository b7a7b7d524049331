"""`rowsplat bake`: a scene, or a project of photos, into a triangle mesh."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro import conf

from ...kernels.errors import RowsplatError
from ...render import Backend, RenderMode
from ...render.output_files import require_writable_place
from ..checks import require_between, require_exists
from ..opening import open_scene_and_renderer
from ..progress import stage_progress
from ..project import SUFFIX as PROJECT_SUFFIX
from .flags import KernelLanguage, Lod, OneBackend, flag

if TYPE_CHECKING:
    from ...render.mesh_baking import BakedMesh, BakeOptions
    from ...scenes import CameraPath

EXAMPLES = (
    "rowsplat bake scene.ply --out mesh.glb",
    "rowsplat bake scene.sog --out mesh.ply --voxel 0.005 --views 128",
    "rowsplat bake scene.ply --out small.obj --max-triangles 20000",
    "rowsplat bake room.ply --out room.glb --camera transforms.json --reach 2",
    "rowsplat bake reconstruction/project.rowsplat --out mesh.glb --tune 5",
)

_OF_SCENES = (
    "voxel",
    "views",
    "camera",
    "depth",
    "alpha",
    "reach",
    "smallest_part",
    "max_triangles",
    "backend",
    "lod",
)
"""Fields that say something about Gaussians."""


@dataclass(frozen=True, kw_only=True)
class Bake:
    """Bake the subject of a scene into a triangle mesh with vertex colours. Replaces the output if it exists.

    Of a project that `rowsplat reconstruct` wrote, the mesh is kept, and beside it a file `.bake` is written: the mesh,
    the photos and what blends them, to be drawn in real time.
    """

    scene: Annotated[
        Path,
        conf.Positional,
        flag(
            "Scene: .ply, .compressed.ply, .splat, .spz, .ksplat, .sog, a SOG folder, .glb or .gltf; or a project of "
            "`rowsplat reconstruct`.",
            "SCENE",
        ),
    ]
    out: Annotated[
        Path,
        flag("Mesh: .glb (axes turned to y up), .ply or .obj (axes of the scene).", "FILE"),
    ]
    voxel: Annotated[
        float | None,
        flag(
            "Side of a voxel [scene units], the finest detail. Without it: 1/128 of the subject's radius.",
            "SIZE",
        ),
    ] = None
    views: Annotated[
        int | None, flag("Views on a sphere around the subject, 4 to 2000. Without it: 64.", "N")
    ] = None
    size: Annotated[
        int | None,
        flag(
            "Side of the views' pictures [px], 16 to 8192. Without it: by the voxels. Of a project: longer side of the "
            "photos, without it 800.",
            "PX",
        ),
    ] = None
    camera: Annotated[
        Path | None,
        flag("Look from the cameras of this file instead, in their sizes; for rooms and photo sets.", "JSON"),
    ] = None
    depth: Annotated[
        Literal["median", "expected"],
        flag("Depth of a pixel: where half of the light is stopped, or the mean over what stops it."),
    ] = "median"
    alpha: Annotated[
        float,
        flag(
            "Pixels with less opacity, 0.01 to 0.99, are empty: the mesh has holes where all views see so.",
            "A",
        ),
    ] = 0.5
    reach: Annotated[
        float, flag("Bake what is nearer to the subject's middle [radii of the subject], 0.1 to 100.", "R")
    ] = 1.2
    smallest_part: Annotated[
        float,
        flag("Drop loose parts with fewer triangles than this fraction of the largest, 0 to 1.", "F"),
    ] = 0.01
    max_triangles: Annotated[
        int | None, flag("Decimate to so many triangles. Without it: all are kept.", "N")
    ] = None
    tune: Annotated[
        float | None,
        flag(
            "Fine-tune the bake of a project for so many minutes, 0.01 to 1000: surface, outlines or a backdrop, "
            "colours; only what predicts photos better that it did not learn from is kept.",
            "MINUTES",
        ),
    ] = None
    backend: OneBackend = Backend.AUTO
    kernel_language: KernelLanguage = "auto"
    lod: Lod = None


def run(command: Bake) -> None:
    """Bake, write the mesh and say what it is.

    Raises:
        RowsplatError: A flag, the scene, the cameras or the output is at fault, or Open3D is missing.
    """
    from ...render.mesh_baking import bake_mesh
    from ...scenes.formats.mesh_files import require_mesh_suffix, save_mesh

    require_mesh_suffix(command.out)
    if command.scene.suffix == PROJECT_SUFFIX:
        _run_project(command)
        return
    if command.tune is not None:
        raise RowsplatError(f"--tune goes with a project of photos, {command.scene} is a scene.")
    options = _options(command)
    require_writable_place(command.out)
    path = _cameras(command)
    started = time.perf_counter()
    gaussians, renderer = open_scene_and_renderer(
        command.scene, lod=command.lod, backend=command.backend, kernel_language=command.kernel_language
    )
    with stage_progress() as show:
        baked = bake_mesh(
            gaussians,
            renderer,
            options,
            cameras=None if path is None else path.cameras,
            on_progress=lambda stage, done, total: show(stage.value, done, total),
        )
        show("write", 0, 1)
        save_mesh(baked.mesh, command.out)
        show("write", 1, 1)
    print(_summary(command.out, baked, time.perf_counter() - started))


def _run_project(command: Bake) -> None:
    """The mesh of a project, and its bake."""
    for name in _OF_SCENES:
        if getattr(command, name) != getattr(Bake, name, None):
            raise RowsplatError(f"--{name.replace('_', '-')} does not go with a project of photos.")
    require_between("--size", command.size, 16, 8192)
    require_between("--tune", command.tune, 0.01, 1000.0)
    require_writable_place(command.out)
    require_exists(command.scene)
    from ..omni.network import calm_threads
    from ..omni.project_photos import open_project_photos

    started = time.perf_counter()
    photos = open_project_photos(command.scene)
    calm_threads()
    from ..omni.project_baking import bake_project

    with stage_progress() as show:
        done = bake_project(photos, command.out, max_side=command.size, tune=command.tune, show=show)
    mesh = done.bake.mesh
    tuned = "".join(f", {part.name} {part.first_psnr:.2f} to {part.psnr:.2f} dB" for part in done.tuned)
    print(
        f"{command.out}: {len(mesh.faces)} triangles, {len(mesh.vertices)} vertices; {done.file}: "
        f"{len(done.bake.views)} photos{tuned}, {time.perf_counter() - started:.1f} s"
    )


def _options(command: Bake) -> BakeOptions:
    from ...render.mesh_baking import BakeOptions
    from ...render.mesh_baking.types import MAX_VIEWS, MIN_VIEWS

    require_between("--voxel", command.voxel, 1e-9, 1e9)
    require_between("--views", command.views, MIN_VIEWS, MAX_VIEWS)
    require_between("--size", command.size, 16, 8192)
    require_between("--alpha", command.alpha, 0.01, 0.99)
    require_between("--reach", command.reach, 0.1, 100.0)
    require_between("--smallest-part", command.smallest_part, 0.0, 1.0)
    require_between("--max-triangles", command.max_triangles, 4, 10**9)
    require_between("--lod", command.lod, 0, 255)
    for name, value, what in (("--views", command.views, "views"), ("--size", command.size, "sizes")):
        if command.camera is not None and value is not None:
            raise RowsplatError(f"{name} does not go with --camera, whose file says the {what}.")
    return BakeOptions(
        voxel_size=command.voxel,
        views=BakeOptions.views if command.views is None else command.views,
        picture_size=command.size,
        depth=RenderMode.DEPTH_MEDIAN if command.depth == "median" else RenderMode.DEPTH,
        alpha_threshold=command.alpha,
        reach=command.reach,
        smallest_part=command.smallest_part,
        max_triangles=command.max_triangles,
    )


def _cameras(command: Bake) -> CameraPath | None:
    if command.camera is None:
        return None
    from ...scenes import load_cameras

    require_exists(command.camera)
    return load_cameras(command.camera)


def _summary(out: Path, baked: BakedMesh, seconds: float) -> str:
    vertices, triangles = len(baked.mesh.vertices), len(baked.mesh.faces)
    return (
        f"{out}: {triangles} triangles, {vertices} vertices, from {baked.views} views at voxel "
        f"{baked.voxel_size:.3g}, {baked.parts_dropped} loose parts dropped, {seconds:.1f} s"
    )
