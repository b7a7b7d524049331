"""Things that are dear to make, of which those that were used last are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")

_MOST = 24  # neighbouring views share their photos, of which each has 16 at most


class RecentlyUsed(Generic[_Key, _Value]):
    """Values by their keys, the 24 that were asked for last."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._kept: OrderedDict[_Key, _Value] = OrderedDict()

    def get(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """The value of `key`, made if it is not kept. What `make` raises is passed on, and nothing changes."""
        if key not in self._kept:
            self._kept[key] = make()
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
