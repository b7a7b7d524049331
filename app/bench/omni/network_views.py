"""Photos and cameras as the multi-view networks take them.

Both networks put pixel centres at integers, and cell i of a map at 1/s of the size on pixel s*i. A camera's projection
is then P = diag(1/s, 1/s, 1) K' [R t] with K' = K moved by half a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ....scenes import Camera

_HALF_PIXEL = 0.5


def rounded_size(camera: Camera, multiple: int) -> tuple[int, int]:
    """Width and height of `camera`, each the nearest positive multiple of `multiple` [px]."""
    width, height = (max(1, round(side / multiple)) * multiple for side in (camera.width, camera.height))
    return width, height


def picture_tensor(photo: NDArray[np.floating], size: tuple[int, int]) -> Tensor:
    """`photo [H, W, 3]` in [0, 1], scaled to `size` (width, height) as `[1, 3, height, width]` float32."""
    picture = torch.from_numpy(np.ascontiguousarray(photo, np.float32)).permute(2, 0, 1)[None]
    if (photo.shape[1], photo.shape[0]) == size:
        return picture
    return F.interpolate(picture, (size[1], size[0]), mode="bilinear", align_corners=False, antialias=True)


def integer_intrinsics(camera: Camera, shrink: int = 1) -> NDArray[np.float64]:
    """`K [3, 3]` of a map at 1/`shrink` of the size, for pixel centres at integers."""
    K = camera.K
    K[:2, 2] -= _HALF_PIXEL
    K[:2] /= shrink
    return K


def relative_projection(source: Camera, reference: Camera, shrink: int) -> tuple[Tensor, Tensor]:
    """`A [3, 3]` and `b [3]`, so that a reference cell x at depth d is at `d A x + b` in the source's map.

    Cells are homogeneous, `[u, v, 1]`; the last row of the result is the depth in the source view [scene units].
    """
    motion = source.viewmat @ reference.camtoworld
    K = integer_intrinsics(source, shrink)
    matrix = K @ motion[:3, :3] @ np.linalg.inv(integer_intrinsics(reference, shrink))
    offset = K @ motion[:3, 3]
    return torch.from_numpy(matrix).to(torch.float32), torch.from_numpy(offset).to(torch.float32)


def cell_grid(width: int, height: int, border: int = 0) -> Tensor:
    """Homogeneous cells `[3, (height + 2 border) * (width + 2 border)]`, row by row, beginning at -`border`."""
    y, x = torch.meshgrid(
        torch.arange(-border, height + border, dtype=torch.float32),
        torch.arange(-border, width + border, dtype=torch.float32),
        indexing="ij",
    )
    return torch.stack([x.flatten(), y.flatten(), torch.ones(x.numel())])


def in_unit_square(cells: Tensor, width: int, height: int) -> Tensor:
    """`cells [..., 2]` (u, v) with the outer cells' centres at -1 and 1, as `grid_sample` wants them."""
    return cells / cells.new_tensor([(width - 1) / 2.0, (height - 1) / 2.0]) - 1.0


def require_views(photos: Sequence[NDArray[np.floating]], cameras: Sequence[Camera], least: int) -> None:
    """Check that every photo has its camera and that there are enough.

    Raises:
        ValueError: They do not agree, or there are fewer than `least`.
    """
    if len(photos) != len(cameras) or len(photos) < least:
        raise ValueError(
            f"expected at least {least} photos with a camera each, got {len(photos)}, {len(cameras)}"
        )
    for photo, camera in zip(photos, cameras, strict=True):
        if photo.shape != (camera.height, camera.width, 3):
            raise ValueError(f"photo must be [{camera.height}, {camera.width}, 3], got {list(photo.shape)}")


def require_range(near_far: tuple[float, float]) -> None:
    """Check depths.

    Raises:
        ValueError: They are not 0 < near < far.
    """
    if not 0.0 < near_far[0] < near_far[1] < float("inf"):
        raise ValueError(f"near_far must be 0 < near < far, got {near_far}")
