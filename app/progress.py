"""The progress bar of long work, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

_Item = TypeVar("_Item")
_WITH_SECONDS_LEFT = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]"


class ShowStage(Protocol):
    """Shows how far work of several stages is."""

    def __call__(self, stage: str, done: int, total: int, seconds_left: float | None = None, /) -> None:
        """Take the stage, its steps done and in all, and the time left where the work knows better than their pace."""
        ...


def with_progress(items: Iterable[_Item], *, total: int, label: str, unit: str) -> Iterable[_Item]:
    """Pass `items` on and show how many of `total` are done, with the time left.

    Redrawn twice a second on a terminal; elsewhere, as in a log file, a line now and then.
    """
    from tqdm import tqdm

    return tqdm(items, total=total, desc=label, unit=unit, mininterval=_interval(), file=sys.stderr)


@contextmanager
def stage_progress() -> Generator[ShowStage, None, None]:
    """Give a function that shows how far work of several stages is; each has a bar of its own with the time left."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def _show(stage: str, done: int, total: int, seconds_left: float | None = None, /) -> None:
        if stage not in bars:
            _close(bars)
            bars[stage] = tqdm(total=total, desc=stage, mininterval=_interval(), file=sys.stderr)
        if seconds_left is not None:
            bars[stage].bar_format = _WITH_SECONDS_LEFT
            bars[stage].set_postfix_str(f"{tqdm.format_interval(seconds_left)} left", refresh=False)
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
