"""Unit quaternions by their three smallest components: the largest is found again from unit length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..gaussians import FloatArray

# The components kept, in order, for each index of the dropped one.
_KEPT = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])


def drop_largest(quats: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Index of the largest component, `[N]`, and the others in order, `[N, 3]` in -sqrt(1/2)..sqrt(1/2).

    The quaternions, `[N, 4]` of any length, are normalised, their sign chosen to make the largest positive.
    """
    unit = quats.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    largest = np.argmax(np.abs(unit), axis=1)
    rows = np.arange(len(unit))
    unit *= np.where(unit[rows, largest] < 0, -1.0, 1.0)[:, None]
    return largest, unit[rows[:, None], _KEPT[largest]]


def restore_largest(largest: NDArray[np.integer], kept: NDArray[np.floating]) -> FloatArray:
    """Quaternions `[N, 4]` from the index of the dropped component, `[N]`, and those kept, `[N, 3]`."""
    missing = np.sqrt(np.maximum(0.0, 1.0 - np.einsum("ij,ij->i", kept, kept)))
    quats = np.empty((len(kept), 4), dtype=np.float32)
    for index in range(4):
        rows = np.flatnonzero(largest == index)
        quats[rows, index] = missing[rows]
        for column, component in enumerate(_KEPT[index]):
            quats[rows, component] = kept[rows, column]
    return quats
