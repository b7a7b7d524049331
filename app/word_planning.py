"""The planning process: it holds one scene and makes plans of sentences about it.

Looking things up takes seconds on large scenes, a language model too, painting in a style takes minutes. In a process
of its own that costs neither the window nor the picture anything but time of the processor, and ends at once when
the user changes their mind.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from ..kernels.errors import RowsplatError, one_line
from ..scenes import Gaussians
from ..scenes.edits import EditCache, IndexMask
from ..scenes.text_edits.edit_plan import PlannedStep
from ..scenes.text_edits.edit_state import EditState
from ..scenes.text_edits.planning import FileRule
from ..scenes.text_edits.steps import TextProgram, Undo
from . import texts
from .edit_styles import StyleLibrary, StylePainter
from .edit_words import words_of
from .editing import EditableScene, Words
from .opening import load_scene
from .word_plans import (
    Groups,
    PlanMessage,
    PlanProgress,
    PlanReady,
    PlanRefused,
    PlanRequest,
    SceneMoment,
    WordStep,
)

IDLE_S = 300.0
"""A planning process that has heard nothing for so long ends, to give its memory back."""

_NICENESS = 10
"""Window and pictures go first."""

Tell = Callable[[PlanMessage], None]


def serve(pipe: Connection) -> None:
    """Answer requests until the pipe closes or nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the window's
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    planning = WordPlanning()
    try:
        while pipe.poll(IDLE_S):
            pipe.send(planning.answer(pipe.recv(), pipe.send))
    except (EOFError, OSError):
        return


class WordPlanning:
    """Makes plans; keeps the scene and the language model of the last one."""

    def __init__(self, load: Callable[..., Gaussians] = load_scene) -> None:
        """Hold nothing yet; `load(path, lod=...)` reads a scene file."""
        self._load = load
        self._held: tuple[object, EditCache] | None = None
        self._words: dict[str, Words] = {}

    def answer(self, request: PlanRequest, tell: Tell) -> PlanReady | PlanRefused:
        """The plan for a request; `tell` hears what is being done."""
        try:
            return PlanReady(steps=self._steps(request, tell))
        except MemoryError:
            return PlanRefused(problem=texts.NO_MEMORY)
        except (RowsplatError, OSError) as error:
            return PlanRefused(problem=one_line(error))
        except Exception as error:  # the next sentence may go well
            return PlanRefused(problem=texts.mistake(error), details=traceback.format_exc())

    def _steps(self, request: PlanRequest, tell: Tell) -> tuple[WordStep, ...]:
        tell(PlanProgress(stage=texts.UNDERSTANDING))
        program = self._program(request)  # what is not understood is told before a large scene is read
        tell(PlanProgress(stage=texts.reading([request.source.name])))
        state = _state(self._cache(request), request)
        scene = _editable(state, request, tell)
        plan = scene.plan(
            program,
            on_step=lambda number, count, said: tell(
                PlanProgress(stage=texts.planning_step(number, count, said))
            ),
        )
        return tuple(_word_step(step) for step in plan.steps)

    def _program(self, request: PlanRequest) -> TextProgram:
        if request.planner not in self._words:
            self._words[request.planner] = words_of(request.planner)
        return self._words[request.planner](
            request.text, names=[name for name, _ in request.moments[-1].groups]
        )

    def _cache(self, request: PlanRequest) -> EditCache:
        """The scene's file, read anew where it has changed.

        Raises:
            RowsplatError: It cannot be read, or is another than the window shows.
        """
        key = (request.source, request.lod, _version(request.source))
        if self._held is None or self._held[0] != key:
            self._held = None  # two scenes need not fit into the memory
            self._held = (key, EditCache(self._load(request.source, lod=request.lod)))
        found = self._held[1]
        if len(found.base) != request.count:
            raise RowsplatError(texts.scene_file_changed(request.source))
        return found


def _version(source: Path) -> object:
    """What changes when a file does.

    Raises:
        OSError: It is gone.
    """
    status = source.stat()
    return status.st_size, status.st_mtime_ns


def _state(cache: EditCache, request: PlanRequest) -> EditState:
    """The scene as the window shows it, with what undoing leads to."""
    state: EditState | None = None
    for moment in request.moments:
        state = _moment(cache, moment, state)
    assert state is not None, "a request has a present"
    count = state.program.count_after(len(cache.base))
    it = request.it
    return EditState(
        cache=cache,
        program=state.program,
        selection=state.selection,
        it=it.grown(count) if it is not None and it.count <= count else None,
        groups=state.groups,
        before=state.before,
    )


def _moment(cache: EditCache, moment: SceneMoment, before: EditState | None) -> EditState:
    count = moment.program.count_after(len(cache.base))
    return EditState(
        cache=cache,
        program=moment.program,
        selection=moment.selection,
        groups={name: mask.grown(count) for name, mask in moment.groups},
        before=before,
    )


def _editable(state: EditState, request: PlanRequest, tell: Tell) -> EditableScene:
    """The scene with words, files and styles to edit it by."""
    scene = EditableScene.of(state.cache.base, camera=request.camera, up=request.up)
    files = FileRule(folder=request.source.parent)
    painter = None
    if request.colours is not None:
        request.colours.mkdir(parents=True, exist_ok=True)
        painter = StylePainter(
            library=StyleLibrary(files=files),
            folder=request.colours,
            on_progress=lambda stage, done, total: tell(
                PlanProgress(stage=texts.painting(stage.value, done, total))
            ),
        )
    return EditableScene(state=state, viewpoint=scene.viewpoint, files=files, stylist=painter)


def _word_step(planned: PlannedStep) -> WordStep:
    after, undone = planned.after, planned.step.count if isinstance(planned.step, Undo) else 0
    return WordStep(
        step=planned.step,
        touched=planned.touched,
        confidence=planned.confidence if planned.meanings else None,
        why=planned.why,
        note=planned.note,
        mask=planned.mask,
        undone=undone,
        operations=planned.operations,
        selection=_shown(after, after.selection),
        groups=_groups(after),
        it=after.it,
    )


def _shown(state: EditState, mask: IndexMask | None) -> IndexMask | None:
    """What is to be seen of a mask, `None` for nothing: what is gone is no longer selected."""
    if mask is None:
        return None
    kept = IndexMask.from_bool(mask.to_bool() & state.scene.shown)
    return kept if kept.num_selected else None


def _groups(state: EditState) -> Groups:
    return tuple(state.groups.items())
