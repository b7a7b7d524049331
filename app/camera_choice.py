"""Which cameras a picture or a measurement is made with: from a file, on an orbit, or found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from numpy.typing import ArrayLike

from ..kernels.errors import RowsplatError
from ..scenes import Camera, CameraPath, Gaussians, SceneExtent
from .checks import require_between, require_exists, require_size

DEFAULT_WIDTH, DEFAULT_HEIGHT, DEFAULT_FOV_DEG = 1280, 720, 50.0


@dataclass(frozen=True, kw_only=True)
class CameraChoice:
    """What the user said about the camera.

    Args:
        file: Camera file.
        frame: One frame of that file, counted from 0.
        orbit: Azimuth and elevation [degrees], distance [radii of the subject].
        width: Width [px]; `None` takes the file's, or 1280.
        height: Height [px]; `None` takes the file's, or 720.
        fov_deg: Vertical field of view [degrees] without a file; `None` takes 50.
    """

    file: Path | None = None
    frame: int | None = None
    orbit: tuple[float, float, float] | None = None
    width: int | None = None
    height: int | None = None
    fov_deg: float | None = None

    def check(self) -> None:
        """Refuse numbers out of range and flags that exclude each other.

        Raises:
            RowsplatError: One line that names the flag.
        """
        require_size(self.width, self.height)
        require_between("--fov", self.fov_deg, 1.0, 170.0)
        require_between("--frame", self.frame, 0, 10**9)
        if self.orbit is not None:
            azimuth, elevation, distance = self.orbit
            require_between("--orbit AZ", azimuth, -3600.0, 3600.0)
            require_between("--orbit EL", elevation, -90.0, 90.0)
            require_between("--orbit DIST", distance, 1e-6, 1e6)
        self._check_combination()

    def _check_combination(self) -> None:
        if self.file is None and self.frame is not None:
            raise RowsplatError("--frame picks a frame of a camera file: give one with --camera FILE.")
        if self.file is not None and self.orbit is not None:
            raise RowsplatError("--camera and --orbit exclude each other: give one of them.")
        if self.file is not None and self.fov_deg is not None:
            raise RowsplatError("--fov does not go with --camera, whose file says the field of view.")

    def from_file(self) -> CameraPath | None:
        """The cameras of the file, `None` when there is none.

        Raises:
            RowsplatError: The file cannot be read or has no such frame.
        """
        if self.file is None:
            return None
        from ..scenes import load_cameras

        require_exists(self.file)
        path = load_cameras(self.file, width=self.width, height=self.height)
        if self.frame is None:
            return path
        if self.frame >= len(path):
            raise RowsplatError(f"--frame {self.frame}: {self.file} has the frames 0 to {len(path) - 1}.")
        return CameraPath(cameras=(path.cameras[self.frame],), fps=path.fps)

    def from_scene(self, gaussians: Gaussians) -> CameraPath:
        """One camera, on the orbit that was asked for or where the scene is seen well."""
        from ..scenes import default_camera, orbit_camera

        width, height, fov_deg = self._lens()
        if self.orbit is None:
            camera = default_camera(gaussians, width=width, height=height, fov_deg=fov_deg)
        else:
            camera = orbit_camera(gaussians, *self.orbit, width=width, height=height, fov_deg=fov_deg)
        return CameraPath(cameras=(camera,))

    def around(self, extent: SceneExtent, up: ArrayLike) -> Camera:
        """The camera on the orbit that was asked for, around something that is known to be at `extent`.

        Raises:
            ValueError: No orbit was asked for.
        """
        if self.orbit is None:
            raise ValueError("no orbit was asked for")
        azimuth, elevation, distance = self.orbit
        width, height, fov_deg = self._lens()
        return Camera.orbit(
            extent.center,
            distance=distance * extent.radius,
            azimuth_deg=azimuth,
            elevation_deg=elevation,
            width=width,
            height=height,
            fov_deg=fov_deg,
            up=up,
        )

    def around_scene(self, gaussians: Gaussians, frames: int) -> CameraPath:
        """One turn around the scene in `frames` views."""
        from ..scenes import orbit_path

        width, height, fov_deg = self._lens()
        return orbit_path(gaussians, frames=frames, width=width, height=height, fov_deg=fov_deg)

    def _lens(self) -> tuple[int, int, float]:
        width = DEFAULT_WIDTH if self.width is None else self.width
        height = DEFAULT_HEIGHT if self.height is None else self.height
        return width, height, DEFAULT_FOV_DEG if self.fov_deg is None else self.fov_deg
