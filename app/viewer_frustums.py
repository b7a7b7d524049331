"""The cameras of the open photos in the picture: pyramids with thumbnails, which a click flies to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .drawing import DrawnFrustum, Point
from .photo_frustums import PhotoFrustums, SeenFrustum, hit
from .questions import FoundPhotos
from .state import Tool
from .thumbnails import Thumbnail, ThumbnailRead, Thumbnails

if TYPE_CHECKING:
    from .viewer import Viewer

_CLICK_PX = 4.0  # the pointer moves less between press and release of a click


class ViewerFrustums:
    """Draws the cameras of `viewer`'s photos. Thumbnails are read when they come into the picture."""

    def __init__(self, viewer: Viewer) -> None:
        """Nothing to draw yet."""
        self._viewer = viewer
        self.shown = False
        self._found: FoundPhotos | None = None
        self._frustums: PhotoFrustums | None = None
        self._reader: Thumbnails | None = None
        self._thumbnails: dict[int, Thumbnail | None] = {}
        self._wanted: tuple[int, ...] = ()
        self._pressed: Point | None = None

    def take(self, found: FoundPhotos) -> None:
        """Show the cameras of these photos; the old thumbnails are dropped."""
        self._found, self.shown = found, True
        self._frustums = PhotoFrustums(found.cameras, reach=self._viewer.controls.pivot_depth)
        self._thumbnails, self._wanted = {}, ()

    @property
    def can_be_shown(self) -> bool:
        """Whether photos are open."""
        return self._frustums is not None

    def toggle(self) -> None:
        """Show or hide them."""
        self.shown = not self.shown and self.can_be_shown
        self._viewer.session.on_change()

    def close(self) -> None:
        """Read no more."""
        if self._reader is not None:
            self._reader.close()

    def drawn(self, marked: frozenset[int]) -> tuple[DrawnFrustum, ...]:
        """What is drawn over the picture, the farthest first; photos in `marked` are pointed out."""
        seen = self._seen()
        self._want([frustum.index for frustum in reversed(seen)])
        return tuple(
            DrawnFrustum(
                apex=frustum.apex,
                corners=frustum.corners,
                thumbnail=self._thumbnails.get(frustum.index),
                is_marked=frustum.index in marked,
            )
            for frustum in seen
        )

    def press(self, at: Point) -> None:
        """The left button went down where nothing else took it."""
        self._pressed = at

    def release(self, at: Point) -> None:
        """The button went up: a click on a photo flies to where it was taken."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._viewer.state.tool is not Tool.NAVIGATE:
            return
        index = hit(self._seen(), at) if math.dist(pressed, at) < _CLICK_PX else None
        if index is not None:
            self._viewer.photos.fly_to(index)

    def _seen(self) -> tuple[SeenFrustum, ...]:
        if self._frustums is None or not self.shown:
            return ()
        return self._frustums.seen(self._viewer.state.view.camera)

    def _want(self, indices: list[int]) -> None:
        """Have those read that are in the picture and were not read, the nearest first."""
        missing = tuple(index for index in indices if index not in self._thumbnails)
        if missing == self._wanted or self._found is None or not missing:
            return
        if self._reader is None:
            self._reader = self._viewer.window.start_thumbnails(self._receive)
        self._wanted = missing
        self._reader.want(self._found.path, missing)

    def _receive(self, read: ThumbnailRead) -> None:
        """Take a thumbnail, in the window's thread."""
        if self._found is not None and read.path == self._found.path:
            self._thumbnails[read.index] = read.thumbnail
            self._wanted = tuple(index for index in self._wanted if index != read.index)
            self._viewer.session.on_change()
