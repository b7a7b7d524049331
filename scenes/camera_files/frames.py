"""What camera files have in common: matrices that must be rigid motions, lenses that must not bend lines."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera import Camera
from ..poses import NotRigidError, nearest_rotation
from .json_fields import JsonObject

_log = logging.getLogger(__name__)

_LAST_ROW = np.array([0.0, 0.0, 0.0, 1.0])


def pose_field(fields: JsonObject, name: str) -> NDArray[np.float64]:
    """The rigid camera -> world matrix `[4, 4]` of a field with 4x4, 3x4 or 16 numbers, rows first.

    Raises:
        SceneFileError: The field is absent or not a rigid motion.
    """
    values = fields.array(name, (4, 4), (3, 4), (16,))
    matrix = np.vstack([values, _LAST_ROW]) if values.shape == (3, 4) else values.reshape(4, 4)
    if not np.allclose(matrix[3], _LAST_ROW, atol=1e-6):
        transposed = np.allclose(matrix[:, 3], _LAST_ROW, atol=1e-6)
        remedy = (
            "Write the matrix rows first (it looks transposed)" if transposed else "Export the cameras again"
        )
        found = " ".join(f"{value:g}" for value in matrix[3])
        raise fields.error(name, f"expected the last row 0 0 0 1, found {found}", remedy)
    pose = np.array(matrix)
    pose[:3, :3] = rotation_of(fields.path, f"{fields.place}.{name}", matrix[:3, :3])
    return pose


def rotation_of(path: Path, place: str, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation nearest to `matrix [3, 3]`, read at `place`.

    Raises:
        SceneFileError: It is far from any rotation.
    """
    try:
        return nearest_rotation(matrix)
    except NotRigidError as error:
        raise SceneFileError(path, place, error.problem, error.remedy) from None


def warn_of_distortion(path: Path, cameras: tuple[Camera, ...]) -> None:
    """Log once if the photos of `path` have lens distortion, which renderers do not draw."""
    distorted = sum(any(camera.distortion) for camera in cameras)
    if distorted:
        _log.warning("%s: lens distortion of %d cameras is kept but not drawn", path, distorted)


def without_trailing_zeros(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    """`coefficients` up to the last one that is not zero: no distortion is ()."""
    last = max((index for index, value in enumerate(coefficients) if value != 0.0), default=-1)
    return coefficients[: last + 1]
