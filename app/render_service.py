"""The render process: it owns the kernels, holds the scenes, draws the newest request.

A kernel call holds Python's global lock for its whole run, so a render thread would freeze the window at every picture.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import RowsplatError, one_line
from ..render import (
    Backend,
    Blend,
    Renderer,
    RenderMode,
    RenderOptions,
    RenderResult,
    psnr,
    ssim,
    tone_map,
)
from ..render.mesh_rendering import MeshShading, composite_by_depth
from ..scenes import Gaussians
from . import texts
from .frame_ring import SLOTS, FrameRing
from .free_memory import give_back_memory
from .held_bakes import BAKED_MODES
from .messages import (
    Answered,
    Ask,
    Comparison,
    Draw,
    DrawFailed,
    FrameReady,
    FromService,
    Look,
    PlaneInfo,
    Quit,
    ShowScenes,
    Started,
    ToService,
    UseRing,
)
from .opening import make_renderer
from .photo_shelf import picture_of
from .scene_stack import NOTHING, SceneStack

_NICENESS = 5
"""The window goes first where both want a core: a late picture is less annoying than a late click."""

_POLL_S = 0.02
_CONVERTED_ROWS = 32
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_SSIM_SIDE = 7  # smaller pictures have no SSIM


def serve(pipe: Connection, backend: Backend, kernel_language: str) -> None:
    """Run the render process until the pipe closes or `Quit` comes."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        RenderService(pipe, lambda: make_renderer(backend, kernel_language)).run()
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        return
    except RowsplatError as error:
        pipe.send(DrawFailed(generation=-1, problem=str(error)))


@dataclass(frozen=True, kw_only=True)
class _Kernels:
    """What decides which kernels a picture needs."""

    blend: Blend
    mode: RenderMode
    sh_degree: int | None
    antialiased: bool | None
    reduced: bool
    meshes: bool

    @classmethod
    def of(cls, look: Look, gaussians: Gaussians | None, *, reduced: bool, meshes: bool) -> _Kernels:
        """Those of `gaussians`, `None` for nothing, as `look` shows them."""
        degree, antialiased = None, look.antialiased
        if gaussians is not None:
            degree = min(look.max_sh_degree, gaussians.sh_degree)
            antialiased = gaussians.antialiased if antialiased is None else antialiased
        return cls(
            blend=look.blend,
            mode=look.mode,
            sh_degree=degree,
            antialiased=antialiased,
            reduced=reduced,
            meshes=meshes,
        )


