"""What the viewer opens and writes: scenes, projects, pictures, meshes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..assets import demo_scene_path
from ..kernels.errors import RowsplatError
from ..render.mesh_baking import BakeOptions
from ..render.output_files import replacing_file, require_writable_place
from . import texts
from .held_bakes import is_bake_file
from .omni.scene import OmniScene
from .project import SUFFIX, Project, load_project, save_project
from .project_colours import with_colours_in
from .questions import OpenPhotos, SaveScenes, TakePicture
from .viewer_jobs import BakeMesh

if TYPE_CHECKING:
    from .viewer import Viewer

SCENE_SUFFIXES = (".ply", ".splat", ".ksplat", ".spz", ".sog", ".glb", ".gltf", ".bake", ".json")
EXPORT_SUFFIXES = (".ply", ".compressed.ply", ".splat", ".spz", ".sog", ".glb")
PHOTO_SUFFIXES = (".json", ".npz", ".npy", ".bin", ".txt")
PHOTO_FILES = ("transforms.json", "transforms_train.json", "poses_bounds.npy", "cameras.npz", "images.bin")
MESH_SUFFIXES = (".glb", ".ply", ".obj")


class ViewerFiles:
    """Opening, saving and exporting for `viewer`."""

    def __init__(self, viewer: Viewer) -> None:
        """Nothing is open yet."""
        self._viewer = viewer
        self.project_path: Path | None = None
        self.bake_options = BakeOptions()
        self.bake_from_keyframes = False
        self.omni: OmniScene | None = None
        """How image-based views of the open photos are made; `None` where nothing but the defaults is known."""
        self._counts: dict[int, int] = {}  # of a project's scenes, which may be saved before they are read

    def ask_and_open(self) -> None:
        """Ask for scene or project files."""
        self._viewer.window.ask_open(texts.OPEN, (SUFFIX, *SCENE_SUFFIXES), self.open_all)

    def ask_photos(self) -> None:
        """Ask for the file with the cameras of a photo set."""
        self._viewer.window.ask_open(
            texts.OPEN_PHOTOS, PHOTO_SUFFIXES, lambda paths: self.open_photos(paths[0])
        )

    def open_photos(self, path: Path) -> None:
        """Read where photos were taken; a look can then show the nearest one."""
        self.omni = None  # it was for other photos
        self._viewer.session.ask(OpenPhotos(path=path.absolute()), self._viewer.photos.take)

    def open_all(self, paths: Sequence[Path]) -> None:
        """Open scenes, projects and camera paths; what cannot be opened is told in the status bar."""
        for path in paths:
            if not path.exists():
                self._viewer.session.say(texts.no_such_file(path))
            elif path.suffix == SUFFIX:
                self._viewer.telling(lambda path=path: self.open_project(path), texts.opened(path))
            elif is_photo_set(path):
                self.open_photos(path)
            else:
                self._viewer.session.open(path, is_flipbook=is_flipbook(path), is_mesh=is_bake_file(path))

    def open_demo(self) -> None:
        """Add the bundled scene."""
        self._viewer.session.open(demo_scene_path(), name="demo")

    def open_project(self, path: Path) -> None:
        """Replace everything by a project.

        Raises:
            RowsplatError: It cannot be read.
        """
        self.show_project(load_project(path))
        self.project_path = path

    def restore(self, path: Path) -> None:
        """Show an autosaved project, which keeps no name of its own."""
        colours = self._viewer.words.colours

        def show() -> None:
            project = load_project(path)
            self.show_project(project if colours is None else with_colours_in(project, colours))

        self._viewer.telling(show, texts.RESTORED)

    def show_project(self, project: Project) -> None:
        """Replace everything by `project`."""
        viewer = self._viewer
        viewer.path.keyframes = project.keyframes
        new_ids = viewer.session.replace_document(project.document, project.view)
        self._counts = {new_ids[scene_id]: count for scene_id, count in project.counts.items()}
        viewer.controls = viewer.controls.looking_from(viewer.state.view.camera)
        if project.photos is not None:
            self.open_photos(project.photos)
        self.omni = project.omni

    def project(self) -> Project:
        """Everything as it is."""
        state = self._viewer.state
        counts = {**self._counts, **{scene: loaded.count for scene, loaded in state.loaded.items()}}
        document = replace(state.document, selection=())
        return Project(
            document=document,
            counts=counts,
            view=state.view,
            keyframes=self._viewer.path.keyframes,
            photos=self._viewer.photos.path,
            omni=self.omni,
        )

    def save_project(self, *, ask: bool = False) -> None:
        """Save the project, asking for its name if it has none."""
        if ask or self.project_path is None:
            self._viewer.window.ask_save(texts.SAVE_PROJECT, (SUFFIX,), self._save_project_to)
        else:
            self._save_project_to(self.project_path)

    def _save_project_to(self, path: Path) -> None:
        path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)

        def save() -> None:
            save_project(path, with_colours_in(self.project(), path.parent))
            self.project_path = path

        self._viewer.telling(save, texts.saved(path))

    def screenshot(self, *, transparent: bool) -> None:
        """Ask where to save the picture as it is shown, or without its background."""
        viewer = self._viewer
        if transparent:
            viewer.window.ask_save(texts.SAVE_SCREENSHOT, (".png",), self._save_transparent)
        else:
            viewer.window.ask_save(
                texts.SAVE_SCREENSHOT,
                (".png", ".jpg"),
                lambda path: viewer.telling(lambda: viewer.window.save_picture(path), texts.saved(path)),
            )

    def _save_transparent(self, path: Path) -> None:
        viewer = self._viewer
        question = TakePicture(camera=viewer.state.view.camera, look=viewer.state.view.look)
        viewer.session.ask(
            question, lambda picture: viewer.telling(lambda: write_rgba(path, picture), texts.saved(path))
        )

    def export_scene(self) -> None:
        """Ask where to write all visible scenes, edited and merged."""
        self._viewer.window.ask_save(texts.EXPORT_SCENE, EXPORT_SUFFIXES, self._export_to)

    def _export_to(self, path: Path) -> None:
        session = self._viewer.session
        session.say(texts.writing(path))
        session.ask(SaveScenes(path=path), lambda count: session.say(texts.written(path, count)))

    def bake(self) -> None:
        """Ask where to write a mesh of what is shown, then bake it in the background and show it."""
        self._viewer.window.ask_save(texts.BAKE, MESH_SUFFIXES, self._bake_to)

    def _bake_to(self, out: Path) -> None:
        session = self._viewer.session
        backend, language = session.renderer_choice
        specs = tuple(spec for spec in self._viewer.state.document.specs() if not spec.is_mesh)
        cameras = tuple(key.camera for key in self._viewer.path.keyframes)
        job = BakeMesh(
            scenes=specs,
            out=out,
            options=self.bake_options,
            cameras=cameras if self.bake_from_keyframes and cameras else None,
            backend=backend,
            kernel_language=language,
        )
        self._viewer.start_job(job, lambda: session.show_mesh_instead(out))


def is_photo_set(path: Path) -> bool:
    """Whether a path is a photo set rather than scenes: cameras in one of the usual files."""
    if not path.is_dir():
        return path.suffix in (".npz", ".npy") or path.name in PHOTO_FILES
    return any((path / name).exists() for name in (*PHOTO_FILES, "sparse")) or any(path.glob("*.npz"))


def is_flipbook(path: Path) -> bool:
    """Whether a path is a folder of frames rather than one scene, which a SOG folder is too."""
    return path.is_dir() and not any((path / name).exists() for name in ("meta.json", "lod-meta.json"))


def write_rgba(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write `[H, W, 4]` red, green, blue, alpha as .png.

    Raises:
        RowsplatError: The file cannot be written.
    """
    from PIL import Image

    if path.suffix.lower() != ".png":
        raise RowsplatError(texts.png_only(path))
    require_writable_place(path)
    with replacing_file(path) as temporary:
        Image.fromarray(picture, "RGBA").save(temporary)
