"""Intrinsics that come without the size of their picture, fitted to the photos that are there.

Projection matrices and npz files hold K alone. Its principal point lies near the middle of the picture that it is
for, and so tells which size that had: the photos' own, a simple multiple, or a usual size out of whose
middle the photos were cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera import Camera

_FACTORS = (1.0, 2.0, 4.0, 8.0, 3.0, 6.0, 1.5, 0.5, 0.25)
_USUAL_SIZES = ((1600, 1200), (1920, 1080), (3840, 2160), (1280, 720), (640, 480), (4032, 3024), (6048, 4032))
_OFF_CENTRE = math.log(1.12)
"""How far a principal point may lie from the middle, as the logarithm of their ratio."""
_WORSE = 0.02


@dataclass(frozen=True, kw_only=True)
class PictureFit:
    """How a picture of `full` (width, height) [px] became the photo: cut to its middle `cut`, then scaled."""

    full: tuple[float, float]
    cut: tuple[float, float]
    size: tuple[int, int]

    def camera(self, full: Camera) -> Camera:
        """The photo's camera from the one for the full picture; the size of `full` does not matter."""
        x, y = self.size[0] / self.cut[0], self.size[1] / self.cut[1]
        left, top = (self.full[0] - self.cut[0]) / 2, (self.full[1] - self.cut[1]) / 2
        return replace(
            full,
            fx=full.fx * x,
            fy=full.fy * y,
            cx=(full.cx - left) * x,
            cy=(full.cy - top) * y,
            width=self.size[0],
            height=self.size[1],
        )

    @property
    def note(self) -> str:
        """What was done, for the user; "" where K was for these very photos."""
        if self.full == self.size:
            return ""
        middle = "" if self.cut == self.full else f" the middle {self.cut[0]:g}x{self.cut[1]:g} of"
        return (
            f"intrinsics were taken for{middle} {self.full[0]:g}x{self.full[1]:g} pictures and fitted "
            f"to photos of {self.size[0]}x{self.size[1]}"
        )


def fit_picture(path: Path, principal_points: NDArray[np.float64], size: tuple[int, int]) -> PictureFit:
    """The picture that intrinsics with these `principal_points [N, 2]` [px] are for, given the photos' `size`.

    Raises:
        SceneFileError: No such picture is plausible.
    """
    cx, cy = (float(value) for value in np.median(principal_points, axis=0))
    fits = list(_candidates(size))
    distances = [_distance((cx, cy), fit.full) for fit in fits]
    best = min(distances)
    if best > _OFF_CENTRE:
        problem = (
            f"expected a principal point near the middle of the {size[0]}x{size[1]} photos, "
            f"found {cx:.1f} {cy:.1f}"
        )
        raise SceneFileError(path, "", problem, "Give the intrinsics for the photos' own size")
    # the first that is about as good: the photos' own size before others
    return next(fit for fit, distance in zip(fits, distances, strict=True) if distance <= best + _WORSE)


def _candidates(size: tuple[int, int]) -> Iterable[PictureFit]:
    width, height = size
    for factor in _FACTORS:
        full = (width * factor, height * factor)
        yield PictureFit(full=full, cut=full, size=size)
    for full in _USUAL_SIZES:
        scale = min(full[0] / width, full[1] / height)
        yield PictureFit(full=full, cut=(width * scale, height * scale), size=size)


def _distance(principal_point: tuple[float, float], full: tuple[float, float]) -> float:
    return max(
        abs(math.log(max(2 * centre, 1e-9) / side))
        for centre, side in zip(principal_point, full, strict=True)
    )
