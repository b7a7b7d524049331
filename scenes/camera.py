"""Pinhole cameras and camera paths, OpenCV axes (x right, y down, z forward)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OPENGL_TO_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])
"""Right-multiply a camera-to-world matrix with this to change the camera's axes between OpenGL and OpenCV."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Camera:
    """One pinhole camera.

    Args:
        viewmat: World -> camera, `[4, 4]` float64, OpenCV axes, scene units.
        fx: Focal length along x [px].
        fy: Focal length along y [px].
        cx: Principal point x [px], pixel centres at +0.5.
        cy: Principal point y [px].
        width: Image width [px].
        height: Image height [px].
    """

    viewmat: NDArray[np.float64]
    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int

    def __post_init__(self) -> None:
        """Check the values and make the matrix read-only."""
        viewmat = np.array(self.viewmat, dtype=np.float64)
        if viewmat.shape != (4, 4) or not np.isfinite(viewmat).all():
            raise ValueError(f"viewmat must be a finite [4, 4] matrix, got shape {list(viewmat.shape)}")
        if self.width <= 0 or self.height <= 0 or self.fx <= 0 or self.fy <= 0:
            raise ValueError(
                f"camera needs positive size and focal lengths, got {self.width}x{self.height}, fx={self.fx}, fy={self.fy}"
            )
        viewmat.flags.writeable = False
        object.__setattr__(self, "viewmat", viewmat)

    @property
    def K(self) -> NDArray[np.float64]:
        """Intrinsics `[3, 3]` [px]."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    @property
    def camtoworld(self) -> NDArray[np.float64]:
        """Camera -> world, `[4, 4]`, OpenCV axes."""
        return np.linalg.inv(self.viewmat)

    @property
    def position(self) -> NDArray[np.float64]:
        """Camera centre, `[3]`, world frame."""
        return self.camtoworld[:3, 3]


@dataclass(frozen=True, eq=False, kw_only=True)
class CameraPath:
    """A sequence of cameras, with the frame rate at which it is played.

    Args:
        cameras: The frames in order, at least one.
        fps: Frames a second.
    """

    cameras: tuple[Camera, ...]
    fps: float = 24.0

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.cameras)
