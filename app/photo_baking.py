"""The viewer's job that makes a real-time bake of posed photos: depth maps, mesh, bake, as far as they are missing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..scenes.formats.mesh_files import load_mesh, save_mesh
from ..scenes.photo_sets import PhotoSet, load_photo_set
from . import texts
from .jobs import Report
from .omni.network import calm_threads, open_network_or_prior
from .omni.project_photos import with_points
from .omni.run_folder import PROJECT, RunFolder
from .omni.scene import OmniScene
from .progress import ShowStage
from .project import load_project

if TYPE_CHECKING:
    from ..render.omni_recon import OmniRecon, ReconstructionOptions

_MOST_DEPTH_MAPS = 24
"""Photos of a larger set that get a depth map: each takes many seconds, and so many see a subject from all sides."""

_NICENESS = 10
"""Window and pictures go first."""


@dataclass(frozen=True, kw_only=True)
class BakePhotos:
    """Bake posed photos to be drawn in real time. What an earlier start found is not made again.

    Args:
        photos: The set.
        scene: How views of it are made.
        mesh: Its surface; `None` reconstructs it.
        out: The file `.bake`; the mesh is written beside it, the reconstruction into a folder of its name.
        options: How depths are found; `None` takes the fast preset.
    """

    photos: Path
    scene: OmniScene
    mesh: Path | None
    out: Path
    options: ReconstructionOptions | None = None

    @property
    def title(self) -> str:
        """For the status bar."""
        return texts.baking(self.out)

    @property
    def folder(self) -> Path:
        """Of the reconstruction."""
        return self.out.with_suffix("")

    @property
    def project(self) -> Path:
        """Of the reconstruction."""
        return self.folder / PROJECT

    def run(self, report: Report) -> str:
        """Reconstruct, bake, fit the bake to the photos, and write.

        Raises:
            RowsplatError: The photos, the weights or the outputs are at fault, or memory is short.
        """
        if hasattr(os, "nice"):
            os.nice(_NICENESS)
        calm_threads()
        from ..render.omni_recon.baked.files import save_bake
        from ..render.omni_recon.baked.making import bake_photos
        from ..render.omni_recon.baked.photo_tuning import fit_geometry
        from ..render.output_files import require_writable_place

        require_writable_place(self.out)
        photo_set = load_photo_set(self.photos, at_least=2)
        report(texts.READING_NETWORK, 0, 1)
        model, is_trained = open_network_or_prior(self.scene.weights)
        scene, mesh_file = self.scene, self.mesh
        if mesh_file is None:
            scene, mesh_file = self._reconstructed(photo_set, model, report, is_trained=is_trained)
        mesh = load_mesh(mesh_file)
        photo_set = with_points(photo_set, scene.points)
        bake = bake_photos(photo_set, mesh, model, on_progress=report)
        bake = fit_geometry(bake, photo_set, on_progress=report).bake
        report(texts.WRITING, 0, 1)
        save_mesh(bake.mesh, self.out.with_suffix(".glb"))
        save_bake(bake, self.out)
        return texts.photos_baked(self.out, len(bake.views), len(mesh.faces), is_trained=is_trained)

    def _reconstructed(
        self, photo_set: PhotoSet, model: OmniRecon, report: Report, *, is_trained: bool
    ) -> tuple[OmniScene, Path]:
        """How views are made, and the mesh, of the folder's project, which is made where there is none."""
        folder = RunFolder(self.folder)
        if folder.record() is None:
            with _weights_file(self.scene, model, is_trained=is_trained) as weights:
                self._reconstruct(folder, photo_set, weights, report)
        project = load_project(self.project)
        mesh = next(item.source for item in project.document.scenes if item.is_mesh)
        return project.omni or self.scene, mesh

    def _reconstruct(self, folder: RunFolder, photo_set: PhotoSet, weights: Path, report: Report) -> None:
        from ..render.omni_recon import FusionOptions, Quality, ReconstructionOptions
        from .omni.reconstructing import Reconstructing

        @contextmanager
        def reporting() -> Generator[ShowStage, None, None]:
            yield report

        options = self.options or ReconstructionOptions.of_quality(Quality.FAST)
        Reconstructing(
            path=self.photos.absolute(),
            photo_set=photo_set,
            folder=folder,
            weights=weights,
            weights_are_default=self.scene.weights is None,
            options=replace(options, views=_MOST_DEPTH_MAPS, source_views=self.scene.source_views),
            fusion=FusionOptions(),
            depths=(self.scene.near, self.scene.far),
            skip_check=False,
            device="cpu",
        ).run(reporting, lambda _: None)


@contextmanager
def _weights_file(scene: OmniScene, model: OmniRecon, *, is_trained: bool) -> Generator[Path, None, None]:
    """The file of the network's weights; of one that has none, a file that is removed afterwards."""
    from ..render.omni_recon import save_weights
    from .omni.network import require_weights

    if is_trained:
        yield require_weights(scene.weights)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "untrained.safetensors"
        save_weights(model, path)
        yield path