class RenderService:
    """The loop of the render process."""

    def __init__(self, pipe: Connection, make_renderer: Callable[[], Renderer]) -> None:
        """Draw with what `make_renderer` makes, talk over `pipe`."""
        self._pipe, self._make_renderer = pipe, make_renderer
        self._renderer, self._reduced = make_renderer(), None
        self._compiled: set[_Kernels] = set()
        self._send(Started(description=self._renderer.description))
        self._stack = SceneStack()
        self._ring: FrameRing | None = None
        self._slot = 0
        self._wanted: Draw | None = None
        self._last: Draw | None = None
        self._running, self._scenes_changed = True, False

    def run(self) -> None:
        """Take messages, draw the newest request, until told to quit."""
        while self._running:
            self._receive()
            for news in self._stack.collect():
                self._send(news)
                self._wanted = self._wanted or self._last
            # While the first file is read, what the window shows stays: after a restart that is the last picture.
            if self._wanted is not None and self._ring is not None and not self._stack.is_empty_yet:
                wanted, self._wanted, self._last = self._wanted, None, self._wanted
                self._draw(wanted, self._ring)

    def _receive(self) -> None:
        """Take all messages that wait; wait for one where there is nothing to do."""
        wait = None if self._wanted is None else 0.0
        if wait is None and self._scenes_changed:
            self._scenes_changed = False
            give_back_memory()
        if self._stack.is_loading and (self._wanted is None or self._stack.is_empty_yet):
            wait = _POLL_S
        while self._running and self._pipe.poll(wait):
            self._take(self._pipe.recv())
            wait = 0.0

    def _take(self, message: ToService) -> None:
        if isinstance(message, Draw):
            self._wanted = message
        elif isinstance(message, ShowScenes):
            self._scenes_changed = True
            for loaded in self._stack.show(message.scenes):
                self._send(loaded)
        elif isinstance(message, UseRing):
            if self._ring is not None:
                self._ring.close()
            self._ring = FrameRing.open(message.address)
        elif isinstance(message, Ask):
            self._answer(message)
        else:
            assert isinstance(message, Quit)
            self._running = False

    def _answer(self, ask: Ask) -> None:
        try:
            answered = Answered(number=ask.number, value=ask.question.answer(self._stack, self._renderer))
        except Exception as error:  # neither a full disk nor a fault of ours ends the render process
            problem, details = _told(error)
            answered = Answered(number=ask.number, problem=problem, details=details)
        self._send(answered)

    def _draw(self, wanted: Draw, ring: FrameRing) -> None:
        try:
            started, drawn = self._drawn(wanted)
        except Exception as error:  # another picture may be drawn well
            problem, details = _told(error)
            self._send(DrawFailed(generation=wanted.generation, problem=problem, details=details))
            return
        results, notes = [result for result, _ in drawn], [note for _, note in drawn]
        self._slot = (self._slot + 1) % SLOTS
        width, height = wanted.camera.width, wanted.camera.height
        pictures = [tone_map_bgrx(result) for result in results]
        psnr_, ssim_ = _likeness(results, wanted)
        if wanted.comparison is Comparison.DIFFERENCE and len(pictures) == 2:
            pictures = [_difference(pictures[0], pictures[1], wanted.gain)]
        for plane, picture in enumerate(pictures):
            ring.picture(self._slot, plane, width, height)[:] = picture
        infos = tuple(
            PlaneInfo(look=look, times=result.stage_times, counts=result.counts, note=note)
            for look, result, note in zip(wanted.looks, results, notes, strict=True)
        )
        self._send(
            FrameReady(
                generation=wanted.generation,
                ring=ring.address.name,
                slot=self._slot,
                width=width,
                height=height,
                planes=infos,
                psnr=psnr_,
                ssim=ssim_,
                scale=wanted.scale,
                detail=wanted.detail,
                milliseconds=(time.perf_counter() - started) * 1000.0,
            )
        )

    def _drawn(self, wanted: Draw) -> tuple[float, list[tuple[RenderResult, str]]]:
        """When drawing began [s], and what was drawn, each with a note: again where kernels were compiled, so that no
        time shows that.
        """
        known, started = len(self._compiled), time.perf_counter()
        results = [self._shown(look, wanted) for look in wanted.looks]
        return (started, results) if len(self._compiled) == known else self._drawn(wanted)

    def _shown(self, look: Look, wanted: Draw) -> tuple[RenderResult, str]:
        """A picture, and what it shows where that is not plain."""
        if look.photos is None:
            bake = self._stack.bake_alone(look) if look.mode in BAKED_MODES else None
            if bake is not None:
                self._compiled.add(_Kernels.of(look, None, reduced=False, meshes=True))
                return bake.alone(wanted.camera, look.mode, look.background)
            return self._render(look, wanted), ""
        if look.is_image_based and wanted.seen is not None and wanted.seen.photos == look.photos:
            return picture_of(wanted.seen, wanted.camera), texts.seen_view(wanted.seen)
        bake = self._stack.bake_alone(Look()) if look.is_image_based else None
        if bake is not None:
            return bake.alone(wanted.camera, RenderMode.RGB, look.background)[0], texts.BAKE_STANDS_IN
        shelf, camera = self._stack.photos, wanted.camera
        depth = self._stack.depth_before(camera, look.photos)
        photo = shelf.nearest_photo(look.photos, camera, depth)
        note = texts.stand_in(photo.name) if look.is_image_based else texts.nearest_photo(photo.name)
        return shelf.warped(look.photos, photo, camera, depth, look.background), note

    def _render(self, look: Look, wanted: Draw) -> RenderResult:
        gaussians = self._stack.merged(look, highlight=wanted.highlight, detail=wanted.detail)
        renderer = self._renderer if wanted.detail == 1.0 else self._reduced_renderer()
        meshes = self._stack.meshes(look) if look.mode is RenderMode.RGB else []
        self._compiled.add(_Kernels.of(look, gaussians, reduced=wanted.detail != 1.0, meshes=bool(meshes)))
        if gaussians is None:
            gaussians = NOTHING
        options = RenderOptions(
            blend=look.blend,
            mode=look.mode,
            background=look.background,
            antialiased=look.antialiased,
            max_sh_degree=look.max_sh_degree,
        )
        result = renderer.render(gaussians, wanted.camera, options)
        for mesh in meshes:
            depth = renderer.render(gaussians, wanted.camera, replace(options, mode=RenderMode.DEPTH_MEDIAN))
            picture = mesh.render(wanted.camera, shading=MeshShading.HEADLIGHT, background=look.background)
            image = composite_by_depth(result, depth, picture, background=look.background)
            result = replace(result, image=image)
        return result

    def _reduced_renderer(self) -> Renderer:
        """Another renderer for reduced scenes, so that the whole one stays uploaded."""
        if self._reduced is None:
            self._reduced = self._make_renderer()
        return self._reduced

    def _send(self, message: FromService) -> None:
        self._pipe.send(message)


