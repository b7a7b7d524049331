"""Scenes edited by sentences from Python: `open_scene("room.ply").edit("remove the floor").save("edited.sog")`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from numpy.typing import ArrayLike

from ..scenes import Camera, Gaussians, default_camera, save_gaussians
from ..scenes.edits import EditedGaussians, IndexMask
from ..scenes.grounding import NounFinder, Weights
from ..scenes.grounding.sentence_embeddings import installed_matcher
from ..scenes.poses import DEFAULT_UP
from ..scenes.text_edits.edit_plan import EditPlan
from ..scenes.text_edits.edit_state import EditState
from ..scenes.text_edits.meaning import Viewpoint
from ..scenes.text_edits.planning import FileRule, OnStep, Stylist, plan_edits
from ..scenes.text_edits.scene_frame import SceneFrame
from ..scenes.text_edits.steps import TextProgram
from .camera_choice import DEFAULT_HEIGHT, DEFAULT_WIDTH
from .opening import load_scene


class Words(Protocol):
    """Makes programs of sentences."""

    def __call__(self, text: str, *, names: Collection[str]) -> TextProgram:
        """The program that `text` asks for, where `names` are known in the scene.

        Raises:
            RowsplatError: It is not understood.
        """
        ...


def by_grammar(text: str, *, names: Collection[str]) -> TextProgram:
    """The program of a text by the grammar alone; loads the parser when it is first called.

    Raises:
        RowsplatError: It is not understood.
    """
    from ..scenes.text_edits.parsing import parse_edits

    return parse_edits(text, names=names)


@dataclass(frozen=True, eq=False, kw_only=True)
class EditableScene:
    """A scene that sentences edit. Immutable: an edit returns a new one, and the old one is as it was.

    Args:
        state: The Gaussians, what was done to them, names, selection.
        viewpoint: From where left and right are meant, and what nouns are looked up with.
        words: Makes programs of sentences.
        files: Which files sentences may name.
        stylist: Paints in styles; `None` = styles are refused.
    """

    state: EditState
    viewpoint: Viewpoint
    words: Words = by_grammar
    files: FileRule = field(default_factory=FileRule)
    stylist: Stylist | None = None

    @classmethod
    def of(
        cls, gaussians: Gaussians, *, camera: Camera | None = None, up: ArrayLike = DEFAULT_UP
    ) -> EditableScene:
        """A scene before any edit.

        Args:
            gaussians: The scene.
            camera: Says what left, right, front and back are; `None` = a view that shows the scene well.
            up: World direction that is up, `[3]`.
        """
        view = camera or default_camera(gaussians, width=DEFAULT_WIDTH, height=DEFAULT_HEIGHT, up=up)
        frame = SceneFrame.of_camera(view, up)
        viewpoint = Viewpoint(frame=frame, eye=view.position, matcher=installed_matcher())
        return cls(state=EditState.of(gaussians), viewpoint=viewpoint)

    @property
    def scene(self) -> EditedGaussians:
        """All Gaussians with marks on the deleted and the hidden ones."""
        return self.state.scene

    @property
    def gaussians(self) -> Gaussians:
        """What is saved: all that is not deleted."""
        return self.scene.finished()

    @property
    def visible(self) -> Gaussians:
        """What is drawn: neither deleted nor hidden."""
        return self.scene.visible()

    def plan(self, text: str | TextProgram, *, on_step: OnStep | None = None) -> EditPlan:
        """What a text would do; nothing is changed.

        Args:
            text: Sentences, or a program.
            on_step: Told of each step before it is tried.

        Raises:
            RowsplatError: It is not understood, or cannot be done to this scene; says which step and why.
        """
        program = self.words(text, names=self.names) if isinstance(text, str) else text
        return plan_edits(
            program, self.state, self.viewpoint, files=self.files, stylist=self.stylist, on_step=on_step
        )

    def edit(self, text: str | TextProgram) -> EditableScene:
        """The scene after what a text asks for; all of it is done or nothing.

        Raises:
            RowsplatError: It is not understood, or cannot be done to this scene; says which step and why.
        """
        return self.after(self.plan(text))

    def after(self, plan: EditPlan) -> EditableScene:
        """The scene after a plan that was made for it."""
        return replace(self, state=plan.end)

    @property
    def names(self) -> tuple[str, ...]:
        """Groups and labels by which things can be called here."""
        return tuple(dict.fromkeys([*self.state.groups, *self.state.labels]))

    def with_least_confidence(self, confidence: float) -> EditableScene:
        """The scene for which words less sure than that, 0 to 1, are refused."""
        return replace(self, viewpoint=replace(self.viewpoint, least_confidence=confidence))

    def with_groups(self, groups: Mapping[str, IndexMask]) -> EditableScene:
        """The scene with further names for sets of its Gaussians, deleted ones counted."""
        return replace(self, state=replace(self.state, groups={**self.state.groups, **groups}))

    def with_labels(self, labels: Mapping[str, Weights]) -> EditableScene:
        """The scene with further labels: the weight, 0 to 1, with which each Gaussian belongs to a name, `[N]`."""
        return replace(self, state=replace(self.state, labels={**self.state.labels, **labels}))

    def with_finders(self, *finders: NounFinder) -> EditableScene:
        """The scene with further sources of selections, asked for what nobody else knows."""
        return replace(self, viewpoint=replace(self.viewpoint, finders=(*self.viewpoint.finders, *finders)))

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the scene; its ending chooses the format.

        Raises:
            RowsplatError: The file is there, cannot be written, or nothing is left of the scene.
        """
        save_gaussians(self.gaussians, path, overwrite=overwrite)


def open_scene(
    path: str | Path, *, lod: int | None = None, camera: Camera | None = None, up: ArrayLike = DEFAULT_UP
) -> EditableScene:
    """Read a scene to edit it by sentences.

    Args:
        path: Any of the scene formats.
        lod: Level of detail of a file that has several, 0 the finest; `None` takes the finest.
        camera: Says what left, right, front and back are; `None` = a view that shows the scene well.
        up: World direction that is up, `[3]`.

    Raises:
        RowsplatError: The file cannot be read.
    """
    return EditableScene.of(load_scene(Path(path), lod=lod), camera=camera, up=up)
