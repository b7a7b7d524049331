"""What was asked for lately is not made again; no more than 24 things are kept."""

from __future__ import annotations

import pytest
from rowsplat.render.omni_recon.recently_used import RecentlyUsed


def test_a_value_is_made_once_until_24_others_were_asked_for() -> None:
    made, kept = list[int](), RecentlyUsed[int, int]()

    def _get(key: int) -> int:
        def _made() -> int:
            made.append(key)
            return 2 * key

        return kept.get(key, _made)

    assert [_get(key) for key in (*range(24), 0)] == [*range(0, 48, 2), 0]
    assert made == list(range(24))
    _get(24)  # 1 was asked for the longest ago: 0 was asked for again
    _get(0)
    assert made == list(range(25))
    _get(1)
    assert made[-1] == 1


def test_what_cannot_be_made_leaves_no_trace() -> None:
    kept = RecentlyUsed[str, int]()

    def _fail() -> int:
        raise OSError("no such photo")

    with pytest.raises(OSError, match="no such photo"):
        kept.get("a", _fail)
    assert kept.get("a", lambda: 3) == 3
