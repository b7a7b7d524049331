"""A reconstructed project into files that are drawn in real time: a mesh, and a bake with the photos beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...render.omni_recon.baked import Bake, BakedOptions
from ...render.omni_recon.baked.files import SUFFIX, save_bake
from ...render.omni_recon.baked.making import bake_photos
from ...render.omni_recon.baked.photo_tuning import TunedPart, tune_to_photos
from ...scenes.formats.mesh_files import load_mesh, save_mesh
from ..progress import ShowStage
from .network import open_network, require_weights
from .project_photos import ProjectPhotos


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectBake:
    """What was written.

    Args:
        bake: It.
        file: Where the bake lies.
        tuned: What each stage of fine-tuning gave; empty without it.
    """

    bake: Bake
    file: Path
    tuned: tuple[TunedPart, ...] = ()


def bake_file(mesh: Path) -> Path:
    """Where the bake of a mesh file lies: beside it, with the suffix `.bake`."""
    return mesh.with_suffix(SUFFIX)


def bake_project(
    photos: ProjectPhotos, out: Path, *, max_side: int | None, tune: float | None, show: ShowStage
) -> ProjectBake:
    """Write the mesh to `out` and the bake beside it.

    Args:
        photos: The project.
        out: Mesh file, replaced; its suffix says the format.
        max_side: Longer side that the photos are scaled down to [px]; `None` takes the default of baking.
        tune: Minutes of fine-tuning to the photos; `None` for none.
        show: Told how far it is.

    Raises:
        RowsplatError: The project has no mesh, or weights, a photo or an output is at fault.
    """
    mesh = load_mesh(photos.mesh)
    model = open_network(require_weights(photos.scene.weights), "cpu")
    options = BakedOptions() if max_side is None else BakedOptions(max_side=max_side)
    bake = bake_photos(photos.photo_set, mesh, model, options, on_progress=show)
    parts: tuple[TunedPart, ...] = ()
    if tune is not None:
        tuned = tune_to_photos(bake, photos.photo_set, tune, on_progress=show)
        bake, parts = tuned.bake, tuned.parts
    file = bake_file(out)
    show("write", 0, 1)
    save_mesh(bake.mesh, out)
    save_bake(bake, file)
    show("write", 1, 1)
    return ProjectBake(bake=bake, file=file, tuned=parts)
