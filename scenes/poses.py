"""Camera poses: looking at a point, orbiting it, and checking that a matrix is a rigid motion at all.

Notation: a pose is a camera -> world matrix `[4, 4]`; its columns are the camera's right, down and forward
axes (OpenCV) and the camera's centre, all in the world frame.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatMatrix = NDArray[np.float64]

DEFAULT_UP = (0.0, -1.0, 0.0)
"""Scenes trained from photos with COLMAP or INRIA's code have y down."""

_PARALLEL = 1e-6
_RIGID_TOLERANCE = 1e-3  # text files carry five digits or more; a scaled or sheared matrix is far beyond this


class NotRigidError(ValueError):
    """A matrix that is no rigid motion.

    Args:
        problem: What was expected and what was found.
        remedy: What whoever wrote the matrix can do.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        """Join both into one line."""
        self.problem, self.remedy = problem, remedy
        super().__init__(f"{problem}. {remedy}.")


def look_at_pose(eye: ArrayLike, target: ArrayLike, up: ArrayLike = DEFAULT_UP) -> FloatMatrix:
    """Pose of a camera at `eye [3]` that looks at `target [3]`, with `up [3]` upwards in the image.

    A view along `up` itself is turned so that world +x (or as near as can be) is on the right.

    Raises:
        ValueError: A vector is not three finite numbers, `eye` is `target`, or `up` is zero.
    """
    centre = _vector("eye", eye)
    forward = _unit("target - eye", _vector("target", target) - centre)
    right = np.cross(forward, _unit("up", _vector("up", up)))
    if np.linalg.norm(right) < _PARALLEL:
        right = _x_across(forward)
    return _pose(right / np.linalg.norm(right), forward, centre)


def orbit_pose(
    center: ArrayLike, distance: float, azimuth_deg: float, elevation_deg: float, up: ArrayLike = DEFAULT_UP
) -> FloatMatrix:
    """Pose of a camera on a sphere around `center [3]`, looking at it.

    Azimuth 0, elevation 0 has world +x on the right of the image: with y down (the default `up`) the
    camera is at -z and looks along +z, with z up it is at -y and looks along +y. A growing azimuth moves the
    camera to its own right, a growing elevation upwards; at +90 degrees it looks straight down.

    Args:
        center: What is looked at, `[3]`, world frame.
        distance: From `center` to the camera [scene units].
        azimuth_deg: Around `up` [degrees].
        elevation_deg: Above the horizon [degrees], -90 to 90.
        up: World direction that is upwards in the image, `[3]`.

    Raises:
        ValueError: A number is out of its range or not finite.
    """
    if not (np.isfinite(distance) and distance > 0):
        raise ValueError(f"distance must be positive and finite, got {distance}")
    if not (np.isfinite(azimuth_deg) and -90.0 <= elevation_deg <= 90.0):
        raise ValueError(
            f"azimuth must be finite and elevation within +-90, got {azimuth_deg}, {elevation_deg}"
        )
    upward = _unit("up", _vector("up", up))
    right0 = _x_across(upward)
    forward0 = np.cross(upward, right0)
    azimuth, elevation = np.radians(azimuth_deg), np.radians(elevation_deg)
    right = np.cos(azimuth) * right0 + np.sin(azimuth) * forward0
    level = np.cos(azimuth) * forward0 - np.sin(azimuth) * right0
    forward = np.cos(elevation) * level - np.sin(elevation) * upward
    return _pose(right, forward, _vector("center", center) - distance * forward)


def nearest_rotation(matrix: FloatMatrix) -> FloatMatrix:
    """The rotation nearest to `matrix [3, 3]`, which may be off by the digits that a file dropped.

    Raises:
        NotRigidError: The matrix is singular, scaled, sheared or a mirror image; the text says which.
    """
    left, singular_values, right = np.linalg.svd(matrix)
    if singular_values[2] <= _PARALLEL * singular_values[0]:
        raise NotRigidError("expected a rotation, found a matrix without inverse", "Export the cameras again")
    if np.abs(singular_values - 1.0).max() > _RIGID_TOLERANCE:
        lengths = " ".join(f"{length:.4g}" for length in np.linalg.norm(matrix, axis=0))
        raise NotRigidError(
            f"expected a rotation, found scale or shear (axes of length {lengths})",
            "Give the camera scale 1 without shear and export again",
        )
    rotation: FloatMatrix = left @ right
    if np.linalg.det(rotation) < 0:
        raise NotRigidError(
            "expected a rotation, found a mirror image", "Negate one camera axis and export again"
        )
    return rotation


def inverse_pose(pose: FloatMatrix) -> FloatMatrix:
    """The inverse of a rigid `pose [4, 4]`."""
    inverse = np.eye(4)
    inverse[:3, :3] = pose[:3, :3].T
    inverse[:3, 3] = -pose[:3, :3].T @ pose[:3, 3]
    return inverse


def _pose(right: FloatMatrix, forward: FloatMatrix, centre: FloatMatrix) -> FloatMatrix:
    """The matrix of orthogonal unit axes and a centre, each `[3]`."""
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    pose[:3, 3] = centre
    return pose


def _x_across(axis: FloatMatrix) -> FloatMatrix:
    """Unit vector `[3]` across `axis`: world +x where possible, +z where `axis` is x itself."""
    reference = np.array([1.0, 0.0, 0.0] if abs(axis[0]) < 0.9 else [0.0, 0.0, 1.0])
    across = reference - axis * (axis @ reference)
    return across / np.linalg.norm(across)


def _vector(name: str, values: ArrayLike) -> FloatMatrix:
    """`values` as float64 `[3]`."""
    vector = np.asarray(values, dtype=np.float64)
    if vector.shape != (3,) or not np.isfinite(vector).all():
        raise ValueError(f"{name} must be three finite numbers, got {values!r}")
    return vector


def _unit(name: str, vector: FloatMatrix) -> FloatMatrix:
    """`vector [3]` at length 1."""
    length = float(np.linalg.norm(vector))
    if length < 1e-12:
        raise ValueError(f"{name} must not be zero")
    return vector / length
