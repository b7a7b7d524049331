"""The pictures of a photo set as the network wants them, each read once while it is needed."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...scenes import Camera
from ...scenes.photo_sets import PhotoImage, PhotoSet
from .recently_used import RecentlyUsed
from .types import SourceViews
from .view_plans import ViewPlan


class SourcePictures:
    """Reads photos, scaled down to `max_side` [px]."""

    def __init__(self, photo_set: PhotoSet, max_side: int, device: torch.device) -> None:
        """Nothing is read yet."""
        self._photos, self._max_side, self._device = photo_set.photos, max_side, device
        self._kept = RecentlyUsed[int, PhotoImage]()

    def photo(self, index: int) -> PhotoImage:
        """The picture of photo number `index`.

        Raises:
            SceneFileError: It cannot be read.
        """
        return self._kept.get(index, lambda: self._photos[index].image(self._max_side))

    def sources(self, plan: ViewPlan) -> SourceViews:
        """The source views of a plan, all of the size of its camera; photos of another shape are stretched.

        Raises:
            SceneFileError: A photo cannot be read.
        """
        photos = [self.photo(index) for index in plan.sources]
        return SourceViews(
            images=torch.cat([_stretched(photo, plan.camera) for photo in photos]).to(self._device),
            cameras=tuple(photo.camera.resized(plan.camera.width, plan.camera.height) for photo in photos),
        )


def _stretched(photo: PhotoImage, camera: Camera) -> Tensor:
    """`[1, 3, H, W]` of the camera's size."""
    image = torch.from_numpy(photo.rgb).permute(2, 0, 1)[None].contiguous()
    size = (camera.height, camera.width)
    if image.shape[-2:] == size:
        return image
    return F.interpolate(image, size=size, mode="bilinear", align_corners=False, antialias=True)
