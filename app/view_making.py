"""The view process: it holds the network and the photos of one set, and makes views that nobody photographed.

A view takes seconds on a CPU. In a process of its own that costs neither the window nor the picture anything but time
of the processor; a newer request, which is looked for after every chunk of rays, ends the work on an older one.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import RowsplatError, one_line
from ..scenes.photo_sets import PhotoSet, load_photo_set, with_triangulated_points
from . import texts
from .messages import SeenView
from .omni.network import calm_threads, open_network_or_prior
from .omni.project_photos import with_points
from .omni.scene import OmniScene
from .view_requests import ViewMade, ViewMessage, ViewProgress, ViewRefused, ViewRequest

if TYPE_CHECKING:
    from ..render.omni_recon.novel_views import NovelView, NovelViews

IDLE_S = 300.0
"""A view process that has heard nothing for so long ends, to give its memory back."""

_NICENESS = 10
"""Window and pictures go first."""

_STEPS = 20  # of a picture that progress is told of

Tell = Callable[[ViewMessage], None]


class _SupersededError(Exception):
    """Something else is wanted by now."""


def serve(pipe: Connection) -> None:
    """Make views until the pipe closes or nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the window's
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    calm_threads()
    making = ViewMaking()
    try:
        while pipe.poll(IDLE_S):
            request: ViewRequest | None = pipe.recv()
            while pipe.poll():
                request = pipe.recv()
            if request is not None:
                making.answer(request, pipe.send, pipe.poll)
    except (EOFError, OSError):
        return


@dataclass(frozen=True, eq=False, kw_only=True)
class _Held:
    views: NovelViews
    is_trained: bool


class ViewMaking:
    """Makes views; keeps photos and network for the next."""

    def __init__(
        self, open_network: Callable[[Path | None], tuple[Any, bool]] = open_network_or_prior
    ) -> None:
        """Hold nothing yet; `open_network(weights)` gives the network and whether it was trained."""
        self._open_network = open_network
        self._photos: tuple[object, PhotoSet] | None = None
        self._held: tuple[object, _Held] | None = None

    def answer(self, request: ViewRequest, tell: Tell, is_superseded: Callable[[], bool]) -> None:
        """Make the pictures of a request, the smallest first, until `is_superseded()`; whatever goes wrong is told."""
        try:
            self._answer(request, tell, is_superseded)
        except _SupersededError:
            return
        except MemoryError:
            tell(ViewRefused(number=request.number, problem=texts.NO_MEMORY))
        except (RowsplatError, OSError) as error:
            tell(ViewRefused(number=request.number, problem=one_line(error)))
        except Exception as error:  # the next view may go well
            details = traceback.format_exc()
            tell(ViewRefused(number=request.number, problem=texts.mistake(error), details=details))

    def _answer(self, request: ViewRequest, tell: Tell, is_superseded: Callable[[], bool]) -> None:
        tell(ViewProgress(number=request.number, line=texts.VIEW_PREPARING))
        held = self._prepared(request)
        cameras = request.cameras()
        for camera in cameras:
            told = -1

            def on_rays(done: int, total: int, size: tuple[int, int] = (camera.width, camera.height)) -> None:
                nonlocal told
                if is_superseded():
                    raise _SupersededError
                step = _STEPS * done // max(total, 1)
                if step != told:
                    told = step
                    line = texts.view_progress(*size, done / max(total, 1))
                    tell(ViewProgress(number=request.number, line=line))

            on_rays(0, 1)
            view = held.views.view(camera, include=request.scene.pinned, on_rays=on_rays)
            tell(
                ViewMade(
                    number=request.number,
                    seen=SeenView(
                        photos=request.photos,
                        camera=camera,
                        pixels=_pixels(view),
                        sources=view.sources,
                        is_trained=held.is_trained,
                        is_last=camera is cameras[-1],
                    ),
                )
            )

    def _prepared(self, request: ViewRequest) -> _Held:
        """Network and photos, those of the last request where nothing changed but the camera.

        Raises:
            RowsplatError: The photos or the weights are at fault.
        """
        scene = replace(request.scene, pinned=())
        key = (request.photos, scene)
        if self._held is None or self._held[0] != key:
            photo_set = self._photo_set(request.photos, scene)
            from ..render.omni_recon.novel_views import NovelViews  # after what fails at once

            model, is_trained = self._open_network(scene.weights)
            views = NovelViews(photo_set, model, scene.options(), near=scene.near, far=scene.far)
            self._held = (key, _Held(views=views, is_trained=is_trained))
        return self._held[1]

    def _photo_set(self, path: Path, scene: OmniScene) -> PhotoSet:
        """The photos with points: those of the project, else found where a few seconds can find some."""
        key = (path, scene.points)
        if self._photos is None or self._photos[0] != key:
            self._photos = None
            photo_set = with_points(load_photo_set(path, at_least=2), scene.points)
            self._photos = (key, with_triangulated_points(photo_set))
        return self._photos[1]


def _pixels(view: NovelView) -> NDArray[np.uint8]:
    image = view.picture.image.detach().cpu().numpy()
    return np.ascontiguousarray(np.clip(image.transpose(1, 2, 0) * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8))
