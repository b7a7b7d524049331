"""The photo set of the viewer: going to its cameras, comparing what is drawn with its photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..render.photo_warping import nearest_camera
from ..scenes import Camera
from . import texts
from .held_bakes import SUFFIX, is_bake_file
from .messages import Comparison, PhotoView
from .photo_baking import BakePhotos
from .project import load_project
from .questions import FoundPhotos
from .session import fitted

if TYPE_CHECKING:
    from .viewer import Viewer


_BEHIND = (1.0, 1.0, 1.0)
"""Behind what is cut out, as the network sees it."""

_SIZE = 0.5
"""Of what is looked at, as a part of the way to it."""


class ViewerPhotos:
    """What can be done with posed photos in `viewer`."""

    def __init__(self, viewer: Viewer) -> None:
        """No photos yet."""
        self._viewer = viewer
        self.found: FoundPhotos | None = None

    @property
    def path(self) -> Path | None:
        """Where the photos were read from."""
        return None if self.found is None else self.found.path

    def take(self, found: FoundPhotos) -> None:
        """Use these photos; where nothing else is open, look at the first."""
        self.found = found
        if not self._viewer.state.document.scenes:
            self._go_to(0)
            self._orbit_subject()
            self._show_alone(found.path)
        self._turn_looks_to(found.path)
        self._viewer.frustums.take(found)
        note = f"; {found.notes[0]}" if found.notes else ""
        self._viewer.session.say(texts.photos_opened(found.name, len(found.cameras)) + note)

    def _show_alone(self, path: Path) -> None:
        """Image-based views beside the nearest photo."""
        view = self._viewer.state.view
        look = replace(view.look, photos=path, photo_view=PhotoView.IMAGE_BASED, background=_BEHIND)
        other = replace(view.other, photos=path, photo_view=PhotoView.NEAREST, background=_BEHIND)
        self._viewer.session.set_view(replace(view, look=look, other=other, comparison=Comparison.SPLIT))

    def _turn_looks_to(self, path: Path) -> None:
        """Show these photos where others were shown."""
        view = self._viewer.state.view
        looks = (
            look if look.photos is None else replace(look, photos=path) for look in (view.look, view.other)
        )
        look, other = looks
        self._viewer.session.set_view(replace(view, look=look, other=other))

    def _orbit_subject(self) -> None:
        """Orbit around what the photos look at."""
        if self.found is None or self.found.middle is None:
            return
        middle, controls = np.array(self.found.middle), self._viewer.controls
        reach = float(np.median([np.linalg.norm(c.position - middle) for c in self.found.cameras]))
        self._viewer.controls = controls.looking_from(controls.camera, size=_SIZE * reach, pivot=middle)

    def step(self, by: int) -> None:
        """Look from the camera of the next photo, or of another so many on."""
        if self.found is not None:
            camera, depth = self._viewer.state.view.camera, self._viewer.controls.pivot_depth
            here = nearest_camera(self.found.cameras, camera, depth)
            self._go_to((here + by) % len(self.found.cameras))

    def fly_to(self, index: int) -> None:
        """Move smoothly to where a photo was taken."""
        self._viewer.fly_to(self._camera(index))
        assert self.found is not None
        self._viewer.session.say(self.found.names[index])

    def _go_to(self, index: int) -> None:
        self._viewer.look_from(self._camera(index))

    def _camera(self, index: int) -> Camera:
        """The window's camera that sees all of a photo from where it was taken."""
        assert self.found is not None
        window = self._viewer.state.view.camera
        return fitted(self.found.cameras[index], window.width, window.height)

    def bake(self) -> None:
        """Make a bake of the photos in the background and show it: beside the project, else where the user says."""
        project, mesh = self._viewer.files.project_path, self._mesh()
        if project is not None and mesh is not None:
            self._bake_to(project.with_suffix(SUFFIX))
        else:
            self._viewer.window.ask_save(texts.BAKE_PHOTOS, (SUFFIX,), self._bake_to)

    def _bake_to(self, path: Path) -> None:
        if self.path is None:
            return
        out = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        job = BakePhotos(
            photos=self.path, scene=self._viewer.views.scene, mesh=self._mesh(), out=out.absolute()
        )
        self._viewer.start_job(job, lambda: self._show_baked(job), cancelled=texts.BAKE_PHOTOS_CANCELLED)

    def _mesh(self) -> Path | None:
        """The surface of the photos, where a reconstruction of them is open."""
        if self._viewer.files.omni is None:
            return None
        meshes = (item.source for item in self._viewer.state.document.scenes if item.is_mesh)
        return next((source for source in meshes if not is_bake_file(source)), None)

    def _show_baked(self, job: BakePhotos) -> None:
        """Show the bake as look A; what the reconstruction found out serves image-based views, too."""
        viewer = self._viewer
        if job.mesh is None:
            viewer.telling(lambda: self._use_project(job))
        said = viewer.state.message
        viewer.session.show_mesh_instead(job.out, alone=True)
        view = viewer.state.view
        look = replace(view.look, photos=None, photo_view=PhotoView.NEAREST, scenes=None)
        viewer.session.set_view(replace(view, look=look))
        viewer.session.say(said)

    def _use_project(self, job: BakePhotos) -> None:
        found, scene = load_project(job.project).omni, self._viewer.views.scene
        if found is not None:
            kept = replace(found, source_views=scene.source_views, pinned=scene.pinned)
            self._viewer.files.omni = kept

    def compare(self) -> None:
        """Show the nearest photo as look B beside look A, or stop that."""
        view = self._viewer.state.view
        if self.is_compared:
            other = replace(view.other, photos=None)
            self._viewer.session.set_view(replace(view, other=other, comparison=Comparison.OFF))
        elif self.path is not None:
            other = replace(view.other, photos=self.path, photo_view=PhotoView.NEAREST)
            self._viewer.session.set_view(replace(view, other=other, comparison=Comparison.SPLIT))

    @property
    def is_compared(self) -> bool:
        """Whether a photo is shown beside what is drawn."""
        view = self._viewer.state.view
        is_photo = view.other.photos is not None and not view.other.is_image_based
        return is_photo and view.comparison is not Comparison.OFF
