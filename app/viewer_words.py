"""Editing by words in the viewer: a sentence is planned in the background, looked at step by step, applied or not."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..kernels.errors import RowsplatError
from ..scenes import Camera
from ..scenes.edits import EditProgram, IndexMask
from ..scenes.edits.similarity import similarity_parts
from ..scenes.poses import DEFAULT_UP
from ..scenes.text_edits.scene_frame import Vector
from ..scenes.text_edits.steps import Select, Step
from . import texts
from .edit_words import GRAMMAR, SMALL_MODEL
from .messages import Matrix
from .state import Document, SceneItem
from .word_plans import PlanMessage, PlanProgress, PlanReady, PlanRefused, PlanRequest, SceneMoment, WordStep

if TYPE_CHECKING:
    from .plan_process import Planning
    from .viewer import Viewer

_log = logging.getLogger(__name__)

MOST_MOMENTS = 64
"""So many steps of the undo list can be undone by words."""

SCRIPT_SUFFIX = ".toml"


@dataclass(frozen=True, eq=False, kw_only=True)
class ShownPlan:
    """A plan for the document that is first in `documents`.

    Args:
        scene_id: Of the scene that it is about.
        steps: First to last.
        documents: Before each step, and after the last.
    """

    scene_id: int
    steps: tuple[WordStep, ...]
    documents: tuple[Document, ...]

    def view_of(self, number: int, *, result: bool) -> Document:
        """What shows the step `number`, from 0: what it is about, selected, or what it leads to."""
        if result:
            return self.documents[number + 1]
        mask = self.steps[number].mask
        return self.documents[number].with_selection({} if mask is None else {self.scene_id: mask})


@dataclass(frozen=True, eq=False, kw_only=True)
class _It:
    """What the last text was about, as long as its scene is as that text left it."""

    scene_id: int
    program: EditProgram
    mask: IndexMask


class ViewerWords:
    """Sentences for `viewer`.

    Args:
        colours: Folder for the colours of styles; `None` refuses styles.
        said: Texts that were planned, oldest first.
        progress: What planning is busy with; "" when nothing is planned.
        problem: Why there is no plan.
        uses_model: Whether a small language model is asked where the grammar does not understand.
        shows_result: Whether a chosen step shows what it leads to rather than what it is about.
    """

    def __init__(self, viewer: Viewer) -> None:
        """Nothing was said yet."""
        self._viewer = viewer
        self.colours: Path | None = None
        self.said: tuple[str, ...] = ()
        self.progress, self.problem = "", ""
        self.uses_model, self.shows_result = False, False
        self.chosen: int | None = None
        self._plan: ShownPlan | None = None
        self._wanted_scene: int | None = None
        self._asked: tuple[int, Document] | None = None
        self._planning: Planning | None = None
        self._token: object = None
        self._it: _It | None = None
        self._applied: list[tuple[Document, Step]] = []

    # What there is to show

    @cached_property
    def has_model(self) -> bool:
        """Whether the small language model is installed."""
        from .planning.language_model import BUNDLED_PACKAGE, PACKAGES
        from .planning.small_model import bundled_adapter

        packages = ("torch", *PACKAGES, BUNDLED_PACKAGE)
        return all(importlib.util.find_spec(name) for name in packages) and bundled_adapter().is_file()

    @property
    def is_planning(self) -> bool:
        """Whether a plan is on its way."""
        return self._asked is not None

    @property
    def plan(self) -> ShownPlan | None:
        """The plan for the document as it is; one for another document is forgotten."""
        if self._plan is not None and self._plan.documents[0] is not self._viewer.state.document:
            self._plan, self.chosen = None, None
        return self._plan

    @property
    def scenes(self) -> tuple[SceneItem, ...]:
        """Those that sentences can be about: visible, read, not locked."""
        state = self._viewer.state
        return tuple(
            item
            for item in state.document.scenes
            if item.visible and item.is_editable and item.scene_id in state.loaded
        )

    @property
    def scene(self) -> SceneItem | None:
        """The one that sentences are about: the chosen one, else the first."""
        scenes = self.scenes
        chosen = (item for item in scenes if item.scene_id == self._wanted_scene)
        return next(chosen, scenes[0] if scenes else None)

    def choose_scene(self, scene_id: int) -> None:
        """Let sentences be about this scene."""
        self._wanted_scene = scene_id
        self.discard()

    # Planning

    def ask(self, text: str) -> None:
        """Plan what `text` says, in place of what was planned before."""
        text = text.strip()
        self.stop()
        self._withdraw()
        if not text:
            return
        if self.said[-1:] != (text,):
            self.said = (*self.said, text)
        item = self.scene
        if item is None:
            self._refuse(texts.NO_SCENE_FOR_WORDS)
            return
        self._asked, self.progress = (item.scene_id, self._viewer.state.document), texts.PLANNING_STARTS
        if self._planning is None:
            token = self._token = object()
            self._planning = self._viewer.window.start_planning(
                lambda message: self._receive_of(token, message)
            )
        self._planning.ask(self._request(text, item))
        self._changed()

    def stop(self) -> None:
        """End what is being planned."""
        if self._asked is not None:
            self._asked, self.progress = None, ""
            self.close()
            self._changed()

    def close(self) -> None:
        """End the planning process."""
        if self._planning is not None:
            self._planning.close()
            self._planning, self._token = None, None

    def drop(self) -> bool:
        """Stop planning, else put the plan away; whether there was either."""
        if self.is_planning:
            self.stop()
        elif self.plan is not None:
            self.discard()
        else:
            return False
        return True

    def _request(self, text: str, item: SceneItem) -> PlanRequest:
        state = self._viewer.state
        it = self._it
        is_known = it is not None and it.scene_id == item.scene_id and it.program == item.program
        camera, up = seen_by_scene(state.view.camera, item.matrix)
        return PlanRequest(
            text=text,
            source=item.source,
            lod=item.lod,
            count=state.loaded[item.scene_id].count,
            moments=_moments(state.history.values, item),
            it=it.mask if it is not None and is_known else None,
            camera=camera,
            up=up,
            planner=SMALL_MODEL if self.uses_model and self.has_model else GRAMMAR,
            colours=self.colours,
        )

    def _receive_of(self, token: object, message: PlanMessage) -> None:
        if token is self._token:  # else of a process that was given up
            self.receive(message)

    def receive(self, message: PlanMessage) -> None:
        """Take a message of the planning process, in the window's thread."""
        if self._asked is None:
            return
        if isinstance(message, PlanProgress):
            self.progress = message.stage
            self._changed()
            return
        (scene_id, document), self._asked, self.progress = self._asked, None, ""
        if isinstance(message, PlanRefused):
            if message.details:
                _log.error(message.details)
            self._refuse(message.problem)
        elif document is not self._viewer.state.document:
            self._refuse(texts.CHANGED_MEANWHILE)
        else:
            self._show(scene_id, message)

    def _show(self, scene_id: int, ready: PlanReady) -> None:
        values = self._viewer.state.history.values
        self._plan = ShownPlan(
            scene_id=scene_id, steps=ready.steps, documents=_documents(values, scene_id, ready.steps)
        )
        self.choose(0)

    def _refuse(self, problem: str) -> None:
        self.problem = problem
        self._changed()

    # Looking at a plan

    def choose(self, number: int | None) -> None:
        """Show a step of the plan in the picture, or the scene as it is."""
        plan = self.plan
        self.chosen = number if plan is not None and number is not None and number < len(plan.steps) else None
        self.look_at(self.chosen)
        self._changed()

    def look_at(self, number: int | None) -> None:
        """Show a step in the picture for now; `None` shows the chosen one again."""
        plan = self.plan
        number = self.chosen if number is None else number
        if plan is not None and number is not None and number < len(plan.steps):
            document = plan.view_of(number, result=self.shows_result)
            points_out = bool(document.selection) and not self.shows_result
            self._viewer.preview(document, points_out=points_out)
        elif plan is not None:
            self._viewer.session.preview(None)

    def show_results(self, on: bool) -> None:
        """Show what steps lead to, or what they are about."""
        self.shows_result = on
        self.look_at(None)
        self._changed()

    # Deciding

    def apply(self) -> None:
        """Do the plan: every step is one that can be undone by itself."""
        plan = self.plan
        if plan is None:
            return
        session = self._viewer.session
        self._plan, self.chosen = None, None
        for step, document in zip(plan.steps, plan.documents[1:], strict=True):
            if step.undone:
                for _ in range(step.undone):
                    session.undo()
            else:
                session.do_step(step.sentence, document)
                self._applied.append((document, step.step))
        self._remember_it(plan)
        session.say(texts.applied(len(plan.steps)))

    def discard(self) -> None:
        """Put the plan away; nothing was changed."""
        self._withdraw()
        self._changed()

    def _withdraw(self) -> None:
        if self.plan is not None:
            self._viewer.session.preview(None)
        self._plan, self.chosen, self.problem = None, None, ""

    def _remember_it(self, plan: ShownPlan) -> None:
        item, mask = self._viewer.state.document.scene(plan.scene_id), plan.steps[-1].it
        self._it = None
        if item is not None and mask is not None:
            self._it = _It(scene_id=plan.scene_id, program=item.program, mask=mask)

    # Scripts

    @property
    def script(self) -> tuple[Step, ...]:
        """What was applied by words and not undone, then the steps of the plan."""
        present = {id(document) for document in self._viewer.state.history.values}
        done = tuple(step for document, step in self._applied if id(document) in present)
        return done if self.plan is None else (*done, *(step.step for step in self.plan.steps))

    def save_script(self) -> None:
        """Ask where to save the steps as a script for `rowsplat edit --script`."""
        steps = self.script
        if not steps:
            raise RowsplatError(texts.NOTHING_SAID)
        self._viewer.window.ask_save(
            texts.SAVE_SCRIPT, (SCRIPT_SUFFIX,), lambda path: self._save_script_to(path, steps)
        )

    def _save_script_to(self, path: Path, steps: tuple[Step, ...]) -> None:
        from ..scenes.text_edits.toml_scripts import EditScript, save_edit_script

        path = path if path.suffix == SCRIPT_SUFFIX else path.with_name(path.name + SCRIPT_SUFFIX)
        script = EditScript(steps=steps)
        self._viewer.telling(lambda: save_edit_script(path, script, overwrite=True), texts.saved(path))

    def _changed(self) -> None:
        self._viewer.session.on_change()


