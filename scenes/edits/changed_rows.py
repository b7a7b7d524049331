"""Some rows of a scene's arrays changed and the others kept, with the checks that all operations need."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ..gaussians import FloatArray, Gaussians
from .index_mask import IndexMask

MAX_GAUSSIANS = 1 << 26
"""Copying and inserting stop here: 16 GB of splats with spherical harmonics of degree 3."""

Index = NDArray[np.intp] | slice
"""What an operation touches, to index an array with."""


class Described(Protocol):
    """Whatever an error is about."""

    @property
    def description(self) -> str:
        """What it does in a few words."""
        ...


# What the readers of scene files accept, so that what was edited and saved can be read again.
_RANGES = {
    "means": (-1e15, 1e15),
    "quats": (-1e15, 1e15),
    "log_scales": (-1e30, 40.0),
    "logit_opacities": (-1e30, 1e30),
    "sh_coeffs": (-1e15, 1e15),
}


def who(mask: IndexMask | None) -> str:
    """The Gaussians of `mask` in words."""
    if mask is None:
        return "all"
    return "1 Gaussian" if mask.num_selected == 1 else f"{mask.num_selected:,} Gaussians"


def index_of(mask: IndexMask | None) -> Index:
    """Where the Gaussians of `mask` are; `None` = all."""
    return slice(None) if mask is None else mask.indices()


def checked_count(operation: Described, mask: IndexMask | None, count: int) -> int:
    """`count`, if it is what `mask` is taken from.

    Raises:
        RowsplatError: It is not; names the operation.
    """
    if mask is not None and mask.count != count:
        raise RowsplatError(
            f"{operation.description}: its mask is for {mask.count:,} Gaussians, the scene has {count:,} at this step"
        )
    return count


def checked_growth(operation: Described, count: int, more: int) -> int:
    """`count` and `more` Gaussians, if a scene may have so many.

    Raises:
        RowsplatError: There would be too many; names the operation.
    """
    after = count + more
    if after > max(count, MAX_GAUSSIANS):
        raise RowsplatError(
            f"{operation.description}: there would be {after:,} Gaussians, at most {MAX_GAUSSIANS:,} are allowed"
        )
    return after


def with_rows(
    operation: Described, gaussians: Gaussians, index: Index, changed: dict[str, FloatArray]
) -> Gaussians:
    """`gaussians` with the arrays `changed` at `index`; the other arrays are shared.

    Raises:
        RowsplatError: A number is beyond what splat files can hold; names the operation.
    """
    whole: dict[str, FloatArray] = {}
    for name, values in changed.items():
        low, high = _RANGES[name]
        if values.size and not (values.min() >= low and values.max() <= high):  # true for NaN too
            raise RowsplatError(
                f"{operation.description}: {name} would grow beyond what splat files can hold"
            )
        if isinstance(index, slice):
            whole[name] = values
            continue
        array: FloatArray = getattr(gaussians, name).copy()
        array[index] = values
        whole[name] = array
    return replace(gaussians, **whole)
