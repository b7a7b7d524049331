"""Memory that was freed goes back to the system, which the C library puts off for as long as the heap is in use."""

from __future__ import annotations

import ctypes
import gc


def give_back_memory() -> None:
    """Do it now; takes some milliseconds. Does nothing where the C library has no such function."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):  # neither Windows nor macOS has it
        return
