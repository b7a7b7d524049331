"""Pinhole cameras and camera paths, OpenCV axes (x right, y down, z forward)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .poses import DEFAULT_UP, inverse_pose, look_at_pose, nearest_rotation, orbit_pose

OPENGL_TO_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])
"""Right-multiply a camera-to-world matrix with this to change the camera's axes between OpenGL and OpenCV."""

DEFAULT_FOV_DEG = 50.0
"""Vertical field of view where nobody gave one [degrees]."""


class CameraAxes(Enum):
    """A camera's own axes: `OPENCV` x right, y down, z forward; `OPENGL` x right, y up, z backward."""

    OPENCV = "opencv"
    OPENGL = "opengl"


def focal_from_fov(fov_deg: float, pixels: float) -> float:
    """Focal length [px] at which `pixels` span `fov_deg` [degrees].

    Raises:
        ValueError: `fov_deg` is not strictly between 0 and 180.
    """
    if not 0.0 < fov_deg < 180.0:
        raise ValueError(f"field of view must be between 0 and 180 degrees, got {fov_deg}")
    return 0.5 * pixels / math.tan(math.radians(fov_deg) / 2.0)


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
        distortion: Coefficients of the photo's lens, OpenCV's order k1 k2 p1 p2 k3 k4 k5 k6 (may stop early).
            A fact for those who undistort photos: no renderer applies it.

    Raises:
        ValueError: A value is not finite, or a size or focal length is not positive.
    """

    viewmat: NDArray[np.float64]
    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check the values and make the matrix read-only."""
        viewmat = np.array(self.viewmat, dtype=np.float64)
        if viewmat.shape != (4, 4) or not np.isfinite(viewmat).all():
            raise ValueError(f"viewmat must be a finite [4, 4] matrix, got shape {list(viewmat.shape)}")
        if not (self.width > 0 and self.height > 0 and 0 < self.fx < math.inf and 0 < self.fy < math.inf):
            raise ValueError(
                "camera needs positive size and focal lengths, "
                f"got {self.width}x{self.height}, fx={self.fx}, fy={self.fy}"
            )
        if not (math.isfinite(self.cx) and math.isfinite(self.cy)):
            raise ValueError(f"principal point must be finite, got cx={self.cx}, cy={self.cy}")
        viewmat.flags.writeable = False
        object.__setattr__(self, "viewmat", viewmat)

    @classmethod
    def from_camtoworld(
        cls,
        camtoworld: ArrayLike,
        *,
        width: int,
        height: int,
        axes: CameraAxes = CameraAxes.OPENCV,
        fov_deg: float = DEFAULT_FOV_DEG,
        fx: float | None = None,
        fy: float | None = None,
        cx: float | None = None,
        cy: float | None = None,
        distortion: tuple[float, ...] = (),
    ) -> Camera:
        """A camera from its pose.

        Args:
            camtoworld: Camera -> world, `[4, 4]` or `[3, 4]`; the rotation may be off by rounding.
            width: Image width [px].
            height: Image height [px].
            axes: The camera axes that `camtoworld` is for.
            fov_deg: Vertical field of view [degrees], used where no focal length is given.
            fx: Focal length along x [px]; `fy` where only that is given.
            fy: Focal length along y [px]; `fx` where only that is given.
            cx: Principal point x [px]; the image's middle by default.
            cy: Principal point y [px]; the image's middle by default.
            distortion: See `Camera`.

        Raises:
            ValueError: `camtoworld` is not a rigid motion, or an intrinsic is out of range.
        """
        matrix = np.asarray(camtoworld, dtype=np.float64)
        if matrix.shape not in ((4, 4), (3, 4)) or not np.isfinite(matrix).all():
            raise ValueError(f"camtoworld must be a finite [4, 4] or [3, 4] matrix, got {list(matrix.shape)}")
        pose = np.eye(4)
        pose[:3, :3] = nearest_rotation(matrix[:3, :3])
        pose[:3, 3] = matrix[:3, 3]
        if axes is CameraAxes.OPENGL:
            pose = pose @ OPENGL_TO_OPENCV
        fallback = fx or fy or focal_from_fov(fov_deg, height)
        return cls(
            viewmat=inverse_pose(pose),
            fx=fallback if fx is None else fx,
            fy=fallback if fy is None else fy,
            cx=width / 2 if cx is None else cx,
            cy=height / 2 if cy is None else cy,
            width=width,
            height=height,
            distortion=distortion,
        )

    @classmethod
    def look_at(
        cls,
        eye: ArrayLike,
        target: ArrayLike,
        *,
        width: int,
        height: int,
        up: ArrayLike = DEFAULT_UP,
        fov_deg: float = DEFAULT_FOV_DEG,
    ) -> Camera:
        """A camera at `eye [3]` that looks at `target [3]`, with `up [3]` upwards in the image.

        `fov_deg` is the vertical field of view [degrees]; world frame, scene units.

        Raises:
            ValueError: `eye` is `target`, a vector is not finite, or the size or angle is out of range.
        """
        return cls.from_camtoworld(look_at_pose(eye, target, up), width=width, height=height, fov_deg=fov_deg)

    @classmethod
    def orbit(
        cls,
        center: ArrayLike,
        *,
        distance: float,
        width: int,
        height: int,
        azimuth_deg: float = 0.0,
        elevation_deg: float = 0.0,
        up: ArrayLike = DEFAULT_UP,
        fov_deg: float = DEFAULT_FOV_DEG,
    ) -> Camera:
        """A camera on a sphere around `center [3]`, looking at it; `poses.orbit_pose` defines the angles.

        Raises:
            ValueError: A number is out of its range or not finite.
        """
        pose = orbit_pose(center, distance, azimuth_deg, elevation_deg, up)
        return cls.from_camtoworld(pose, width=width, height=height, fov_deg=fov_deg)

    @property
    def K(self) -> NDArray[np.float64]:  # noqa: N802 - the field's name
        """Intrinsics `[3, 3]` [px]."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    @property
    def camtoworld(self) -> NDArray[np.float64]:
        """Camera -> world, `[4, 4]`, OpenCV axes."""
        return np.linalg.inv(self.viewmat).astype(np.float64, copy=False)

    @property
    def position(self) -> NDArray[np.float64]:
        """Camera centre, `[3]`, world frame."""
        return self.camtoworld[:3, 3]

    @property
    def fov_deg(self) -> float:
        """Vertical field of view of a picture of this height [degrees], as if `cy` were its middle."""
        return math.degrees(2.0 * math.atan(0.5 * self.height / self.fy))

    def resized(self, width: int, height: int) -> Camera:
        """The camera of the same picture scaled to `width` x `height` [px], stretched if need be."""
        x, y = width / self.width, height / self.height
        return replace(
            self, fx=self.fx * x, fy=self.fy * y, cx=self.cx * x, cy=self.cy * y, width=width, height=height
        )

    def reframed(self, width: int, height: int) -> Camera:
        """The camera for a picture of `width` x `height` [px] with the same vertical field of view.

        Nothing is stretched: a wider picture shows more at its sides, a narrower one less.
        """
        scale = height / self.height
        cx = width / 2 + (self.cx - self.width / 2) * scale
        return replace(
            self,
            fx=self.fx * scale,
            fy=self.fy * scale,
            cx=cx,
            cy=self.cy * scale,
            width=width,
            height=height,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class CameraPath:
    """A sequence of cameras, with the frame rate at which it is played.

    Args:
        cameras: The frames in order, at least one.
        fps: Frames a second.
        names: Image file of each camera as its file wrote it, for photo sets; else empty.

    Raises:
        ValueError: There is no camera, `fps` is not positive, or there are names for some cameras only.
    """

    cameras: tuple[Camera, ...]
    fps: float = 24.0
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that the path can be played."""
        if not self.cameras:
            raise ValueError("a camera path needs at least one camera, got none")
        if not 0.0 < self.fps < math.inf:
            raise ValueError(f"fps must be positive and finite, got {self.fps}")
        if self.names and len(self.names) != len(self.cameras):
            raise ValueError(f"expected {len(self.cameras)} names, got {len(self.names)}")

    @classmethod
    def orbit(
        cls,
        center: ArrayLike,
        *,
        distance: float,
        frames: int,
        width: int,
        height: int,
        azimuth_deg: float = 0.0,
        elevation_deg: float = 0.0,
        up: ArrayLike = DEFAULT_UP,
        fov_deg: float = DEFAULT_FOV_DEG,
        fps: float = 24.0,
    ) -> CameraPath:
        """One full turn around `center [3]` in `frames` equal steps; the first view does not come again.

        The turn starts at `azimuth_deg`; the other arguments are those of `Camera.orbit`.

        Raises:
            ValueError: `frames` is not positive, or another number is out of its range.
        """
        cameras = tuple(
            Camera.orbit(
                center,
                distance=distance,
                width=width,
                height=height,
                azimuth_deg=azimuth_deg + 360.0 * frame / frames,
                elevation_deg=elevation_deg,
                up=up,
                fov_deg=fov_deg,
            )
            for frame in range(frames)
        )
        return cls(cameras=cameras, fps=fps)

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.cameras)
