"""Bakes edited from the command line: their photos are painted in styles. A bake has no Gaussians for other steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..assets import omni_recon_weights_path
from ..kernels.errors import RowsplatError
from ..render import Renderer, tone_map, write_image
from ..scenes import Camera, SceneExtent
from ..scenes.text_edits.scene_frame import up_of_cameras
from ..scenes.text_edits.steps import Step, Style, TextProgram
from ..scenes.text_edits.targets import Everything, It
from .checks import require_exists
from .edit_jobs import EditJob, places_json
from .edit_preview import labelled_pair
from .edit_styles import StyleLibrary
from .editing import Words

if TYPE_CHECKING:
    from ..render.omni_recon.baked import Bake
    from ..render.restyling import OnProgress, ViewEditor
    from ..render.restyling.restyle_bake import PhotoFeatures

_REMEDY = 'Only this can be done to a bake: style everything like "NAME"'
_KEPT = "features stay those of the unedited photos: there are no weights of Omni-Recon, see --weights"


@dataclass(frozen=True, eq=False, kw_only=True)
class PlannedBake:
    """A job about a bake that was found to be possible.

    Args:
        job: What was asked for.
        program: Its steps.
        editors: What paints the photos, a step each.
        weights: File of the network that features come from; `None` where there is none.
        before: The bake as it was read.
        after: The painted one, once there is one.
    """

    job: EditJob
    program: TextProgram
    editors: tuple[ViewEditor, ...]
    weights: Path | None
    before: Bake
    after: Bake | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The plan, for people."""
        photos = len(self.before.views)
        steps = [
            f"{number}. {step}   [{photos} photos, {editor.rounds} round{'' if editor.rounds == 1 else 's'}]"
            for number, (step, editor) in enumerate(
                zip(self.program.steps, self.editors, strict=True), start=1
            )
        ]
        return (*steps, *(["   " + _KEPT] if self.weights is None else []))

    @property
    def summary(self) -> str:
        """What was done."""
        note = f"; {_KEPT}" if self.weights is None else ""
        return f"{len(self.before.views)} photos of a bake{note}"

    def painted(self, on_progress: OnProgress) -> PlannedBake:
        """The job with all steps done.

        Raises:
            RowsplatError: A style cannot be painted, or the weights are damaged or others than those of the bake.
        """
        from ..render.restyling.restyle_bake import restyle_bake

        bake, features_of = self.before, self._features_of()
        for editor in self.editors:
            bake = restyle_bake(bake, editor, features_of=features_of, on_progress=on_progress)
        return replace(self, after=bake)

    def write(self, place: Callable[[Path], Path], renderer: Callable[[], Renderer]) -> None:
        """Write the bake and the preview to the places of their names."""
        del renderer
        from ..render.omni_recon.baked.files import save_bake

        if self.after is None:
            raise ValueError("the styles have not been painted")
        if self.job.out is not None:
            save_bake(self.after, place(self.job.out))
        if self.job.preview is not None:
            write_image(place(self.job.preview), self._preview(self.after))

    def record(self) -> dict[str, Any]:
        """Values for the JSON log."""
        steps = [str(step) for step in self.program.steps]
        return {
            **places_json(self.job),
            "program": steps,
            "photos": len(self.before.views),
            "features": "kept" if self.weights is None else "of the edited photos",
            "steps": [
                {"step": number, "sentence": sentence, "kind": Style.__name__}
                for number, sentence in enumerate(steps, start=1)
            ],
        }

    def _features_of(self) -> PhotoFeatures | None:
        if self.weights is None:
            return None
        from .omni.network import open_network

        model = open_network(self.weights, "cpu")
        from ..render.omni_recon.baked.making import photo_features

        return lambda pixels: photo_features(model, pixels)

    def _preview(self, after: Bake) -> np.ndarray:
        from ..render.omni_recon.baked import BakedRenderer

        camera = _camera(self.job, self.before)
        renderer = BakedRenderer(self.before)
        first = tone_map(renderer.render(camera).image)
        renderer.upload(after)
        second = tone_map(renderer.render(camera).image)
        return labelled_pair(first, second, title="; ".join(map(str, self.program.steps)))


def plan_bake(job: EditJob, words: Words, library: StyleLibrary, weights: Path | None) -> PlannedBake:
    """Read the bake and see that its steps can be done.

    Args:
        job: About a bake.
        words: Makes the program of a text.
        library: Where styles are looked for.
        weights: The network that the bake was made with; `None` takes the installed one, if there is any.

    Raises:
        RowsplatError: The bake, a style or the weights cannot be read, or a step is not for bakes.
    """
    for flag, value in (("--labels", job.labels), ("--clipseg", job.clipseg), ("--lod", job.lod)):
        if value is not None:
            raise RowsplatError(f"{job.scene}: {flag} does not go with a bake, which has no Gaussians.")
    if weights is not None:
        require_exists(weights)
    elif omni_recon_weights_path().is_file():
        weights = omni_recon_weights_path()
    program = words(job.text, names=()) if isinstance(job.text, str) else job.text
    editors = tuple(_editor(job, number, step, library) for number, step in enumerate(program.steps, start=1))
    job.camera.from_file()  # a damaged file is named before the long part
    from ..render.omni_recon.baked.files import load_bake

    bake = load_bake(job.scene)
    return PlannedBake(job=job, program=program, editors=editors, weights=weights, before=bake)


def _editor(job: EditJob, number: int, step: Step, library: StyleLibrary) -> ViewEditor:
    """The editor of a step that is for bakes."""
    if not isinstance(step, Style):
        raise RowsplatError(f'{job.scene}: step {number}, "{step}", needs Gaussians. {_REMEDY}.')
    if not isinstance(step.target, Everything) and not (isinstance(step.target, It) and number > 1):
        raise RowsplatError(f'{job.scene}: step {number}, "{step}": a bake has no named parts. {_REMEDY}.')
    return library.editor(step.style)


def _camera(job: EditJob, bake: Bake) -> Camera:
    """That of the job; without one, that of the first photo."""
    path = job.camera.from_file()
    if path is not None:
        return path.cameras[0]
    cameras = [view.camera for view in bake.views]
    if job.camera.orbit is not None:
        vertices = bake.mesh.vertices.astype(np.float64)
        middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2.0
        radius = float(np.linalg.norm(vertices - middle, axis=1).max())
        return job.camera.around(SceneExtent(center=middle, radius=radius), up_of_cameras(cameras))
    width, height = job.camera.width, job.camera.height
    return cameras[0].reframed(width or cameras[0].width, height or cameras[0].height)
