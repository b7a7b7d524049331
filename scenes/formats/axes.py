"""Change of world axes by sign flips: file formats disagree on which way x, y and z point.

The scene's own frame is that of INRIA .ply files as stored (by custom x right, y down, z forward: RDF).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..gaussians import FloatArray, Gaussians

Flip = tuple[int, int, int]
"""Sign by which each of x, y, z is multiplied."""

RUB_FLIP: Flip = (1, -1, -1)
"""Between the scene's frame and right-up-back (.spz)."""

_LUF_FLIP: Flip = (-1, -1, 1)

# The axes that each basis function of degree 1-3 is odd in, in INRIA's order: y(3x^2-y^2) is odd in y alone.
_ODD_AXES = ("y", "z", "x", "xy", "yz", "", "xz", "", "y", "xyz", "y", "z", "x", "z", "x")


def flip_axes(gaussians: Gaussians, flip: Flip) -> Gaussians:
    """The same Gaussians in a world whose axes are multiplied by `flip`; its own inverse.

    Rotations become F R F: the covariance is the same for F S S F = S S, and mirrors leave it a rotation.
    """
    signs = np.array(flip, dtype=np.float32)
    return replace(
        gaussians,
        means=gaussians.means * signs,
        quats=gaussians.quats * np.array([1.0, *(signs.prod() * signs)], dtype=np.float32),
        sh_coeffs=gaussians.sh_coeffs * sh_signs(flip, gaussians.sh_coeffs.shape[1])[:, None],
    )


def to_gltf_axes(gaussians: Gaussians) -> Gaussians:
    """The same Gaussians left-up-forward, as glTF wants them: turned by half a turn about z."""
    w, x, y, z = gaussians.quats.T
    return replace(flip_axes(gaussians, _LUF_FLIP), quats=np.stack([-z, -y, x, w], axis=1))


def from_gltf_axes(gaussians: Gaussians) -> Gaussians:
    """Inverse of `to_gltf_axes`."""
    w, x, y, z = gaussians.quats.T
    return replace(flip_axes(gaussians, _LUF_FLIP), quats=np.stack([z, y, -x, -w], axis=1))


def sh_signs(flip: Flip, coefficients: int) -> FloatArray:
    """Sign of each of the first `coefficients` harmonics under the flip, `[K]`."""
    by_axis = dict(zip("xyz", flip, strict=True))
    signs: list[NDArray[np.floating] | int] = [1]
    signs += [int(np.prod([by_axis[axis] for axis in axes])) for axes in _ODD_AXES]
    return np.array(signs[:coefficients], dtype=np.float32)
