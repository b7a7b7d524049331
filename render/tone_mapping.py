"""From what a renderer computes to the 8 bits a channel that a screen shows.

rgb: clamped to [0, 1], rounded (scenes are trained on display-referred colours, so no curve is applied).
alpha: grey, 0 to 1. depth: the turbo colour map from near (red) to far (blue), between the 1st and the 99th
percentile of the pixels that hit something, black where nothing was hit. normal: 0.5 n + 0.5, so that no
normal is mid-grey. cost: fragments evaluated, the turbo colour map over log2(1 + count), 0 to 4095 fragments;
the scale is fixed, so that pictures of different blenders can be compared by eye.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from .types import RenderMode

DepthRange = tuple[float, float]
"""Nearest and farthest depth that are told apart [scene units]."""

COST_LOG2_MAX = 12.0
"""log2(1 + fragments) at the hot end of the cost map."""


def depth_range(depth: NDArray[np.float32]) -> DepthRange:
    """1st and 99th percentile of the depths above 0, `(0, 1)` when there are none.

    Args:
        depth: Any shape, 0 where nothing was hit [scene units].
    """
    hit = depth[depth > 0]
    if hit.size == 0:
        return 0.0, 1.0
    near, far = np.percentile(hit, (1.0, 99.0))
    return float(near), float(far)


def tone_map(
    image: NDArray[np.float32], mode: RenderMode = RenderMode.RGB, *, depths: DepthRange | None = None
) -> NDArray[np.uint8]:
    """The picture as `[H, W, 3]` 8-bit colours; this module's docstring has the mapping of each mode.

    Args:
        image: `[H, W, C]` as in `RenderResult.image`, C as `mode.channels`.
        mode: What `image` holds.
        depths: Range of the depth map, which the frames of a video share; `None` takes the picture's own.

    Raises:
        ValueError: `image` does not have the shape that `mode` needs.
    """
    if image.ndim != 3 or image.shape[2] != mode.channels:
        raise ValueError(
            f"a picture of mode {mode.value} must have shape [H, W, {mode.channels}], got {list(image.shape)}"
        )
    if mode is RenderMode.RGB:
        return _to_uint8(image)
    if mode is RenderMode.ALPHA:
        return np.repeat(_to_uint8(image), 3, axis=2)
    if mode is RenderMode.NORMAL:
        return _to_uint8(0.5 * image + 0.5)
    if mode is RenderMode.COST:
        return _turbo()[_to_uint8(np.log2(1.0 + image[:, :, 0]) / np.float32(COST_LOG2_MAX))]
    return _depth_colors(image[:, :, 0], depths or depth_range(image))


def _depth_colors(depth: NDArray[np.float32], depths: DepthRange) -> NDArray[np.uint8]:
    near, far = depths
    nearness = (far - depth) / np.float32(max(far - near, 1e-12))
    colors = _turbo()[_to_uint8(nearness)]
    colors[depth <= 0] = 0
    return colors


def _to_uint8(unit: NDArray[np.floating]) -> NDArray[np.uint8]:
    clamped = np.clip(np.nan_to_num(unit, nan=0.0), 0.0, 1.0)
    return np.asarray(clamped * np.float32(255.0) + np.float32(0.5), dtype=np.uint8)


@cache
def _turbo() -> NDArray[np.uint8]:
    from matplotlib import colormaps  # a third of a second to import: only when a map is drawn

    return np.asarray(colormaps["turbo"](np.arange(256), bytes=True)[:, :3], dtype=np.uint8)
