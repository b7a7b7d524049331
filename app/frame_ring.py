"""Pictures in memory that two processes share: the render process writes a slot, the window shows it uncopied."""

from __future__ import annotations

from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from numpy.typing import NDArray

SLOTS = 3
"""One is shown, one is finished, one is written."""

BYTES_PER_PIXEL = 4
"""Blue, green, red, 255: what Qt calls RGB32 on little-endian machines."""


@dataclass(frozen=True, kw_only=True)
class RingAddress:
    """What the other process needs to open a ring.

    Args:
        name: Of the shared memory.
        slot_bytes: Size of one slot.
    """

    name: str
    slot_bytes: int


class FrameRing:
    """`SLOTS` equal pieces of shared memory. The process that made it removes it."""

    def __init__(self, memory: SharedMemory, slot_bytes: int, *, owner: bool) -> None:
        """Use `create` or `open` instead."""
        self._memory, self._owner = memory, owner
        self.address = RingAddress(name=memory.name, slot_bytes=slot_bytes)

    @classmethod
    def create(cls, slot_bytes: int) -> FrameRing:
        """A new ring with slots of `slot_bytes`."""
        return cls(SharedMemory(create=True, size=SLOTS * slot_bytes), slot_bytes, owner=True)

    @classmethod
    def open(cls, address: RingAddress) -> FrameRing:
        """The ring that another process made.

        Raises:
            FileNotFoundError: It is gone.
        """
        return cls(SharedMemory(name=address.name), address.slot_bytes, owner=False)

    def picture(self, slot: int, plane: int, width: int, height: int) -> NDArray[np.uint8]:
        """Plane `plane` of a slot as `[height, width, 4]`, a view of the shared memory.

        Raises:
            ValueError: It does not fit into the slot.
        """
        size = width * height * BYTES_PER_PIXEL
        if (plane + 1) * size > self.address.slot_bytes or not 0 <= slot < SLOTS:
            raise ValueError(f"plane {plane} of {width} x {height} px does not fit into slot {slot}")
        start = slot * self.address.slot_bytes + plane * size
        assert self._memory.buf is not None
        flat = np.frombuffer(self._memory.buf, np.uint8, count=size, offset=start)
        return flat.reshape(height, width, BYTES_PER_PIXEL)

    def close(self) -> None:
        """Let go of the memory; pictures that are still held keep it mapped until they are dropped."""
        if self._owner:
            self._memory.unlink()
        try:
            self._memory.close()
        except BufferError:  # a picture is still shown; the mapping goes with it
            self._memory._mmap = None  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
            self._memory._buf = None  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
