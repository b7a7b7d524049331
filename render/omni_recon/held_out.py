"""Photos that are predicted but never learned from, to tell whether learning helped."""

from __future__ import annotations

from collections.abc import Sequence

from ...kernels.errors import RowsplatError

FEWEST_PHOTOS = 4
"""One to measure on, one to predict, and two that it is made from."""

_PART, _MOST = 8, 4


def held_out(indices: Sequence[int]) -> list[int]:
    """Every eighth of `indices`, at least one and at most four, spread evenly, in their order."""
    count = max(1, min(_MOST, len(indices) // _PART))
    return sorted({indices[int((k + 0.5) * len(indices) / count)] for k in range(count)})


def require_enough(count: int, where: str) -> None:
    """Refuse to tune to fewer photos than can be spared.

    Raises:
        RowsplatError: There are fewer than four in `where`.
    """
    if count < FEWEST_PHOTOS:
        raise RowsplatError(
            f"{where}: fine-tuning needs at least {FEWEST_PHOTOS} photos, found {count}. Take more photos."
        )
