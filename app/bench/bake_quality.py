"""How good baked meshes are: `python -m rowsplat.app.bench.bake_quality SCENE [--truth MESH | --disks]`.

Prints the rows of docs/baking.md. Distances are in percent of the longest side of the scene's bounding box.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray
from tyro import conf

from ...kernels.quaternions import quat_multiply
from ...render import Backend, Renderer, RenderMode, create_renderer, psnr
from ...render.mesh_baking import BakeOptions, bake_mesh
from ...render.mesh_baking.subject import gaussians_within
from ...render.mesh_metrics import SurfaceDistance, distances_to, points_on, surface_distance
from ...render.mesh_rendering import MeshRenderer
from ...scenes import Camera, Gaussians, SceneExtent, orbit_camera, scene_extent
from ...scenes.mesh import TriangleMesh
from ..commands.flags import flag
from ..opening import load_scene

_THRESHOLD = 0.01  # of the longest side, for the F-score
_SAMPLES = 100_000
_HELD_OUT = tuple(
    (azimuth, elevation) for azimuth in (10.0, 100.0, 190.0, 280.0) for elevation in (5.0, 35.0)
)
_PICTURE = 512  # side of the held-out pictures [px]


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Bake a scene in several ways and compare each mesh with the truth and with pictures of the splats."""

    scene: Annotated[Path, conf.Positional, flag("Scene.", "SCENE")]
    truth: Annotated[
        Path | None, flag("Mesh that the scene was made from, in any size and place.", "MESH")
    ] = None
    disks: Annotated[bool, flag("Without --truth: the Gaussians are thin disks on the true surface.")] = False
    voxels: Annotated[tuple[int, ...], flag("Voxels to the subject's radius, one bake each.")] = (
        64,
        128,
        256,
    )
    views: Annotated[tuple[int, ...], flag("Views, one bake each.")] = (64,)
    alpha: Annotated[float, flag("Opacity below which a pixel is empty.")] = 0.5


def main(what: Quality) -> None:
    """Print one row of a Markdown table for every bake."""
    gaussians, renderer = load_scene(what.scene), create_renderer(Backend.CPU)
    extent = scene_extent(gaussians)
    truth = None if what.truth is None else fitted_truth(_load_truth(what.truth), gaussians)
    print(
        "| depth | voxels to radius | views | triangles | accuracy | completeness | chamfer | F | PSNR | time |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for voxels, views, depth in itertools.product(
        what.voxels, what.views, (RenderMode.DEPTH_MEDIAN, RenderMode.DEPTH)
    ):
        options = BakeOptions(
            voxel_size=extent.radius / voxels, views=views, depth=depth, alpha_threshold=what.alpha
        )
        started = time.perf_counter()
        mesh = bake_mesh(gaussians, renderer, options).mesh
        seconds = time.perf_counter() - started
        size = float(np.ptp(gaussians.means, axis=0).max())
        distances = _distances(mesh, truth, gaussians if what.disks else None, size)
        likeness = picture_psnr(mesh, gaussians, renderer, options.reach)
        cells = (depth.value, voxels, views, f"{len(mesh.faces):,}", distances, f"{likeness:.1f}")
        print(f"| {' | '.join(map(str, cells))} | {seconds:.0f} s |", flush=True)


def fitted_truth(truth: TriangleMesh, gaussians: Gaussians) -> TriangleMesh:
    """`truth` with its bounding box laid on that of the centres, turned by the signs that fit best."""
    low, high = gaussians.means.min(axis=0), gaussians.means.max(axis=0)
    below, above = truth.vertices.min(axis=0), truth.vertices.max(axis=0)
    centred = (truth.vertices - (below + above) / 2.0) * ((high - low).max() / (above - below).max())
    some = gaussians.means[:: max(1, len(gaussians) // 5000)]
    candidates = [
        TriangleMesh(
            vertices=centred * np.array(signs, dtype=np.float32) + (low + high) / 2.0,
            faces=truth.faces,
            vertex_colors=truth.vertex_colors,
        )
        for signs in itertools.product((1.0, -1.0), repeat=3)
    ]
    return min(candidates, key=lambda mesh: float(distances_to(mesh, some).mean()))


def distance_to_disks(mesh: TriangleMesh, disks: Gaussians, *, threshold: float) -> SurfaceDistance:
    """`surface_distance` where the truth is known by thin Gaussians on it only.

    A point of the mesh is as far as it is off the plane of the disk with the nearest centre.
    """
    from ...render.open3d_module import open3d

    core = open3d().core
    points = points_on(mesh, _SAMPLES, np.random.default_rng(0))
    search = core.nns.NearestNeighborSearch(core.Tensor(np.array(disks.means)))
    search.knn_index()
    nearest = search.knn_search(core.Tensor(points), 1)[0].numpy()[:, 0]
    to_truth = np.abs(((points - disks.means[nearest]) * _normals(disks)[nearest]).sum(axis=1))
    to_mesh = distances_to(mesh, disks.means)
    return SurfaceDistance(
        accuracy=float(to_truth.mean()),
        completeness=float(to_mesh.mean()),
        precision=float((to_truth < threshold).mean()),
        recall=float((to_mesh < threshold).mean()),
    )


def picture_psnr(mesh: TriangleMesh, gaussians: Gaussians, renderer: Renderer, reach: float) -> float:
    """Mean PSNR [dB] of pictures of the mesh against those of the splats, from views that were not baked."""
    extent = scene_extent(gaussians)
    subject = gaussians_within(gaussians, SceneExtent(center=extent.center, radius=reach * extent.radius))
    drawn = MeshRenderer(mesh)
    values = [
        psnr(drawn.render(camera).color, renderer.render(subject, camera).image)
        for camera in _held_out(gaussians)
    ]
    return float(np.mean(values))


def _held_out(gaussians: Gaussians) -> Iterator[Camera]:
    for azimuth, elevation in _HELD_OUT:
        yield orbit_camera(gaussians, azimuth, elevation, 2.8, width=_PICTURE, height=_PICTURE)


def _distances(mesh: TriangleMesh, truth: TriangleMesh | None, disks: Gaussians | None, size: float) -> str:
    """Four cells of the table."""
    if truth is not None:
        found = surface_distance(mesh, truth, threshold=_THRESHOLD * size, samples=_SAMPLES)
    elif disks is not None:
        found = distance_to_disks(mesh, disks, threshold=_THRESHOLD * size)
    else:
        return " | ".join("–" * 4)  # noqa: RUF001 - a dash
    lengths = (found.accuracy, found.completeness, found.chamfer)
    return " | ".join((*(f"{100.0 * length / size:.3f} %" for length in lengths), f"{found.f_score:.4f}"))


def _normals(disks: Gaussians) -> NDArray[np.float64]:
    """Direction of the shortest axis, `[N, 3]`."""
    axes = np.zeros((len(disks), 4))
    axes[np.arange(len(disks)), 1 + disks.log_scales.argmin(axis=1)] = 1.0
    quats = disks.quats / np.linalg.norm(disks.quats.astype(np.float64), axis=1, keepdims=True)
    return quat_multiply(quat_multiply(quats, axes), quats * np.array([1.0, -1.0, -1.0, -1.0]))[:, 1:]


def _load_truth(path: Path) -> TriangleMesh:
    from ...scenes.formats.mesh_files import load_mesh

    return load_mesh(path)


if __name__ == "__main__":
    main(tyro.cli(Quality))
