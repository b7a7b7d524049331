"""The controller: turns wishes into state, state into requests, and answers into state. Knows no window."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..render import Backend, Blend
from ..scenes import Camera
from ..scenes.edits import Delete, EditOperation, EditProgram, Hide, IndexMask, Recolour, ShowAll, Transform
from ..scenes.edits.similarity import matrix_tuple
from . import texts
from .adaptive import scaled_size
from .history import History
from .messages import (
    Answered,
    Comparison,
    Draw,
    DrawFailed,
    Ended,
    FrameReady,
    FromService,
    Look,
    Question,
    SceneFailed,
    SceneLoaded,
    SeenView,
    ShowScenes,
    Started,
)
from .questions import Combine, Region, SaveScenes, Select, SelectAll
from .state import Document, Life, SceneItem, Tool, View, ViewerState

_log = logging.getLogger(__name__)

MAX_USELESS_STARTS = 5
"""So many render processes that die one after the other without having drawn anything, and no other is started."""


OperationOf = Callable[[SceneItem, "IndexMask | None"], "EditOperation | None"]
"""Makes the operation for a scene and its selection, or `None` to leave the scene alone."""


class Client(Protocol):
    """What the session needs of the render process; see `ServiceClient`."""

    @property
    def pid(self) -> int:
        """Of the process."""
        ...

    def pictures(self, frame: FrameReady, planes: int) -> tuple[NDArray[np.uint8], ...]:
        """The pictures of a frame."""
        ...

    def show(self, message: ShowScenes) -> None:
        """Send the wanted scenes."""
        ...

    def draw(self, message: Draw) -> None:
        """Send a request."""
        ...

    def ask(self, question: Question) -> int:
        """Send a question."""
        ...

    def kill(self) -> None:
        """End the process at once."""
        ...

    def close(self) -> None:
        """End the process."""
        ...


class Session:
    """The only one that changes `state`. Use from one thread, the window's.

    `start_client` starts a render process; its messages must be handed to `receive` in the session's thread.
    `on_change` is called after every change of the state.
    """

    def __init__(
        self,
        start_client: Callable[[], Client],
        *,
        camera: Camera,
        renderer_choice: tuple[Backend, str] = (Backend.AUTO, "auto"),
        on_change: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the render process and show nothing yet; `renderer_choice` is for jobs, which have renderers too."""
        self.renderer_choice = renderer_choice
        self.state = ViewerState(view=View(camera=camera))
        self.on_change = on_change
        self._start_client, self._clock = start_client, clock
        self._generation = 0
        self._drawn: Draw | None = None
        self._in_flight = False
        self._shown: tuple[object, ...] | None = None
        self._answers: dict[int, Callable[[Any], None]] = {}
        self._next_scene_id = 1
        self._useless_starts = 0
        self._frame_view_on_load: set[int] = set()
        self._client = start_client()

    @property
    def is_waiting(self) -> bool:
        """Whether a picture is on its way."""
        return self._in_flight

    @property
    def is_asking(self) -> bool:
        """Whether an answer is on its way."""
        return bool(self._answers)

    # The document

    @property
    def client(self) -> Client:
        """The render process of the moment."""
        return self._client

    def open(
        self,
        path: Path,
        *,
        name: str | None = None,
        lod: int | None = None,
        is_flipbook: bool = False,
        is_mesh: bool = False,
    ) -> int:
        """Add a scene to the document; the first one is brought into view when it has been read."""
        scene_id = self._new_id()
        item = SceneItem(
            scene_id=scene_id,
            name=name or path.stem,
            source=path.absolute(),
            lod=lod,
            is_flipbook=is_flipbook,
            is_mesh=is_mesh,
        )
        if not self.state.document.scenes:
            self._frame_view_on_load.add(scene_id)
        document = self.state.document
        self._do(texts.step_open(item.name), replace(document, scenes=(*document.scenes, item)))
        return scene_id

    def remove(self, scene_id: int) -> None:
        """Take a scene out of the document; while it is being read, that cancels reading."""
        item = self.state.document.scene(scene_id)
        if item is not None:
            self._do(texts.step_remove(item.name), self.state.document.without_scene(scene_id))

    def change_scene(self, label: str, changed: SceneItem) -> None:
        """Replace the scene of that id: name, visibility, lock, placement."""
        self._do(label, self.state.document.with_scene(changed))

    def edit(self, operation_of: OperationOf) -> bool:
        """Add an operation to every scene that is not locked; false if there was nothing to do."""
        return self.do(*self.edited(operation_of))

    def edited(self, operation_of: OperationOf) -> tuple[str, Document]:
        """Name of the step, and the document with an operation added to every scene that is not locked."""
        document, label = self.state.document, ""
        for item in document.scenes:
            if not item.is_editable or item.scene_id not in self.state.loaded:
                continue
            operation = operation_of(item, document.selected(item.scene_id))
            if operation is not None:
                label = operation.description
                document = document.with_scene(replace(item, program=item.program.then(operation)))
        return label, _without_stale_selection(document, self.state.document)

    def do(self, label: str, document: Document) -> bool:
        """Make it the present document, as a step that can be undone; false if it is that already."""
        if document == self.state.document:
            return False
        self._do(label, document)
        return True

    def do_step(self, label: str, document: Document) -> None:
        """Make it the present document, as a step of its own even if it is that already."""
        self._do(label, document)

    def preview(self, document: Document | None, *, points_out: bool = False) -> None:
        """Draw `document` in place of the present one, without a step; `None` ends that.

        With `points_out` what is selected is seen through all that is before it.
        """
        if document is not self.state.previewed:
            self.state.previewed, self.state.points_out = document, points_out
            self.state.moving = document is not None
            self._refresh()

    def crop(self, region: Region) -> None:
        """Delete what is outside a region in all scenes that are visible and not locked."""
        before = self.state.document
        question = Select(
            region=region,
            camera=self.state.view.camera,
            scene_ids=self._editable(),
            combine=Combine.REPLACE,
        )
        self.ask(question, lambda masks: self._crop_to(self._fresh(masks, before)))

    def _crop_to(self, masks: dict[int, IndexMask]) -> None:
        self.edit(
            lambda item, _: Delete(mask=masks[item.scene_id].inverted()) if item.scene_id in masks else None
        )

    def delete_selected(self) -> bool:
        """Delete the selected Gaussians."""
        return self.edit(lambda item, mask: None if mask is None else Delete(mask=mask))

    def hide_selected(self) -> bool:
        """Hide the selected Gaussians."""
        return self.edit(lambda item, mask: None if mask is None else Hide(mask=mask))

    def show_hidden(self) -> bool:
        """Show all that was hidden."""
        return self.edit(lambda item, mask: ShowAll() if _hides(item.program) else None)

    def separate_selected(self) -> None:
        """Move the selected Gaussians of each scene into a scene of their own: the same file, the rest deleted."""
        document = self.state.document
        for scene_id, mask in document.selection:
            item = document.scene(scene_id)
            if item is None or item.locked:
                continue
            kept = replace(item, program=item.program.then(Delete(mask=mask)))
            taken = replace(
                item,
                scene_id=self._new_id(),
                name=f"{item.name} part",
                program=item.program.then(Delete(mask=mask.inverted())),
            )
            document = document.with_scene(kept)
            document = replace(document, scenes=(*document.scenes, taken))
        if document is not self.state.document:
            self._do(texts.STEP_SEPARATE, replace(document, selection=()))

    def place_scenes(self, label: str, motion: NDArray[np.float64]) -> None:
        """Move all visible scenes that are not locked by a similarity transform of the world `[4, 4]`."""
        self.do(label, self.placed(motion))

    def placed(self, motion: NDArray[np.float64]) -> Document:
        """The document after that."""
        document = self.state.document
        for item in document.scenes:
            if item.visible and not item.locked:
                matrix = matrix_tuple(motion @ np.array(item.matrix))
                document = document.with_scene(replace(item, matrix=matrix))
        return document

    def replace_document(self, document: Document, view: View) -> dict[int, int]:
        """Show another document from its own view; there is nothing to undo. Gives new scene ids by old ones."""
        camera = self.state.view.camera
        new_ids = {item.scene_id: self._new_id() for item in document.scenes}
        items = tuple(replace(item, scene_id=new_ids[item.scene_id]) for item in document.scenes)
        self.state.history, self.state.previewed = History(Document(scenes=items)), None
        self.state.view = replace(view, camera=view.camera.reframed(camera.width, camera.height))
        self._refresh()
        return new_ids

    def cancel_loading(self, scene_id: int) -> None:
        """Take a scene that is being read out of the document; a reader that hangs is left alone."""
        self.remove(scene_id)

    def set_tool(self, tool: Tool) -> None:
        """Take a tool in hand."""
        self.state.tool = tool
        self.on_change()

    def show_mesh_instead(self, path: Path, *, alone: bool = False) -> None:
        """Add a mesh and hide the scenes that it was made of, whose surface it would fight for every pixel.

        With `alone` other meshes, too.
        """
        hidden = tuple(
            replace(item, visible=item.is_mesh and item.visible and not alone)
            for item in self.state.document.scenes
        )
        mesh = SceneItem(scene_id=self._new_id(), name=path.stem, source=path.absolute(), is_mesh=True)
        self._do(texts.step_bake(path.name), replace(self.state.document, scenes=(*hidden, mesh)))

    def undo(self) -> bool:
        """Take the last step back."""
        return self._moved(self.state.history.undo())

    def redo(self) -> bool:
        """Do the step again that was undone last."""
        return self._moved(self.state.history.redo())

    # Selection

    def select(self, region: Region, combine: Combine) -> None:
        """Select by region in all scenes that are visible and not locked."""
        question = Select(
            region=region, camera=self.state.view.camera, scene_ids=self._editable(), combine=combine
        )
        self._ask_selection(question)

    def select_all(self, *, invert: bool = False) -> None:
        """Select all that is shown, or what is not selected."""
        self._ask_selection(SelectAll(scene_ids=self._editable(), invert=invert))

    def select_none(self) -> None:
        """Select nothing."""
        if self.state.document.selection:
            self._do(texts.STEP_NOTHING, self.state.document.with_selection({}))

    def ask(self, question: Question, on_answer: Callable[[Any], None]) -> None:
        """Ask the render process; `on_answer(value)` is called later, in this thread, if it could answer."""
        if isinstance(question, (Select, SelectAll, SaveScenes)):  # of the scenes as they are
            self.preview(None)
        self._answers[self._client.ask(question)] = on_answer

    # The view

    def look_from(self, camera: Camera, *, moving: bool = False) -> None:
        """Look at the scenes from there. The size is the window's."""
        self.state.moving = moving
        self._set_view(replace(self.state.view, camera=camera))

    def rest(self) -> None:
        """The camera rests: draw in full."""
        if self.state.moving:
            self.state.moving = False
            self._refresh()

    def set_look(self, look: Look) -> None:
        """Draw like that."""
        self._set_view(replace(self.state.view, look=look))

    def set_view(self, view: View) -> None:
        """Compare, split, amplify, highlight like that."""
        self._set_view(view)

    def toggle_blend(self) -> None:
        """From IRSS to the baseline or back, at once."""
        look = self.state.view.look
        blend = Blend.BASELINE if look.blend is Blend.IRSS else Blend.IRSS
        self.set_look(replace(look, blend=blend))

    def show_time(self, seconds: float) -> None:
        """Show the flipbooks' frames of that time; they repeat."""
        self.state.seconds = max(seconds, 0.0)
        self._refresh()

    def show_seen(self, seen: SeenView | None) -> None:
        """Show an image-based view where a look wants one and the camera stands there."""
        self.state.seen = seen
        self._refresh()

    # From the render process

    def receive(self, message: FromService) -> None:
        """Take a message of the render process."""
        if isinstance(message, FrameReady):
            self._take_frame(message)
        elif isinstance(message, Started):
            self.state.life, self.state.renderer = Life.RUNNING, message.description
        elif isinstance(message, SceneLoaded):
            self._take_loaded(message)
        elif isinstance(message, SceneFailed):
            self._take_failed(message)
        elif isinstance(message, Answered):
            on_answer = self._answers.pop(message.number, None)
            if message.problem:
                self._take_problem(message)
            elif on_answer is not None:
                on_answer(message.value)
        elif isinstance(message, DrawFailed):
            self._take_problem(message)
            self._landed(message.generation)
            if message.generation < 0:
                self.state.life = Life.GIVEN_UP
        else:
            assert isinstance(message, Ended)
            self._take_end(message)
        self._refresh()

    def _take_problem(self, message: Answered | DrawFailed) -> None:
        self.state.message = message.problem
        _log.info(message.problem)
        if message.details:
            _log.error(message.details)

    def restart(self) -> None:
        """Start a render process in place of the one there is, or of those that were given up."""
        if self.state.life is not Life.GIVEN_UP:
            self._client.kill()
            return
        self._useless_starts, self.state.message = 0, ""
        self._client.close()
        self._forget_sent()
        self._restart(Life.STARTING)
        self._refresh()

    def close(self) -> None:
        """End the render process."""
        self._client.close()

    def say(self, message: str) -> None:
        """Tell the user something in the status bar."""
        self.state.message = message
        self.on_change()

    def _take_frame(self, frame: FrameReady) -> None:
        self._useless_starts = 0
        self._landed(frame.generation)
        if self.state.frame is not None and frame.generation < self.state.frame.generation:
            return
        self.state.frame = frame
        if frame.is_reduced or self.state.moving:
            self.state.resolution = self.state.resolution.after(
                scale=frame.scale, detail=frame.detail, total_ms=frame.milliseconds
            )

    def _landed(self, generation: int) -> None:
        """The request on its way is answered; an older picture drawn again, for a file that was read, is no answer."""
        if generation == self._generation:
            self._in_flight = False

    def _take_loaded(self, loaded: SceneLoaded) -> None:
        self.state.loaded[loaded.scene_id] = loaded
        if loaded.scene_id in self._frame_view_on_load:
            self._frame_view_on_load.discard(loaded.scene_id)
            camera = self.state.view.camera
            seen = fitted(loaded.view, camera.width, camera.height)
            self.state.view = replace(self.state.view, camera=seen)

    def _take_failed(self, failed: SceneFailed) -> None:
        self.state.message, self.state.previewed = failed.problem, None
        self.state.history.amend(self.state.document.without_scene(failed.scene_id))

    def _take_end(self, ended: Ended) -> None:
        if not ended.problem:
            return
        self._forget_sent()
        self._useless_starts += 1
        self._client.close()
        if self.state.life is Life.GIVEN_UP:  # it said why, and would say so again
            return
        if self._useless_starts >= MAX_USELESS_STARTS:
            self.state.life = Life.GIVEN_UP
            self.state.message = texts.given_up(ended.problem, self._useless_starts)
            return
        self.state.message = texts.restarted(ended.problem)
        self._restart(Life.RESTARTING)

    def _forget_sent(self) -> None:
        """Nothing has been sent to the next render process yet."""
        self._in_flight, self._drawn, self._shown, self.state.frame = False, None, None, None
        self._answers.clear()

    def _restart(self, life: Life) -> None:
        self.state.life = life
        self._client = self._start_client()

    # Resolving state into requests

    def _new_id(self) -> int:
        self._next_scene_id += 1
        return self._next_scene_id - 1

    def _do(self, label: str, document: Document) -> None:
        self.state.previewed, self.state.message = None, ""
        self.state.history.do(label, document)
        self._refresh()

    def _moved(self, moved: bool) -> bool:
        self.state.previewed, self.state.message = None, ""
        self._refresh()
        return moved

    def _set_view(self, view: View) -> None:
        self.state.view = view
        self._refresh()

    def _ask_selection(self, question: Select | SelectAll) -> None:
        before = self.state.document
        self.ask(question, lambda masks: self._take_selection(masks, before))

    def _take_selection(self, masks: dict[int, IndexMask], before: Document) -> None:
        """Select what was found in `before`, except in scenes that were edited since: its rows may be others."""
        chosen = {**dict(self.state.document.selection), **self._fresh(masks, before)}
        document = self.state.document.with_selection(chosen)
        if document != self.state.document:
            count = sum(mask.num_selected for _, mask in document.selection)
            self._do(texts.step_select(count), document)

    def _fresh(self, masks: dict[int, IndexMask], before: Document) -> dict[int, IndexMask]:
        """The masks of scenes that were not edited since `before`."""
        now = {item.scene_id: item.program for item in self.state.document.scenes}
        then = {item.scene_id: item.program for item in before.scenes}
        return {
            scene: mask for scene, mask in masks.items() if scene in now and now[scene] == then.get(scene)
        }

    def _editable(self) -> tuple[int, ...]:
        return tuple(
            item.scene_id
            for item in self.state.document.scenes
            if item.visible and item.is_editable and item.scene_id in self.state.loaded
        )

    def _refresh(self) -> None:
        """Send what differs from what was sent last, then tell the window."""
        if self.state.life is not Life.GIVEN_UP:
            self._send_scenes()
            self._send_draw()
        self.on_change()

    def _send_scenes(self) -> None:
        specs = self.state.specs()
        if specs != self._shown:
            self._shown, self._drawn = specs, None
            self._client.show(ShowScenes(scenes=specs))

    def _send_draw(self) -> None:
        """Ask for a picture if the wanted one differs; one is on its way at a time, so that none is ever stale."""
        wanted = self.resolve()
        if self._in_flight or (self._drawn is not None and _same(wanted, self._drawn)):
            return
        self._generation += 1
        self._drawn = replace(wanted, generation=self._generation)
        self._in_flight = True
        self._client.draw(self._drawn)

    def resolve(self) -> Draw:
        """The picture that the state wants; generation 0."""
        view = self.state.view
        resolution = self.state.resolution
        scale, detail = (min(resolution.scale, 1.0), resolution.detail) if self.state.moving else (1.0, 1.0)
        if self.state.moving and self._drawn is not None and _same_but_scale(view, self._drawn):
            scale, detail = self._drawn.scale, self._drawn.detail
        width, height = scaled_size(view.camera.width, view.camera.height, scale)
        return Draw(
            generation=0,
            camera=view.camera.resized(width, height),
            looks=view.looks,
            comparison=view.comparison,
            gain=view.gain if view.comparison is Comparison.DIFFERENCE else 0.0,
            scale=scale,
            detail=detail,
            highlight=view.highlight,
            seen=self._seen(),
        )

    def _seen(self) -> SeenView | None:
        """The image-based view, where it is of this camera."""
        view, seen = self.state.view, self.state.seen
        if seen is None or not any(look.is_image_based for look in view.looks):
            return None
        return seen if seen.fits(view.camera) else None


