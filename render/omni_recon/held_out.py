"""Photos that are predicted but never learned from, to tell whether learning helped."""

from __future__ import annotations

from collections.abc import Sequence

FEWEST_PHOTOS = 4
"""One to measure on, one to predict, and two that it is made from."""

_PART, _MOST = 8, 4


def held_out(indices: Sequence[int]) -> list[int]:
    """Every eighth of `indices`, at least one and at most four, spread evenly, in their order."""
    count = max(1, min(_MOST, len(indices) // _PART))
    return sorted({indices[int((k + 0.5) * len(indices) / count)] for k in range(count)})
