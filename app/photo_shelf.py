"""The photos of the render process: sets that were opened, and the photo that was decoded last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..render import RenderCounts, RenderMode, RenderResult, StageTimes
from ..render.photo_warping import nearest_camera, warped_photo
from ..scenes import Camera
from ..scenes.photo_sets import Background, PhotoImage, PhotoSet, load_photo_set

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
        self._decoded: tuple[_Wanted, PhotoImage] | None = None

    def open(self, path: Path) -> PhotoSet:
        """Read a set, again if it is open: its files may have changed.

        Raises:
            RowsplatError: It cannot be read.
        """
        found = self._sets[path] = load_photo_set(path)
        self._decoded = None
        return found

    def nearest(
        self, path: Path, camera: Camera, depth: float, background: tuple[float, float, float]
    ) -> RenderResult:
        """The nearest photo of a set as `camera` would see it on the plane at `depth` [scene units].

        Raises:
            RowsplatError: The set or the photo cannot be read.
        """
        photo_set = self._sets[path] if path in self._sets else self.open(path)
        photo = photo_set.photos[nearest_camera(photo_set.cameras, camera, depth)]
        behind = Background.WHITE if background[0] > 0.5 else Background.BLACK
        side = 1 << (2 * max(camera.width, camera.height) - 1).bit_length()  # few sizes are decoded
        wanted = _Wanted(path=path, name=photo.name, max_side=side, background=behind)
        if self._decoded is None or self._decoded[0] != wanted:
            self._decoded = (wanted, photo.image(side, background=behind))
        warped = warped_photo(self._decoded[1], camera, depth)
        image = warped.image + (np.float32(1.0) - warped.alpha)[..., None] * np.array(background, np.float32)
        return RenderResult(
            image=image.astype(np.float32, copy=False),
            alpha=warped.alpha,
            mode=RenderMode.RGB,
            stage_times=_NO_TIMES,
            counts=_NO_COUNTS,
        )