def fitted(view: Camera, width: int, height: int) -> Camera:
    """`view` for a picture of another shape in which all of it is seen."""
    narrower = min((width / height) / (view.width / view.height), 1.0)
    camera = view.reframed(width, height)
    return replace(camera, fx=camera.fx * narrower, fy=camera.fy * narrower)


def _same(a: Draw, b: Draw) -> bool:
    return _key(a) == _key(b)


def _key(draw: Draw) -> tuple[object, ...]:
    camera = _camera_key(draw.camera)
    return (camera, draw.looks, draw.comparison, draw.gain, draw.detail, draw.highlight, draw.seen)


def _camera_key(camera: Camera) -> tuple[object, ...]:
    lens = (camera.fx, camera.fy, camera.cx, camera.cy, camera.width, camera.height)
    return camera.viewmat.tobytes(), lens


def _same_but_scale(view: View, drawn: Draw) -> bool:
    """Whether the camera stands where it stood: then the picture need not be drawn again at another scale."""
    return bool(np.array_equal(view.camera.viewmat, drawn.camera.viewmat)) and view.looks == drawn.looks


def _hides(program: EditProgram) -> bool:
    hidden = False
    for operation in program.operations:
        hidden = isinstance(operation, Hide) or (hidden and not isinstance(operation, ShowAll))
    return hidden


def _without_stale_selection(document: Document, before: Document) -> Document:
    """Where rows were deleted, hidden or added the selection is gone; what was moved or recoloured stays selected."""
    stale = {
        item.scene_id
        for item, old in zip(document.scenes, before.scenes, strict=True)
        if item != old and not isinstance(item.program.operations[-1], (Transform, Recolour))
    }
    return document.with_selection({s: mask for s, mask in document.selection if s not in stale})
