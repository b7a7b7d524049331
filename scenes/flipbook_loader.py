"""Frames of a flipbook in memory: as many as a budget allows, the next ones read ahead by a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from ..kernels.errors import RowsplatError
from .flipbook import Flipbook
from .formats import load_gaussians
from .gaussians import Gaussians

DEFAULT_BUDGET = 1 << 30
"""Memory for frames [bytes]."""

_AHEAD = 3


class FlipbookLoader:
    """Gives the frames of a flipbook. May be used from several threads; end it with `close` or `with`.

    Frames are kept while they fit into the budget; then the one goes that is shown last when playing on in a loop. So a
    flipbook that does not fit keeps a part of its frames and reads the others anew in each turn. Only the frame that
    was asked for last may exceed the budget by itself.
    """

    def __init__(
        self,
        flipbook: Flipbook,
        *,
        budget_bytes: int = DEFAULT_BUDGET,
        ahead: int = _AHEAD,
        load: Callable[[Path], Gaussians] = load_gaussians,
    ) -> None:
        """Start the thread, which does nothing before the first frame is asked for.

        Args:
            flipbook: What is played.
            budget_bytes: Memory for frames [bytes].
            ahead: How many frames are read ahead, 0 for none.
            load: Reads one frame.

        Raises:
            ValueError: `budget_bytes` or `ahead` is negative.
        """
        if budget_bytes < 0 or ahead < 0:
            raise ValueError(f"budget_bytes and ahead must not be negative, got {budget_bytes}, {ahead}")
        self.flipbook = flipbook
        self._budget, self._ahead, self._load = budget_bytes, ahead, load
        self._changed = threading.Condition()
        self._held: dict[int, Gaussians] = {}
        self._loading: set[int] = set()
        self._failed: dict[int, RowsplatError] = {}
        self._current: int | None = None
        self._largest = 0
        self._paused = self._closed = False
        self._thread = threading.Thread(target=self._read_ahead, name="flipbook", daemon=True)
        self._thread.start()

    def __enter__(self) -> FlipbookLoader:
        """The loader itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, without waiting for a file that is being read."""
        self.close()

    @property
    def held(self) -> frozenset[int]:
        """Indices of the frames in memory."""
        with self._changed:
            return frozenset(self._held)

    @property
    def held_bytes(self) -> int:
        """Memory of these frames [bytes]."""
        with self._changed:
            return self._bytes_of(self._held)

    def frame(self, index: int) -> Gaussians:
        """Frame `index`, waiting for it; the ones after it are read ahead from now on.

        Raises:
            IndexError: There is no such frame.
            RowsplatError: Its file cannot be read, or the loader was closed.
        """
        with self._changed:
            self._move_to(index)
            self._failed.pop(index, None)
            while index in self._loading and not self._closed:
                self._changed.wait()
            self._require_open()
            if index in self._held:
                return self._held[index]
            self._loading.add(index)
        return self._read(index)

    def request(self, index: int) -> Gaussians | None:
        """Frame `index` if it is in memory, else `None`, and it is read by the thread as soon as can be.

        Raises:
            IndexError: There is no such frame.
            RowsplatError: The thread could not read its file, or the loader was closed.
        """
        with self._changed:
            self._require_open()
            self._move_to(index)
            if index in self._failed:
                raise self._failed.pop(index)
            return self._held.get(index)

    def cancel(self) -> None:
        """Read nothing ahead until the next frame is asked for; a file that is being read is read to its end."""
        with self._changed:
            self._paused = True

    def close(self, *, wait: bool = False) -> None:
        """Drop all frames and end the thread, at the latest after the file that it is reading.

        Args:
            wait: Return only when the thread has ended.
        """
        with self._changed:
            self._closed = True
            self._held.clear()
            self._changed.notify_all()
        if wait:
            self._thread.join()

    def wait_until_idle(self) -> None:
        """Wait until everything is read ahead that will be without another request."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (not self._loading and self._wanted() is None))

    def _require_open(self) -> None:
        if self._closed:
            raise RowsplatError("The flipbook was closed. Open it again.")

    def _move_to(self, index: int) -> None:
        if not 0 <= index < len(self.flipbook):
            raise IndexError(f"frame must be 0 to {len(self.flipbook) - 1}, got {index}")
        if index != self._current:
            self._failed.clear()  # a file may have been mended since
        self._current, self._paused = index, False
        self._changed.notify_all()

    def _read_ahead(self) -> None:
        """Of the thread: read what is wanted next, until closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._wanted() is not None)
                index = None if self._closed else self._wanted()
                if index is None:
                    return
                self._loading.add(index)
            try:
                self._read(index)
            except RowsplatError as error:
                with self._changed:
                    self._failed[index] = error
                    self._changed.notify_all()

    def _read(self, index: int) -> Gaussians:
        """Read a frame that is marked as loading, and keep it."""
        try:
            gaussians = self._load(self.flipbook.paths[index])
            with self._changed:
                self._keep(index, gaussians)
            return gaussians
        except MemoryError:
            path = self.flipbook.paths[index]
            raise RowsplatError(f"{path}: there is no memory for this frame. Close other scenes.") from None
        finally:
            with self._changed:
                self._loading.discard(index)
                self._changed.notify_all()

    def _wanted(self) -> int | None:
        """The frame to read next: the current one, or one after it for which there is room before later ones go."""
        if self._current is None or self._paused:
            return None
        for distance in range(min(self._ahead + 1, len(self.flipbook))):
            index = (self._current + distance) % len(self.flipbook)
            if index in self._held or index in self._loading or index in self._failed:
                continue
            nearer = {i: held for i, held in self._held.items() if self._distance(i) < distance}
            if distance and self._bytes_of(nearer) + self._largest > self._budget:
                return None
            return index
        return None

    def _keep(self, index: int, gaussians: Gaussians) -> None:
        """Put a frame into memory and others out of it, the one that is shown last first."""
        if self._closed:
            return
        self._held[index] = gaussians
        self._largest = max(self._largest, gaussians.nbytes)
        while self._bytes_of(self._held) > self._budget:
            last = max(self._held, key=self._distance)
            if last == self._current:
                return
            del self._held[last]

    def _distance(self, index: int) -> int:
        """After how many frames `index` is shown."""
        return (index - (self._current or 0)) % len(self.flipbook)

    @staticmethod
    def _bytes_of(frames: dict[int, Gaussians]) -> int:
        return sum(gaussians.nbytes for gaussians in frames.values())
