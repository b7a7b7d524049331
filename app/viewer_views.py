"""Image-based views in the viewer: asked for when the camera rests, shown as they come, made from chosen photos."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from ..render.photo_warping import nearest_camera
from . import texts
from .messages import PhotoView, SeenView
from .omni.scene import OmniScene
from .view_requests import Viewing, ViewMade, ViewMessage, ViewProgress, ViewRefused, ViewRequest

if TYPE_CHECKING:
    from .viewer import Viewer

FEWEST_SOURCES, MOST_SOURCES = 2, 8
"""Photos that a view is made from."""

_log = logging.getLogger(__name__)


class ViewerViews:
    """Follows what `viewer` shows of its photos."""

    def __init__(self, viewer: Viewer) -> None:
        """Nothing is made yet."""
        self._viewer = viewer
        self._viewing: Viewing | None = None
        self._request: ViewRequest | None = None
        self._number = 0
        self._finished: ViewRequest | None = None
        self.progress = ""
        """How far the next picture is, in one line, "" when none is being made."""

    @property
    def scene(self) -> OmniScene:
        """How views are made."""
        return self._viewer.files.omni or OmniScene()

    @property
    def seen(self) -> SeenView | None:
        """The view that is shown, `None` where something stands in."""
        seen = self._viewer.state.seen
        return seen if seen is not None and seen.fits(self._viewer.state.view.camera) else None

    @property
    def marked(self) -> frozenset[int]:
        """Indices of the photos that are pinned or that the shown view was made from."""
        found = self._viewer.photos.found
        if found is None or not self.is_shown:
            return frozenset()
        names = {*self.scene.pinned, *(self.seen.sources if self.seen is not None else ())}
        return frozenset(index for index, name in enumerate(found.names) if name in names)

    @property
    def is_shown(self) -> bool:
        """Whether a look shows an image-based view."""
        return any(look.is_image_based for look in self._viewer.state.view.looks)

    def toggle(self) -> None:
        """Show an image-based view as look A, or the scenes again."""
        path = self._viewer.photos.path
        view = self._viewer.state.view
        if view.look.is_image_based or path is None:
            look = replace(view.look, photos=None, photo_view=PhotoView.NEAREST)
        else:
            look = replace(view.look, photos=path, photo_view=PhotoView.IMAGE_BASED)
        self._viewer.session.set_view(replace(view, look=look))

    # Source views

    def change_sources(self, by: int) -> None:
        """Make views from more photos, or fewer."""
        count = min(max(self.scene.source_views + by, FEWEST_SOURCES), MOST_SOURCES)
        self._use(replace(self.scene, source_views=count, pinned=self.scene.pinned[:count]))
        self._viewer.session.say(texts.source_views(count))

    def pin(self) -> None:
        """Make all views from the photo that is nearest to the camera, too, or no longer."""
        name = self._nearest()
        if name is None:
            return
        scene, pinned = self.scene, self.scene.pinned
        if name in pinned:
            pinned = tuple(other for other in pinned if other != name)
        elif len(pinned) < MOST_SOURCES:
            pinned = (*pinned, name)
        self._use(replace(scene, pinned=pinned, source_views=max(scene.source_views, len(pinned))))
        self._viewer.session.say(texts.pinned(pinned))

    def unpin(self) -> None:
        """Choose all source photos automatically again."""
        self._use(replace(self.scene, pinned=()))
        self._viewer.session.say(texts.pinned(()))

    @property
    def is_pinned(self) -> bool:
        """Whether the photo that is nearest to the camera is one that all views are made from."""
        return bool(self.scene.pinned) and self._nearest() in self.scene.pinned

    def _nearest(self) -> str | None:
        found = self._viewer.photos.found
        if found is None:
            return None
        camera, depth = self._viewer.state.view.camera, self._viewer.controls.pivot_depth
        return found.names[nearest_camera(found.cameras, camera, depth)]

    def _use(self, scene: OmniScene) -> None:
        self._viewer.files.omni = scene
        self._viewer.session.on_change()

    # Asking and taking

    def follow(self) -> None:
        """Ask for the view that is wanted now, or for none; does nothing where it is being made, or was."""
        wanted = self._wanted()
        if _same(wanted, self._request) or (wanted is not None and _same(wanted, self._finished)):
            return
        self._request, self.progress = wanted, ""
        if wanted is not None:
            self._finished = None  # its picture makes way for another
        if wanted is not None and self._viewing is None:
            self._viewing = self._viewer.window.start_viewing(self.receive)
        if self._viewing is not None:
            self._viewing.ask(wanted)

    def _wanted(self) -> ViewRequest | None:
        state, path = self._viewer.state, self._viewer.photos.path
        if path is None or state.moving or not self.is_shown:
            return None
        self._number += 1
        return ViewRequest(number=self._number, photos=path, scene=self.scene, camera=state.view.camera)

    def receive(self, message: ViewMessage) -> None:
        """Take a message of the view process, in the window's thread."""
        request = self._request
        if request is None or message.number != request.number:
            return
        if isinstance(message, ViewProgress):
            self.progress = message.line
            self._viewer.session.on_change()
        elif isinstance(message, ViewMade):
            if message.seen.is_last:
                self._finished, self.progress = request, ""
            self._viewer.session.show_seen(message.seen)
        else:
            self._refuse(message, request)

    def _refuse(self, message: ViewRefused, request: ViewRequest) -> None:
        """Say why there is no view; the same is not asked for again."""
        self._finished, self.progress = request, ""
        if message.details:
            _log.error(message.details)
        self._viewer.session.say(message.problem)

    def close(self) -> None:
        """End the view process."""
        if self._viewing is not None:
            self._viewing.close()


def _same(a: ViewRequest | None, b: ViewRequest | None) -> bool:
    """Whether two requests want the same, whatever their numbers."""
    if a is None or b is None:
        return a is b
    x, y = a.camera, b.camera
    lens = (x.fx, x.fy, x.cx, x.cy, x.width, x.height) == (y.fx, y.fy, y.cx, y.cy, y.width, y.height)
    same_scene = (a.photos, a.scene) == (b.photos, b.scene)
    return same_scene and lens and x.viewmat.tobytes() == y.viewmat.tobytes()
