"""Boxes around Gaussians along right, up and forward, without what is stray or hardly seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...kernels.quaternions import quat_to_rotmat
from ..edits import IndexMask
from ..formats.activations import opacities
from ..gaussians import Gaussians
from .scene_frame import SceneFrame

_TAIL = 0.005  # of the opacity, at either end, that may stick out


@dataclass(frozen=True, eq=False, kw_only=True)
class FrameBox:
    """A box along the axes of a scene's frame.

    Args:
        frame: Right, up, forward.
        low: Least coordinates along them, `[3]` [scene units].
        high: Greatest, `[3]`.
    """

    frame: SceneFrame
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def size(self) -> NDArray[np.float64]:
        """Extents along right, up, forward, `[3]` [scene units]."""
        return self.high - self.low

    @property
    def middle(self) -> NDArray[np.float64]:
        """`[3]`, world frame."""
        return self.to_world((self.low + self.high) / 2)

    @property
    def foot(self) -> NDArray[np.float64]:
        """Middle of the lowest face, `[3]`, world frame."""
        local = (self.low + self.high) / 2
        local[1] = self.low[1]
        return self.to_world(local)

    def to_world(self, local: NDArray[np.float64]) -> NDArray[np.float64]:
        """A point or vector `[3]` of (right, up, forward) in the world frame."""
        return self.frame.matrix.T @ local


def frame_box(gaussians: Gaussians, frame: SceneFrame, mask: IndexMask | None = None) -> FrameBox:
    """The box that holds all but a hundredth of the opacity along each axis, one standard deviation included.

    Args:
        gaussians: The scene.
        frame: The axes.
        mask: Which Gaussians; `None` = all.

    Raises:
        ValueError: There is no Gaussian.
    """
    part = gaussians if mask is None else gaussians.select(mask.indices())
    if not len(part):
        raise ValueError("a box needs at least one Gaussian")
    centres = part.means.astype(np.float64) @ frame.matrix.T
    reach = _deviations(part, frame)
    weights = opacities(part.logit_opacities).astype(np.float64)
    low = np.array([_quantile(centres[:, k] - reach[:, k], weights, _TAIL) for k in range(3)])
    high = np.array([_quantile(centres[:, k] + reach[:, k], weights, 1.0 - _TAIL) for k in range(3)])
    return FrameBox(frame=frame, low=low, high=np.maximum(low, high))


def _deviations(gaussians: Gaussians, frame: SceneFrame) -> NDArray[np.float64]:
    """Standard deviation of each Gaussian along each axis of the frame, `[N, 3]` [scene units]."""
    axes = frame.matrix @ quat_to_rotmat(gaussians.quats.astype(np.float64))
    return np.linalg.norm(axes * np.exp(gaussians.log_scales.astype(np.float64))[:, None, :], axis=2)


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    """The value below which `share` of the weight lies; the nearest value, without interpolation."""
    order = np.argsort(values)
    passed = np.cumsum(weights[order])
    index = int(np.searchsorted(passed, share * passed[-1]))
    return float(values[order[min(index, len(order) - 1)]])
