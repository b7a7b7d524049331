"""The one door through which decoded numbers become `Gaussians`: finite, sane, with real rotations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..gaussians import FloatArray, Gaussians

_REMEDY = "Remove that Gaussian in a splat editor, or export the scene again"

_MIN_SQUARED_QUAT = 1e-24

# Beyond these a float32 renderer overflows: squares of positions, exp of scales, sums of colours.
_LARGEST = {"means": 1e15, "quats": 1e15, "log_scales": 40.0, "logit_opacities": 1e30, "sh_coeffs": 1e15}
_SMALLEST = {"log_scales": -1e30}


def checked_gaussians(
    path: Path,
    *,
    means: NDArray[np.floating],
    quats: NDArray[np.floating],
    log_scales: NDArray[np.floating],
    logit_opacities: NDArray[np.floating],
    sh_coeffs: NDArray[np.floating],
    antialiased: bool = False,
) -> Gaussians:
    """Gaussians from decoded arrays (shapes of `Gaussians`), in the world frame.

    Raises:
        SceneFileError: No Gaussian at all, a number that is not finite or absurdly large, or a zero rotation;
            names the first bad Gaussian (counted from 0) and its property.
    """
    refuse_empty(path, len(means))
    gaussians = Gaussians(
        means=_as_float32(means),
        quats=_as_float32(quats),
        log_scales=_as_float32(log_scales),
        logit_opacities=_as_float32(logit_opacities),
        sh_coeffs=_as_float32(sh_coeffs),
        antialiased=antialiased,
    )
    for name in _LARGEST:
        _refuse_insane(path, name, getattr(gaussians, name))
    _refuse_zero_quats(path, gaussians.quats)
    return gaussians


def refuse_empty(path: Path, count: int) -> None:
    """Raise `SceneFileError` for a scene of no Gaussians."""
    if count == 0:
        raise SceneFileError(path, "", "expected at least one Gaussian, found none", "Export the scene again")


def _as_float32(array: NDArray[np.floating]) -> FloatArray:
    """Contiguous float32 that owns its memory: a view of the mapped file would change with the file."""
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is reported below, by element
        converted = np.ascontiguousarray(array, dtype=np.float32)
    return converted if converted.base is None else converted.copy()


def _refuse_insane(path: Path, name: str, array: FloatArray) -> None:
    largest = _LARGEST[name]
    smallest = _SMALLEST.get(name, -largest)
    if array.min() >= smallest and array.max() <= largest:  # false for NaN too
        return
    sane = ((array >= smallest) & (array <= largest)).reshape(len(array), -1)
    row = int(np.argmin(sane.all(axis=1)))
    column = int(np.argmin(sane[row]))
    value = array.reshape(len(array), -1)[row, column]
    problem = f"expected a number between {smallest:g} and {largest:g}, found {value:g}"
    raise SceneFileError(path, f"Gaussian {row}, {_property(name, column)}", problem, _REMEDY)


def _refuse_zero_quats(path: Path, quats: FloatArray) -> None:
    squared = np.einsum("ij,ij->i", quats, quats)
    if squared.min() >= _MIN_SQUARED_QUAT:
        return
    row = int(np.argmin(squared))
    raise SceneFileError(path, f"Gaussian {row}, rotation", "expected a quaternion, found all zeros", _REMEDY)


def _property(name: str, column: int) -> str:
    """Name of one component as INRIA .ply files call it, the name that editors show."""
    if name == "means":
        return "xyz"[column]
    if name == "logit_opacities":
        return "opacity"
    if name == "sh_coeffs":
        coefficient, channel = divmod(column, 3)
        return f"spherical harmonic {coefficient}, channel {'RGB'[channel]}"
    return f"{'rot' if name == 'quats' else 'scale'}_{column}"
