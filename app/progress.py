"""The progress bar of long work, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, TypeVar

_Item = TypeVar("_Item")


def with_progress(items: Iterable[_Item], *, total: int, label: str, unit: str) -> Iterable[_Item]:
    """Pass `items` on and show how many of `total` are done, with the time left.

    Redrawn twice a second on a terminal; elsewhere, as in a log file, a line now and then.
    """
    from tqdm import tqdm

    return tqdm(items, total=total, desc=label, unit=unit, mininterval=_interval(), file=sys.stderr)


@contextmanager
def stage_progress() -> Generator[Callable[[str, int, int], None], None, None]:
    """Give a function that shows, by stage, steps done and steps in all, how far work of several stages is.

    Every stage has a bar of its own with the time left in it.
    """
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def _show(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            _close(bars)
            bars[stage] = tqdm(total=total, desc=stage, mininterval=_interval(), file=sys.stderr)
        bars[stage].update(done - bars[stage].n)

    try:
        yield _show
    finally:
        _close(bars)


def _close(bars: dict[str, Any]) -> None:
    for bar in bars.values():
        bar.close()


def _interval() -> float:
    """Seconds between two drawings of a bar."""
    return 0.5 if sys.stderr.isatty() else 10.0
