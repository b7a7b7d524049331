"""Which Gaussians draw which pixels of some views, found once and used for all that follows.

Notation: while a view v and the geometry stay, its picture over black is A_v c: linear in the colours c of the
Gaussians. A_v^T hands a map of the view back to them. Both run over the renderer's own tile lists and rows (IRSS), so
that they are exact for what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..kernels.splatting import create_linear_blender
from ..kernels.types import GatheredSums, ViewLists
from ..scenes import Camera, Gaussians
from .kernel_inputs import splat_arrays, view_of

DEFAULT_MEMORY_LIMIT = 1 << 30
"""Tile lists are kept up to so many bytes; those of further views are made again for every use."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Blended:
    """A picture over black `[H, W, 3]` and its accumulated opacity `[H, W]`, both float32."""

    image: NDArray[np.float32]
    alpha: NDArray[np.float32]


class BlendingWeights:
    """A_v and its transpose for the views of `cameras`. On the CPU, whatever else draws; use from one thread."""

    def __init__(
        self, gaussians: Gaussians, cameras: Sequence[Camera], *, memory_limit: int = DEFAULT_MEMORY_LIMIT
    ) -> None:
        """Nothing is computed before it is asked for.

        Args:
            gaussians: The scene; its colours do not matter.
            cameras: The views.
            memory_limit: See `DEFAULT_MEMORY_LIMIT` [bytes].

        Raises:
            BackendError: The kernels cannot be started, or this process already draws on another device.
        """
        self.cameras = tuple(cameras)
        self.num_gaussians = len(gaussians)
        self._antialiased = gaussians.antialiased
        self._blender = create_linear_blender()
        self._blender.upload(splat_arrays(gaussians))
        self._kept = dict[int, ViewLists]()
        self._last: tuple[int, ViewLists] | None = None
        self._drawn = dict[int, NDArray[np.int32]]()
        self._free = memory_limit

    def __len__(self) -> int:
        """Number of views."""
        return len(self.cameras)

    def visible(self, view: int) -> NDArray[np.int32]:
        """Indices `[M]` of the Gaussians that the tile lists of `view` hold, in no particular order, each once."""
        return self._lists(view).ids

    def drawn(self, view: int) -> NDArray[np.int32]:
        """Places in `visible(view)` of those that some pixel shows: the others are behind opaque ones."""
        if view not in self._drawn:
            camera = self.cameras[view]
            gathered = self.gather(view, np.zeros((camera.height, camera.width, 3), np.float32))
            self._drawn[view] = np.flatnonzero(gathered.weights > 0).astype(np.int32)
        return self._drawn[view]

    def blend(self, view: int, colors: NDArray[np.float32]) -> Blended:
        """A_v c.

        Args:
            view: Which camera.
            colors: Of the visible Gaussians, `[M, 3]`, any three numbers, in the order of `visible`.
        """
        image, alpha = self._blender.blend(self._lists(view), colors)
        return Blended(image=image, alpha=alpha)

    def gather(self, view: int, values: NDArray[np.float32]) -> GatheredSums:
        """A_v^T r of the map `values [H, W, 3]`, for the visible Gaussians in the order of `visible`.

        Raises:
            ValueError: The map does not have the camera's size.
        """
        camera = self.cameras[view]
        if values.shape != (camera.height, camera.width, 3):
            raise ValueError(
                f"values must have shape [{camera.height}, {camera.width}, 3], got {list(values.shape)}"
            )
        return self._blender.gather(self._lists(view), values)

    def _lists(self, view: int) -> ViewLists:
        if view in self._kept:
            return self._kept[view]
        if self._last is not None and self._last[0] == view:
            return self._last[1]
        lists = self._blender.list_view(view_of(self.cameras[view]), antialiased=self._antialiased)
        if lists.nbytes <= self._free:
            self._free -= lists.nbytes
            self._kept[view] = lists
        else:
            self._last = view, lists
        return lists
