"""The photos of the render process: sets that were opened, and the photo that was decoded last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import RowsplatError
from ..render import RenderCounts, RenderMode, RenderResult, StageTimes
from ..render.photo_warping import nearest_camera, warped_photo
from ..scenes import Camera
from ..scenes.photo_sets import (
    Background,
    Photo,
    PhotoImage,
    PhotoSet,
    load_photo_set,
    near_far_of_camera,
)
from .messages import SeenView

_ASKED = 8  # photos of a set that tell where its subject is
_NO_TIMES = StageTimes(project=0.0, sort=0.0, bin=0.0, blend=0.0, total=0.0)
_NO_COUNTS = RenderCounts(
    num_gaussians=0, visible=0, pairs=0, fragments_evaluated=None, fragments_contributing=None
)


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    path: Path
    name: str
    max_side: int
    background: Background


class PhotoShelf:
    """Photos seen from any camera. Use from one thread."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        self._sets: dict[Path, PhotoSet] = {}
        self._middles: dict[Path, NDArray[np.float64] | None] = {}
        self._decoded: tuple[_Wanted, PhotoImage] | None = None

    def open(self, path: Path) -> PhotoSet:
        """Read a set, again if it is open: its files may have changed.

        Raises:
            RowsplatError: It cannot be read.
        """
        found = self._sets[path] = load_photo_set(path)
        self._decoded = None
        self._middles.pop(path, None)
        return found

    def middle(self, path: Path) -> NDArray[np.float64] | None:
        """Where the photos of a set look, `[3]`, world frame; `None` where nothing tells.

        Raises:
            RowsplatError: The set cannot be read.
        """
        if path not in self._middles:
            self._middles[path] = subject_of(self._set(path))
        return self._middles[path]

    def nearest_photo(self, path: Path, camera: Camera, depth: float) -> Photo:
        """The photo of a set that sees most of what `camera` sees `depth` before it [scene units].

        Raises:
            RowsplatError: The set cannot be read.
        """
        photo_set = self._set(path)
        return photo_set.photos[nearest_camera(photo_set.cameras, camera, depth)]

    def nearest(
        self, path: Path, camera: Camera, depth: float, background: tuple[float, float, float]
    ) -> RenderResult:
        """The nearest photo of a set as `camera` would see it on the plane at `depth` [scene units].

        Raises:
            RowsplatError: The set or the photo cannot be read.
        """
        return self.warped(path, self.nearest_photo(path, camera, depth), camera, depth, background)

    def warped(
        self,
        path: Path,
        photo: Photo,
        camera: Camera,
        depth: float,
        background: tuple[float, float, float],
    ) -> RenderResult:
        """A photo of the set as `camera` would see it on the plane at `depth` [scene units].

        Raises:
            RowsplatError: The photo cannot be read.
        """
        behind = Background.WHITE if background[0] > 0.5 else Background.BLACK
        side = 1 << (2 * max(camera.width, camera.height) - 1).bit_length()  # few sizes are decoded
        wanted = _Wanted(path=path, name=photo.name, max_side=side, background=behind)
        if self._decoded is None or self._decoded[0] != wanted:
            self._decoded = (wanted, photo.image(side, background=behind))
        warped = warped_photo(self._decoded[1], camera, depth)
        image = warped.image + (np.float32(1.0) - warped.alpha)[..., None] * np.array(background, np.float32)
        return _shown(image.astype(np.float32, copy=False), warped.alpha)

    def _set(self, path: Path) -> PhotoSet:
        return self._sets[path] if path in self._sets else self.open(path)


def picture_of(seen: SeenView, camera: Camera) -> RenderResult:
    """An image-based view, scaled to the size of `camera`."""
    from PIL import Image

    size = (camera.width, camera.height)
    scaled = Image.fromarray(seen.pixels).resize(size, Image.Resampling.BILINEAR)
    image = (np.asarray(scaled) / np.float32(255.0)).astype(np.float32)
    return _shown(image, np.ones(image.shape[:2], np.float32))


def subject_of(photo_set: PhotoSet) -> NDArray[np.float64] | None:
    """The point that most photos look at, `[3]`, world frame; `None` where nothing tells how far it is."""
    chosen = np.unique(np.linspace(0, len(photo_set) - 1, _ASKED).round().astype(int))
    ahead: list[NDArray[np.float64]] = []
    for camera in (photo_set.cameras[index] for index in chosen):
        try:
            near, far = near_far_of_camera(photo_set, camera)
        except RowsplatError:
            return None
        ahead.append(camera.camtoworld[:3, :3] @ np.array([0.0, 0.0, np.sqrt(near * far)]) + camera.position)
    return np.median(ahead, axis=0)


def _shown(image: NDArray[np.float32], alpha: NDArray[np.float32]) -> RenderResult:
    return RenderResult(
        image=image, alpha=alpha, mode=RenderMode.RGB, stage_times=_NO_TIMES, counts=_NO_COUNTS
    )
