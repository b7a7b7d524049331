"""The files of a finished reconstruction: depth maps, pictures of them, meshes, points, the project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...render.images import write_image
from ...render.mesh_rendering import MeshRenderer, MeshShading
from ...render.omni_recon import ViewDepth
from ...render.tone_mapping import DepthRange, depth_range
from ...render.types import RenderMode
from ...scenes import Camera
from ...scenes.formats.mesh_files import save_mesh
from ...scenes.mesh import TriangleMesh
from ..messages import Look
from ..project import Project, save_project
from ..state import Document, SceneItem, View
from .file_names import file_names
from .run_folder import PROJECT
from .scene import OmniScene

DEPTHS, PICTURES = "depth", "pictures"
MESHES = ("mesh.ply", "mesh.glb")
POINTS = "points.npy"
"""Files and folders of a reconstruction."""

_MOST_POINTS = 20_000  # near and far are percentiles: more say no more
_MESH_SIDE = 480  # of the mesh's pictures, which may be finer than the depth maps [px]
_BACKGROUND = (1.0, 1.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class ViewFiles:
    """The files of one view, relative to the folder.

    Args:
        name: Of the photo.
        depth: .npz with `depth`, `confidence` (both `[H, W]`), `K` and `viewmat`.
        photo: Picture of the photo, at the size of the depth map.
        depth_picture: Near red to far blue, in the range of all views.
        confidence: Black none, white full.
        mesh: The mesh from the photo's camera, or "" without one.
    """

    name: str
    depth: str
    photo: str
    depth_picture: str
    confidence: str
    mesh: str


def write_views(folder: Path, views: Sequence[ViewDepth], mesh: TriangleMesh | None) -> tuple[ViewFiles, ...]:
    """Depth maps and pictures of every view.

    Args:
        folder: Gets the folders `depth` and `pictures`.
        views: All views.
        mesh: Drawn from every view's camera, if there is one.
    """
    for name in (DEPTHS, PICTURES):
        (folder / name).mkdir(exist_ok=True, parents=True)
    known = [view.depth[view.depth > 0] for view in views]
    depths = depth_range(np.concatenate(known))
    renderer = None if mesh is None else MeshRenderer(mesh)
    names = file_names([view.name for view in views])
    return tuple(
        _write_view(folder, name, view, depths, renderer) for name, view in zip(names, views, strict=True)
    )


def write_meshes(folder: Path, mesh: TriangleMesh) -> None:
    """The mesh as .ply, in the frame of the cameras, and as .glb."""
    for name in MESHES:
        save_mesh(mesh, folder / name)


def write_points(folder: Path, points: NDArray[np.float64] | None) -> Path | None:
    """Points that near and far of further views are found from, no more than needed; `None` where there are none."""
    if points is None or not len(points):
        return None
    step = -(-len(points) // _MOST_POINTS)
    np.save(folder / POINTS, points[::step].astype(np.float64), allow_pickle=False)
    return Path(POINTS)


def write_project(folder: Path, place: Path, photos: Path, camera: Camera, scene: OmniScene) -> None:
    """A project that shows mesh and photos, and from which image-based views are drawn.

    Args:
        folder: Where it is written now.
        place: Where it will be, which files are named relative to.
        photos: The photo set.
        camera: The view that it opens with.
        scene: How image-based views are made.
    """
    mesh = SceneItem(scene_id=1, name="mesh", source=place / MESHES[0], is_mesh=True)
    project = Project(
        document=Document(scenes=(mesh,)),
        counts={1: 0},
        view=View(camera=camera, look=Look(background=_BACKGROUND)),
        photos=photos,
        omni=scene,
    )
    save_project(folder / PROJECT, project, place=place)


def _write_view(
    folder: Path, name: str, view: ViewDepth, depths: DepthRange, renderer: MeshRenderer | None
) -> ViewFiles:
    files = ViewFiles(
        name=view.name,
        depth=f"{DEPTHS}/{name}.npz",
        photo=f"{PICTURES}/{name}-photo.jpg",
        depth_picture=f"{PICTURES}/{name}-depth.png",
        confidence=f"{PICTURES}/{name}-confidence.png",
        mesh="" if renderer is None else f"{PICTURES}/{name}-mesh.jpg",
    )
    confidence = np.nan_to_num(view.confidence)
    np.savez_compressed(
        folder / files.depth,
        depth=view.depth,
        confidence=confidence,
        K=view.camera.K,
        viewmat=view.camera.viewmat,
    )
    write_image(folder / files.photo, view.image)
    write_image(folder / files.depth_picture, view.depth[..., None], RenderMode.DEPTH, depths=depths)
    write_image(folder / files.confidence, confidence[..., None], RenderMode.ALPHA)
    if renderer is not None:
        camera = _drawn_at(view.camera)
        picture = renderer.render(camera, shading=MeshShading.HEADLIGHT, background=_BACKGROUND)
        write_image(folder / files.mesh, picture.color)
    return files


def _drawn_at(camera: Camera) -> Camera:
    scale = _MESH_SIDE / max(camera.width, camera.height)
    return camera.resized(max(1, round(camera.width * scale)), max(1, round(camera.height * scale)))