def _told(error: Exception) -> tuple[str, str]:
    """One line for the user, and for the log what only a fault of ours leaves behind."""
    if isinstance(error, MemoryError):
        return texts.NO_MEMORY, ""
    if isinstance(error, (RowsplatError, OSError)):
        return one_line(error), ""
    return texts.mistake(error), traceback.format_exc()


def tone_map_bgrx(result: RenderResult) -> NDArray[np.uint8]:
    """The picture as `[H, W, 4]` blue, green, red, 255."""
    height, width = result.alpha.shape
    picture = np.empty((height, width, 4), np.uint8)
    picture[..., 3] = 255
    if result.mode is not RenderMode.RGB:
        picture[..., 2::-1] = tone_map(result.image, result.mode)
        return picture
    for row in range(0, height, _CONVERTED_ROWS):  # so that the temporaries stay in the caches
        part = result.image[row : row + _CONVERTED_ROWS] * np.float32(255.0)
        part += np.float32(0.5)
        np.clip(part, 0.0, 255.0, out=part)
        picture[row : row + _CONVERTED_ROWS, :, 2::-1] = part
    return picture


def _likeness(results: list[RenderResult], wanted: Draw) -> tuple[float | None, float | None]:
    """PSNR of two looks, and of coloured ones that rest SSIM of their luminance, which takes longer."""
    if len(results) != 2 or results[0].image.shape != results[1].image.shape:
        return None, None
    a, b = (result.image for result in results)
    alike = psnr(a, b)
    coloured = all(result.mode is RenderMode.RGB for result in results)
    if not coloured or wanted.scale < 1.0 or wanted.detail < 1.0 or min(a.shape[:2]) < _SSIM_SIDE:
        return alike, None
    return alike, ssim(a @ _LUMA, b @ _LUMA)


def _difference(a: NDArray[np.uint8], b: NDArray[np.uint8], gain: float) -> NDArray[np.uint8]:
    """|a - b| times `gain`, on 8-bit pictures."""
    spread = np.abs(a[..., :3].astype(np.int16) - b[..., :3]) * gain
    out = a.copy()
    out[..., :3] = np.minimum(spread, 255)
    return out
