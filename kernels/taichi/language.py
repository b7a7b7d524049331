# pyright: basic
"""The one place that imports the kernel language; every kernel file takes `ti` from here."""

import importlib
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..runtime import choose_language


@contextmanager
def _without_torch() -> Iterator[None]:
    """Hide torch while the language is imported: both import it for interoperation that is not used here.

    It takes 1.5 s, longer than all else at start. `None` in `sys.modules` is Python's own way to say "not installed".
    """
    if "torch" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # pyright: ignore[reportArgumentType]
    try:
        yield
    finally:
        del sys.modules["torch"]


# The languages greet on standard output, which belongs to the user's pipes.
os.environ.setdefault("ENABLE_TAICHI_HEADER_PRINT", "0")
os.environ.setdefault("ENABLE_QUADRANTS_HEADER_PRINT", "0")

with _without_torch(), warnings.catch_warnings():
    # Taichi asks for the locale in a way that Python 3.15 drops.
    warnings.simplefilter("ignore", DeprecationWarning)
    # Any: neither language's stubs describe what is written inside a kernel.
    ti: Any = importlib.import_module(choose_language().language.value)

__all__ = ["ti"]
