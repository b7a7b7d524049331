"""The progress bar of long work, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

_Item = TypeVar("_Item")


def with_progress(items: Iterable[_Item], *, total: int, label: str, unit: str) -> Iterable[_Item]:
    """Pass `items` on and show how many of `total` are done, with the time left.

    Redrawn twice a second on a terminal; elsewhere, as in a log file, a line now and then.
    """
    from tqdm import tqdm

    interval = 0.5 if sys.stderr.isatty() else 10.0
    return tqdm(items, total=total, desc=label, unit=unit, mininterval=interval, file=sys.stderr)
