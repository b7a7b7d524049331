"""A reconstructed project into files that are drawn in real time: a mesh, and a bake with the photos beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...render.omni_recon.baked import Bake, BakedOptions
from ...render.omni_recon.baked.files import SUFFIX, save_bake
from ...render.omni_recon.baked.making import bake_photos
from ...render.omni_recon.baked.outline_tuning import TunedOutlines, fit_outlines
from ...render.omni_recon.baked.tuning import OnTuning, TuningOptions, TuningProgress, fine_tune_bake
from ...scenes.formats.mesh_files import load_mesh, save_mesh
from ..progress import ShowStage
from .network import open_network, require_weights
from .project_photos import ProjectPhotos

_PARTS = 1000  # that the progress of tuning is counted in


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectBake:
    """What was written.

    Args:
        bake: It.
        file: Where the bake lies.
        outlines: What fitting the mesh to the photos' outlines gave; `None` without fine-tuning or transparent parts.
        first_psnr: Of held-out photos, where the mesh is, before fine-tuning colours [dB]; `None` without it.
        psnr: Afterwards.
    """

    bake: Bake
    file: Path
    outlines: TunedOutlines | None = None
    first_psnr: float | None = None
    psnr: float | None = None


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
        tune: Minutes of fine-tuning to the photos, vertices included; `None` for none.
        show: Told how far it is.

    Raises:
        RowsplatError: The project has no mesh, or weights, a photo or an output is at fault.
    """
    mesh = load_mesh(photos.mesh)
    model = open_network(require_weights(photos.scene.weights), "cpu")
    options = BakedOptions() if max_side is None else BakedOptions(max_side=max_side)
    bake = bake_photos(photos.photo_set, mesh, model, options, on_progress=show)
    outlines = first = psnr = None
    if tune is not None:
        outlines = fit_outlines(
            bake, photos.photo_set, on_progress=lambda done, total: show("fit outlines", done, total)
        )
        bake = bake if outlines is None else outlines.bake
        tuned = fine_tune_bake(bake, minutes=tune, options=TuningOptions(), on_progress=_shown(show))
        bake, first, psnr = tuned.bake, tuned.first_psnr, tuned.psnr
    file = bake_file(out)
    show("write", 0, 1)
    save_mesh(bake.mesh, out)
    save_bake(bake, file)
    show("write", 1, 1)
    return ProjectBake(bake=bake, file=file, outlines=outlines, first_psnr=first, psnr=psnr)


def _shown(show: ShowStage) -> OnTuning:
    def _tell(progress: TuningProgress) -> None:
        show("fine-tune", round(_PARTS * progress.done), _PARTS, progress.seconds_left)

    return _tell
