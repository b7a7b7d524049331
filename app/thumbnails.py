"""Small pictures of the photos of a set, read in a thread of their own in the order in which they are wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import RowsplatError
from ..scenes.photo_sets import PhotoSet, load_photo_set

THUMBNAIL_SIDE = 96
"""Longer side [px]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Thumbnail:
    """A small photo.

    Args:
        pixels: `[H, W, 4]` uint8, blue, green, red, 255.
    """

    pixels: NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class ThumbnailRead:
    """A photo of a set has been read; `None` where it cannot be."""

    path: Path
    index: int
    thumbnail: Thumbnail | None


OnThumbnail = Callable[[ThumbnailRead], None]


class Thumbnails(Protocol):
    """What the viewer needs of a reader of thumbnails."""

    def want(self, path: Path, indices: Sequence[int]) -> None:
        """Read these photos of the set at `path`, in that order, and no others that were wanted before."""
        ...

    def close(self) -> None:
        """Read no more."""
        ...


class ThumbnailReader:
    """Reads in a daemon thread, which starts with the first wish; `on_read` is called there, once a photo."""

    def __init__(self, on_read: OnThumbnail) -> None:
        """Read nothing yet."""
        self._on_read = on_read
        self._changed = threading.Condition()
        self._wanted: tuple[Path, list[int]] | None = None
        self._closed = False
        self._thread: threading.Thread | None = None
        self._held: tuple[Path, PhotoSet | None] | None = None

    def want(self, path: Path, indices: Sequence[int]) -> None:
        """As `Thumbnails.want`."""
        with self._changed:
            self._wanted = (path, list(indices))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="rowsplat-thumbnails")
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """As `Thumbnails.close`."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while (wish := self._next()) is not None:
            path, index = wish
            self._on_read(ThumbnailRead(path=path, index=index, thumbnail=self._read(path, index)))

    def _next(self) -> tuple[Path, int] | None:
        with self._changed:
            while not self._closed and not (self._wanted and self._wanted[1]):
                self._changed.wait()
            if self._closed or self._wanted is None:
                return None
            return self._wanted[0], self._wanted[1].pop(0)

    def _read(self, path: Path, index: int) -> Thumbnail | None:
        """The thumbnail; what is wrong with a photo is told where it is needed, not here."""
        try:
            if self._held is None or self._held[0] != path:
                self._held = (path, None)
                self._held = (path, load_photo_set(path))
            photo_set = self._held[1]
            return None if photo_set is None else _small(photo_set, index)
        except (RowsplatError, OSError, MemoryError, IndexError):
            return None


def _small(photo_set: PhotoSet, index: int) -> Thumbnail:
    rgb = photo_set.photos[index].image(THUMBNAIL_SIDE).rgb
    pixels = np.full((*rgb.shape[:2], 4), 255, np.uint8)
    pixels[..., 2::-1] = np.clip(rgb * 255.0 + 0.5, 0.0, 255.0)
    return Thumbnail(pixels=pixels)
