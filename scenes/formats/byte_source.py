"""The bytes of one scene file, read only after their extent has been checked against the file's real size."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError

DAMAGED = "The file is cut off or damaged: copy or export it again"
"""Remedy for a file that does not hold what its own header promises."""


@dataclass(frozen=True, eq=False)
class ByteSource:
    """Read-only bytes with the name of the file that they come from.

    Args:
        path: The file, for error messages.
        data: Its bytes, `[size]`.
    """

    path: Path
    data: NDArray[np.uint8]

    @classmethod
    def open(cls, path: Path) -> ByteSource:
        """Map the file into memory, so that nothing is read or allocated before it is looked at.

        Raises:
            SceneFileError: The file cannot be opened, or is empty.
        """
        try:
            if path.stat().st_size == 0:
                raise SceneFileError(path, "", "the file is empty", DAMAGED)
            return cls(path, np.memmap(path, dtype=np.uint8, mode="r"))
        except OSError as error:
            problem = f"cannot be read ({error.strerror or error})"
            raise SceneFileError(path, "", problem, "Check the path and its permissions") from error

    def __len__(self) -> int:
        """Size [bytes]."""
        return len(self.data)

    def error(self, place: str, problem: str, remedy: str = DAMAGED) -> SceneFileError:
        """An error about this file, for the caller to raise."""
        return SceneFileError(self.path, place, problem, remedy)

    def require(self, offset: int, size: int, what: str) -> None:
        """Raise `SceneFileError` unless `size` bytes lie at `offset`."""
        if offset < 0 or size < 0 or offset + size > len(self):
            problem = f"expected {size} bytes of {what}, the file ends at offset {len(self)}"
            raise self.error(f"offset {offset}", problem)

    def array(self, offset: int, count: int, dtype: Any, what: str) -> NDArray[Any]:
        """View of `count` items of `dtype` at byte `offset`; copies nothing."""
        size = count * np.dtype(dtype).itemsize
        self.require(offset, size, what)
        return self.data[offset : offset + size].view(dtype)

    def unpack(self, layout: str, offset: int, what: str) -> tuple[Any, ...]:
        """Fields of the `struct` layout at byte `offset`."""
        size = struct.calcsize(layout)
        self.require(offset, size, what)
        return struct.unpack(layout, self.bytes(offset, size, what))

    def bytes(self, offset: int, size: int, what: str) -> bytes:
        """Copy of `size` bytes at `offset`."""
        self.require(offset, size, what)
        return self.data[offset : offset + size].tobytes()