def seen_by_scene(camera: Camera, matrix: Matrix) -> tuple[Camera, Vector]:
    """The camera, and the direction that is up, in the frame of a scene placed in the world by `matrix`.

    With the world at x = s R y + t for a point y of the scene, and the camera at C x + c, the camera sees y at
    s (C R y + (C t + c) / s), which is a rigid camera up to the scale, and up is R^T up.
    """
    placed = similarity_parts(matrix)
    viewmat = np.eye(4)
    turn, shift = camera.viewmat[:3, :3], camera.viewmat[:3, 3]
    viewmat[:3, :3] = turn @ placed.rotation
    viewmat[:3, 3] = (turn @ placed.translation + shift) / placed.factor
    x, y, z = (float(value) for value in placed.rotation.T @ np.array(DEFAULT_UP))
    return replace(camera, viewmat=viewmat), (x, y, z)


def _moments(values: tuple[Document, ...], item: SceneItem) -> tuple[SceneMoment, ...]:
    """The last documents in which the scene is, as far as they concern it."""
    moments: list[SceneMoment] = []
    for document in reversed(values[-MOST_MOMENTS:]):
        then = document.scene(item.scene_id)
        if then is None or (then.source, then.lod) != (item.source, item.lod):
            break
        selection = document.selected(item.scene_id)
        moments.append(SceneMoment(program=then.program, selection=selection, groups=then.groups))
    return tuple(reversed(moments))


def _documents(
    values: tuple[Document, ...], scene_id: int, steps: tuple[WordStep, ...]
) -> tuple[Document, ...]:
    """The present document, then that after each step, which may be an earlier one."""
    line = list(values)
    found = [line[-1]]
    for step in steps:
        if step.undone:
            del line[-step.undone :]
        else:
            line.append(_after(line[-1], scene_id, step))
        found.append(line[-1])
    return tuple(found)


def _after(document: Document, scene_id: int, step: WordStep) -> Document:
    item = document.scene(scene_id)
    assert item is not None
    program = item.program
    for operation in step.operations:
        program = program.then(operation)
    selected = {} if isinstance(step.step, Select) else dict(document.selection)
    selected.pop(scene_id, None)
    if step.selection is not None:
        selected[scene_id] = step.selection
    changed = replace(item, program=program, groups=step.groups)
    return document.with_scene(changed).with_selection(selected)
